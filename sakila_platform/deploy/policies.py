"""IAM policies as statements with a purpose: what may be done to what; nothing to everything without a reason. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sakila_platform.deploy.declarations import Exactly, Later
from sakila_platform.deploy.environment import Environment

Resource = str | Later
Document = dict[str, Any]
_VERSION = "2012-10-17"


@dataclass(frozen=True)
class Statement:
    """Actions allowed on resources. `reason` is why a resource is `*`, and must be given then."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[Resource, ...]
    condition: dict[str, dict[str, Any]] = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        if "*" in self.resources and not self.reason:
            raise ValueError(f"statement {self.sid} is about every resource and does not say why")


def policy(statements: Sequence[Statement]) -> Document:
    """The policy that allows these statements."""
    return {"Version": _VERSION, "Statement": [_allowed(statement) for statement in statements]}


def trusted_by(*services: str) -> Document:
    """The policy by which services of AWS may take a role."""
    names = [f"{service}.amazonaws.com" for service in services]
    principal = {"Service": names if len(names) > 1 else names[0]}
    return {
        "Version": _VERSION,
        "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
    }


def role_policies(statements: Sequence[Statement]) -> Exactly:
    """The one policy in a role of ours; another that somebody adds is a difference."""
    return Exactly({"permissions": policy(statements)})


def read_keys(environment: Environment, *prefixes: str) -> Statement:
    """Read objects under prefixes of the bucket."""
    return Statement("ReadObjects", ("s3:GetObject",), tuple(environment.bucket_arn(f"{p}*") for p in prefixes))


def write_keys(environment: Environment, *prefixes: str) -> Statement:
    """Write, replace and delete objects under prefixes of the bucket."""
    actions = ("s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload")
    return Statement("WriteObjects", actions, tuple(environment.bucket_arn(f"{p}*") for p in prefixes))


def list_bucket(environment: Environment, *prefixes: str) -> tuple[Statement, Statement]:
    """List what is under prefixes of the bucket."""
    patterns = [f"{prefix}*" for prefix in prefixes]
    return (
        Statement("ListKeys", ("s3:ListBucket",), (environment.bucket_arn(),), {"StringLike": {"s3:prefix": patterns}}),
        Statement("LocateBucket", ("s3:GetBucketLocation",), (environment.bucket_arn(),)),
    )


def read_secrets(*secrets: Resource) -> Statement:
    """Read the values of secrets."""
    return Statement("ReadLogin", ("secretsmanager:GetSecretValue",), secrets)


def write_logs(*groups: str) -> Statement:
    """Write to log groups, given by their addresses."""
    actions = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    return Statement("WriteLogs", actions, tuple(f"{group}:*" for group in groups))


def write_metrics(*namespaces: str) -> Statement:
    """Write metrics of namespaces."""
    return Statement(
        "WriteMetrics",
        ("cloudwatch:PutMetricData",),
        ("*",),
        {"StringEquals": {"cloudwatch:namespace": list(namespaces)}},
        reason="PutMetricData knows no resources; the condition names the namespaces",
    )


def reach_network() -> tuple[Statement, ...]:
    """Stand in a VPC: make and remove network interfaces there."""
    return (
        Statement(
            "SeeNetwork",
            (
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeVpcs",
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeVpcAttribute",
                "ec2:DescribeRouteTables",
            ),
            ("*",),
            reason="EC2's describing actions know no resources",
        ),
        Statement(
            "ReachNetwork",
            ("ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses"),
            ("*",),
            reason="AWS makes the interfaces under numbers that are not known before; the subnets are the job's own",
        ),
    )


def tag_network(environment: Environment) -> Statement:
    """Tag those interfaces, as Glue does to find its own again."""
    return Statement(
        "TagNetwork",
        ("ec2:CreateTags", "ec2:DeleteTags"),
        (environment.arn("ec2", "network-interface/*"),),
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["aws-glue-service-resource"]}},
    )


def _allowed(statement: Statement) -> Document:
    allowed: Document = {
        "Sid": statement.sid,
        "Effect": "Allow",
        "Action": list(statement.actions),
        "Resource": list(statement.resources),
    }
    if statement.condition:
        allowed["Condition"] = statement.condition
    return allowed
