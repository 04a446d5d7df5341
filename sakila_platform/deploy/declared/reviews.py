"""What is declared of the domain reviews: its login, Glue jobs, EMR Serverless, and Redshift Serverless. Pure.

Nothing of it is there until SAKILA_POSTGRES_URL names the PostgreSQL of purchases; Redshift is, when
SAKILA_REVIEWS_WAREHOUSE_URL leads to the environment's own workgroup.
"""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import urlencode

from sakila_platform.deploy.declarations import Declaration, Exactly, Secret
from sakila_platform.deploy.declared.jobs import SPARK_MODULES, GlueJob, job, job_role
from sakila_platform.deploy.declared.storage import TEMPORARY
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import (
    CONNECTION,
    POLICY,
    REDSHIFT_NAMESPACE,
    REDSHIFT_WORKGROUP,
    ROLE,
    SECRET,
    SPARK_APPLICATION,
)
from sakila_platform.deploy.policies import (
    Statement,
    list_bucket,
    policy,
    reach_network,
    read_keys,
    read_secrets,
    role_policies,
    tag_network,
    trusted_by,
    write_keys,
)
from sakila_platform.deploy.release.contents import RELEASES, Release
from sakila_platform.deploy.tags import ENVIRONMENT, TAGS

PURCHASES, SPARK, REDSHIFT, REVIEWS = "purchases", "spark", "redshift", "reviews"
RAW, STAGE, FINAL = "lake/raw/reviews/", "lake/stage/reviews/", "lake/final/reviews/"
QUARANTINE = "lake/quarantine/reviews/"
MANIFESTS = "lake/staging/reviews/"
_SOURCE_DATABASE = "reviews"
_EMR_RELEASE = "emr-7.9.0"
REVIEWS_MODULES = (*SPARK_MODULES, "defusedxml", "psycopg", "psycopg-binary", "typing-extensions")
REVIEWS_JOBS = (
    GlueJob(
        name="reviews-stage",
        script="reviews_stage.py",
        does="Purchases of a day from PostgreSQL, and vendors' files from raw, into the lake's stage.",
        reads=(RAW,),
        writes=(STAGE, QUARANTINE),
        modules=REVIEWS_MODULES,
    ),
    GlueJob(
        name="reviews-final",
        script="reviews_final.py",
        does="The star of reviews of a day, from stage into final.",
        reads=(STAGE,),
        writes=(FINAL, QUARANTINE),
    ),
)


def reviews_secrets(environment: Environment) -> list[Declaration]:
    """The login to the PostgreSQL of purchases."""
    address = environment.purchases
    if address is None:
        return []
    login = json.dumps({"username": address.user, "password": address.password})
    parts = {"Description": f"Login of the jobs to {address.host}.", "Value": Secret(login), TAGS: environment.tags}
    return [Declaration(SECRET, environment.called(PURCHASES), parts)]


def reviews_roles(environment: Environment) -> list[Declaration]:
    """A role for each job, for what runs on EMR Serverless, and for Redshift's COPY."""
    if environment.purchases is None:
        return []
    roles = [_with_login(environment, each) for each in REVIEWS_JOBS]
    roles.append(
        _role(environment, SPARK, "Jobs of reviews on EMR Serverless.", ("emr-serverless",), _spark(environment))
    )
    if environment.redshift_database:
        does = "Redshift: copy the star of reviews from the lake."
        copies = [read_keys(environment, FINAL, MANIFESTS), *list_bucket(environment, FINAL, MANIFESTS)]
        # The serverless kind asks by a name of its own.
        services = ("redshift", "redshift-serverless")
        roles.append(_role(environment, REDSHIFT, does, services, copies))
    return roles


def vendors_policy(environment: Environment) -> list[Declaration]:
    """For vendors: to put their files into the raw zone, and nothing else; they can't read what is there."""
    if environment.purchases is None:
        return []
    put = Statement("Deliver", ("s3:PutObject", "s3:AbortMultipartUpload"), (environment.bucket_arn(f"{RAW}*"),))
    wanted = {"Document": policy([put]), TAGS: environment.tags}
    return [Declaration(POLICY, environment.called("deliver"), wanted, {"Description": "Vendors: deliver files."})]


