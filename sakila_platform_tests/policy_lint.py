"""IAM policies as the linter `parliament` reads them, and the actions that calls of AWS need."""

from __future__ import annotations

import json
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any


def policy_faults(document: Any) -> list[str]:
    """Everything that is wrong with a policy. That a resource is `*` is for a rule of our own, which asks why."""
    findings = _linter().analyze_policy_string(json.dumps(document)).findings
    return [f"{each.issue}: {each.detail}" for each in findings if each.issue != "RESOURCE_STAR"]


@cache
def _linter() -> Any:
    spec = find_spec("parliament")
    assert spec and spec.origin
    folder = Path(spec.origin).parent
    # It asks a module that setuptools had until version 81, and of that only where its own files are.
    places = ModuleType("pkg_resources")
    places.resource_filename = lambda package, name: str(folder / name)  # type: ignore[attr-defined]
    sys.modules.setdefault("pkg_resources", places)
    return import_module("parliament")


def iam_action(service: str, operation: str) -> str:
    """What IAM calls a call: the same, but for S3, which is older than the rule."""
    words = {
        "HeadBucket": "ListBucket",
        "ListObjectsV2": "ListBucket",
        "ListObjectVersions": "ListBucketVersions",
        "ListBuckets": "ListAllMyBuckets",
        "HeadObject": "GetObject",
        "DeleteObjects": "DeleteObjectVersion",
        "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
        "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
        "GetBucketEncryption": "GetEncryptionConfiguration",
        "PutBucketEncryption": "PutEncryptionConfiguration",
        "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
        "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    }
    return f"{service}:{words.get(operation, operation) if service == 's3' else operation}"


# What AWS asks of the caller of an operation besides its own action, as the services' guides and CloudFormation's
# resource schemas have it; `parliament` knows some more.
_IN_A_VPC = (
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcs",
)
_FUNCTION_IN_A_VPC = (
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ec2:GetSecurityGroupsForVpc",
)
_ASKED_BESIDES = {
    # Tags are in the answer only for whoever may list them; without them a function looks like somebody else's.
    "lambda:GetFunction": ("lambda:ListTags",),
    "lambda:CreateFunction": _FUNCTION_IN_A_VPC,
    "lambda:UpdateFunctionConfiguration": _FUNCTION_IN_A_VPC,
    "lambda:DeleteFunction": ("ec2:DescribeNetworkInterfaces",),
    "rds:CreateDBSubnetGroup": (*_IN_A_VPC, "iam:CreateServiceLinkedRole"),
    "rds:CreateDBInstance": (*_IN_A_VPC, "iam:CreateServiceLinkedRole"),
    "rds:ModifyDBInstance": _IN_A_VPC,
    "redshift-serverless:CreateNamespace": ("iam:CreateServiceLinkedRole",),
    "redshift-serverless:CreateWorkgroup": (*_IN_A_VPC, "ec2:DescribeAddresses"),
    "redshift-serverless:UpdateWorkgroup": (*_IN_A_VPC, "ec2:DescribeAddresses"),
    "redshift-serverless:DeleteWorkgroup": (*_IN_A_VPC, "ec2:DescribeAddresses"),
    "emr-serverless:CreateApplication": ("ec2:CreateNetworkInterface", "iam:CreateServiceLinkedRole"),
    # Athena writes the answer with the permissions of who asks.
    "athena:StartQueryExecution": (
        "s3:AbortMultipartUpload",
        "s3:GetBucketLocation",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListBucketMultipartUploads",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
    ),
}
# Of what `parliament` names: AWS's own keys need no permission; the rest is about Oracle's tenants.
_NOT_ASKED = ("kms:", "rds:CreateTenantDatabase", "rds:DeleteTenantDatabase")


def asked_besides(action: str) -> set[str]:
    """The further actions that AWS wants allowed to whoever may take this one."""
    service, _, name = action.partition(":")
    known = {
        asked
        for each in _linter().iam_definition
        if each["prefix"] == service
        for privilege in each["privileges"]
        if privilege["privilege"] == name
        for resource in privilege["resource_types"]
        for asked in resource.get("dependent_actions", ())
    }
    return {asked for asked in known if not asked.startswith(_NOT_ASKED)} | set(_ASKED_BESIDES.get(action, ()))
