"""What is declared of engines that sleep when idle, EMR Serverless and Redshift Serverless, and of deliveries. Pure.

They are of the domains that declare them; Redshift is there when the domain's setting leads to the environment's own
workgroup.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.declared.purchases import PURCHASES
from sakila_platform.deploy.declared.storage import TEMPORARY
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import (
    POLICY,
    REDSHIFT_NAMESPACE,
    REDSHIFT_WORKGROUP,
    ROLE,
    SPARK_APPLICATION,
)
from sakila_platform.deploy.policies import (
    Statement,
    list_bucket,
    policy,
    read_keys,
    read_secrets,
    role_policies,
    trusted_by,
    write_keys,
)
from sakila_platform.deploy.release.contents import RELEASES
from sakila_platform.deploy.tags import ENVIRONMENT, TAGS

if TYPE_CHECKING:
    from sakila_platform.declarations.aws import RedshiftWarehouse, SparkApplication
    from sakila_platform.declarations.domain import Domain

SPARK, REDSHIFT = "spark", "redshift"
_EMR_RELEASE = "emr-7.9.0"


def engine_roles(environment: Environment) -> list[Declaration]:
    """A role for what runs on EMR Serverless, and one for Redshift's COPY."""
    roles = [
        _role(environment, SPARK, f"Jobs of {domain.name} on EMR Serverless.", ("emr-serverless",), statements)
        for domain, spark in _spark_applications(environment)
        for statements in [_spark_statements(environment, spark)]
    ]
    for domain, redshift in _redshift_warehouses(environment):
        does = f"Redshift: copy the star of {domain.name} from the lake."
        copies = [read_keys(environment, *redshift.copies), *list_bucket(environment, *redshift.copies)]
        # The serverless kind asks by a name of its own.
        services = ("redshift", "redshift-serverless")
        roles.append(_role(environment, REDSHIFT, does, services, copies))
    return roles


def vendors_policy(environment: Environment) -> list[Declaration]:
    """For vendors: to put their files into the raw zone, and nothing else; they can't read what is there."""
    prefixes = [domain.aws.deliveries for domain in environment.domains if domain.aws.deliveries]
    if not prefixes:
        return []
    places = tuple(environment.bucket_arn(f"{prefix}*") for prefix in prefixes)
    put = Statement("Deliver", ("s3:PutObject", "s3:AbortMultipartUpload"), places)
    wanted = {"Document": policy([put]), TAGS: environment.tags}
    return [Declaration(POLICY, environment.called("deliver"), wanted, {"Description": "Vendors: deliver files."})]


def engines(environment: Environment) -> list[Declaration]:
    """An application of EMR Serverless, and Redshift Serverless where the warehouse is there. Both sleep when idle."""
    network = environment.network
    placed = {"subnetIds": list(network.subnets), "securityGroupIds": list(network.security_groups)}
    applications = [
        Declaration(
            SPARK_APPLICATION,
            environment.called(SPARK),
            {
                "type": "SPARK",
                "releaseLabel": _EMR_RELEASE,
                "maximumCapacity": {"cpu": "16 vCPU", "memory": "64 GB"},
                "autoStopConfiguration": {"enabled": True, "idleTimeoutMinutes": 5},
                **({"networkConfiguration": placed} if network.subnets else {}),
                TAGS: environment.tags,
            },
        )
        for _ in _spark_applications(environment)
    ]
    warehouses = [
        part for domain, _ in _redshift_warehouses(environment) for part in _redshift(environment, domain, placed)
    ]
    return [*applications, *warehouses]


def engines_conducting(environment: Environment) -> list[Statement]:
    """What whoever conducts the day may do with those engines."""
    if not list(_spark_applications(environment)):
        return []
    ours = {"StringEquals": {f"aws:ResourceTag/{ENVIRONMENT}": environment.name}}
    applications = environment.arn("emr-serverless", "/applications/*")
    statements = [
        replace(read_secrets(environment.secretsmanager(PURCHASES)), sid="ReadLoginOfPurchases"),
        # The numbers in both addresses are AWS's own; the tag says whose they are.
        Statement("RunSpark", ("emr-serverless:StartJobRun", "emr-serverless:GetApplication"), (applications,), ours),
        Statement(
            "WatchSpark",
            ("emr-serverless:GetJobRun", "emr-serverless:CancelJobRun"),
            (environment.arn("emr-serverless", "/applications/*/jobruns/*"),),
            ours,
        ),
        Statement(
            "LendRole",
            ("iam:PassRole",),
            (environment.role_arn(SPARK),),
            {"StringEquals": {"iam:PassedToService": "emr-serverless.amazonaws.com"}},
        ),
    ]
    if list(_redshift_warehouses(environment)):
        workgroups = environment.arn("redshift-serverless", "workgroup/*")
        statements += [
            Statement("LogInToRedshift", ("redshift-serverless:GetCredentials",), (workgroups,), ours),
            Statement(
                "AskRedshift",
                ("redshift-data:BatchExecuteStatement", "redshift-data:ExecuteStatement"),
                (workgroups,),
                ours,
            ),
            Statement(
                "ReadAnswers",
                (
                    "redshift-data:DescribeStatement",
                    "redshift-data:GetStatementResult",
                    "redshift-data:CancelStatement",
                ),
                ("*",),
                {"StringEquals": {"redshift-data:statement-owner-iam-userid": "${aws:userid}"}},
                reason="these actions know no resources; the condition leaves one's own statements",
            ),
        ]
    return statements


def _redshift(environment: Environment, domain: Domain, placed: dict[str, list[str]]) -> list[Declaration]:
    role = environment.role_arn(REDSHIFT)
    name = environment.called(domain.name)
    return [
        Declaration(
            REDSHIFT_NAMESPACE,
            name,
            {
                "dbName": environment.redshift_database,
                "defaultIamRoleArn": role,
                "iamRoles": [role],
                "logExports": ["connectionlog", "userlog"],
                TAGS: environment.tags,
            },
        ),
        Declaration(
            REDSHIFT_WORKGROUP,
            name,
            {
                "namespaceName": name,
                "baseCapacity": 8,
                "maxCapacity": 32,
                "publiclyAccessible": False,
                "configParameters": {"require_ssl": "true", "max_query_execution_time": "3600"},
                **(placed if environment.network.subnets else {"subnetIds": [], "securityGroupIds": []}),
                TAGS: environment.tags,
            },
        ),
    ]


def _spark_applications(environment: Environment) -> Iterator[tuple[Domain, SparkApplication]]:
    return ((domain, domain.aws.spark) for domain in environment.domains if domain.aws.spark)


def _redshift_warehouses(environment: Environment) -> Iterator[tuple[Domain, RedshiftWarehouse]]:
    if not environment.redshift_database:
        return iter(())
    return ((domain, domain.aws.redshift) for domain in environment.domains if domain.aws.redshift)


def _spark_statements(environment: Environment, spark: SparkApplication) -> list[Statement]:
    read = (RELEASES, TEMPORARY, *spark.reads)
    return [
        read_keys(environment, *read),
        write_keys(environment, TEMPORARY, *spark.writes),
        *list_bucket(environment, *read),
        read_secrets(environment.secretsmanager(PURCHASES)),
    ]


def _role(
    environment: Environment, name: str, does: str, services: tuple[str, ...], statements: list[Statement]
) -> Declaration:
    parts = {
        "Description": does,
        "TrustedBy": trusted_by(*services),
        "Policies": role_policies(statements),
        "Attached": [],
        TAGS: environment.tags,
    }
    return Declaration(ROLE, environment.called(name), parts)