def reviews_connection(environment: Environment) -> list[Declaration]:
    """The way from Glue to the PostgreSQL of purchases."""
    address, network = environment.purchases, environment.network
    if address is None:
        return []
    requirements = {
        "SubnetId": network.subnets[0] if network.subnets else "",
        "SecurityGroupIdList": list(network.security_groups),
        "AvailabilityZone": network.zone,
    }
    properties = {
        "JDBC_CONNECTION_URL": _jdbc_url(environment),
        "JDBC_ENFORCE_SSL": "true",
        "SECRET_ID": environment.called(PURCHASES),
    }
    parts = {
        "Description": "The PostgreSQL of purchases.",
        "ConnectionType": "JDBC",
        "ConnectionProperties": Exactly(properties),
        "PhysicalConnectionRequirements": requirements if network.subnets else {},
        TAGS: environment.tags,
    }
    return [Declaration(CONNECTION, environment.called(PURCHASES), parts)]


def reviews_jobs(environment: Environment, release: Release) -> list[Declaration]:
    """The jobs of the release; the first of them reaches PostgreSQL."""
    if environment.purchases is None:
        return []
    stage, *others = (job(environment, release, each) for each in REVIEWS_JOBS)
    options = environment.purchases.options
    asked = f"?{urlencode(options, safe='/')}" if options else ""
    reach = {"--jdbc-url": f"{_jdbc_url(environment)}{asked}", "--secret": environment.called(PURCHASES)}
    arguments = Exactly({**stage.wanted["DefaultArguments"], **reach})
    connections = {"Connections": [environment.called(PURCHASES)]}
    wanted = {**stage.wanted, "DefaultArguments": arguments, "Connections": connections}
    return [replace(stage, wanted=wanted), *others]


def reviews_engines(environment: Environment) -> list[Declaration]:
    """An application of EMR Serverless, and Redshift Serverless where the warehouse is there. Both sleep when idle."""
    if environment.purchases is None:
        return []
    network = environment.network
    placed = {"subnetIds": list(network.subnets), "securityGroupIds": list(network.security_groups)}
    found = [
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
    ]
    return [*found, *_redshift(environment, placed)] if environment.redshift_database else found


def reviews_conducting(environment: Environment) -> list[Statement]:
    """What whoever conducts the day may do with those engines."""
    if environment.purchases is None:
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
    if environment.redshift_database:
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


def _redshift(environment: Environment, placed: dict[str, list[str]]) -> list[Declaration]:
    role = environment.role_arn(REDSHIFT)
    name = environment.called(REVIEWS)
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


def _with_login(environment: Environment, declared: GlueJob) -> Declaration:
    """A job's role; that of the job which asks PostgreSQL may read its login and use its connection."""
    role = job_role(environment, declared)
    if declared is not REVIEWS_JOBS[0]:
        return role
    connection = environment.arn("glue", f"connection/{environment.called(PURCHASES)}")
    reach = policy(
        [
            read_secrets(environment.secretsmanager(PURCHASES)),
            Statement("ReadConnection", ("glue:GetConnection",), (environment.arn("glue", "catalog"), connection)),
            *_network(environment),
        ]
    )
    permissions = role.wanted["Policies"]["permissions"]
    both = {**permissions, "Statement": [*permissions["Statement"], *reach["Statement"]]}
    return replace(role, wanted={**role.wanted, "Policies": Exactly({"permissions": both})})


def _network(environment: Environment) -> list[Statement]:
    """To stand in the environment's VPC, where it has one."""
    return [*reach_network(), tag_network(environment)] if environment.network.subnets else []


def _spark(environment: Environment) -> list[Statement]:
    read = (RELEASES, TEMPORARY, RAW, STAGE, FINAL)
    written = (TEMPORARY, STAGE, FINAL, QUARANTINE)
    return [
        read_keys(environment, *read, QUARANTINE),
        write_keys(environment, *written),
        *list_bucket(environment, *read, QUARANTINE),
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


def _jdbc_url(environment: Environment) -> str:
    address = environment.purchases
    if address is None:
        raise ValueError("there is no PostgreSQL of purchases")
    return f"jdbc:postgresql://{address.host}:{address.port}/{address.database or _SOURCE_DATABASE}"
