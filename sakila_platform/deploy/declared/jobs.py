"""What is declared of Glue jobs: each with a role of its own, its script of the release, and its way to MySQL. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sakila_platform.databases.mysql.address import Address
from sakila_platform.declarations.aws import GlueJob, Server
from sakila_platform.deploy.declarations import Declaration, Exactly, Later
from sakila_platform.deploy.declared.purchases import PURCHASES, purchases_url
from sakila_platform.deploy.declared.storage import TEMPORARY
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import CONNECTION, JOB, ROLE
from sakila_platform.deploy.policies import (
    Statement,
    list_bucket,
    reach_network,
    read_keys,
    read_secrets,
    role_policies,
    tag_network,
    trusted_by,
    write_keys,
    write_logs,
    write_metrics,
)
from sakila_platform.deploy.release.contents import RELEASES, WHEEL, Release
from sakila_platform.deploy.tags import TAGS
from sakila_platform.settings.aws import AWS_REGION, ENVIRONMENT, METRICS_NAMESPACE

if TYPE_CHECKING:
    from sakila_platform.declarations.domain import Domain

METRICS = "Sakila"
_GLUE_VERSION = "5.1"
_WORKER = "G.1X"
_MINUTES = 120
_SHOP_DATABASE = "sakila"


def jobs_of(domains: Iterable[Domain]) -> list[GlueJob]:
    """The jobs that these domains have."""
    return [job for domain in domains for job in domain.aws.jobs]


def job_role(environment: Environment, declared: GlueJob) -> Declaration:
    """The role of a job: its own prefixes, its own login, and nothing else."""
    statements = [
        read_keys(environment, RELEASES, TEMPORARY, *declared.reads, *declared.writes),
        write_keys(environment, TEMPORARY, *declared.writes),
        *list_bucket(environment, RELEASES, TEMPORARY, *declared.reads, *declared.writes),
        write_logs(environment.arn("logs", "log-group:/aws-glue/*")),
        write_metrics("Glue", METRICS),
    ]
    if declared.reaches:
        statements += _database_statements(environment, declared.reaches)
    return Declaration(
        ROLE,
        environment.called(declared.name),
        {
            "Description": declared.does,
            "TrustedBy": trusted_by("glue"),
            "Policies": role_policies(statements),
            "Attached": [],
            TAGS: environment.tags,
        },
    )


def connection(environment: Environment) -> Declaration:
    """The way from Glue to MySQL."""
    network = environment.network
    requirements = {
        "SubnetId": network.subnets[0] if network.subnets else "",
        "SecurityGroupIdList": list(network.security_groups),
        "AvailabilityZone": network.zone,
    }
    return Declaration(
        CONNECTION,
        environment.called("mysql"),
        {
            "Description": "The shop's MySQL.",
            "ConnectionType": "JDBC",
            "ConnectionProperties": Exactly(
                {
                    "JDBC_CONNECTION_URL": environment.jdbc_url(environment.oltp, _SHOP_DATABASE),
                    "JDBC_ENFORCE_SSL": "true",
                    "SECRET_ID": environment.secret(environment.oltp),
                }
            ),
            "PhysicalConnectionRequirements": requirements if network.subnets else {},
            TAGS: environment.tags,
        },
    )


def job(environment: Environment, release: Release, declared: GlueJob) -> Declaration:
    """A job of the release. What it does is named by its days: no bookmarks, no second run beside the first."""
    return Declaration(
        JOB,
        environment.called(declared.name),
        {
            "Description": declared.does,
            "Role": environment.role_arn(declared.name),
            "GlueVersion": _GLUE_VERSION,
            "Command": {
                "Name": "glueetl",
                "ScriptLocation": f"s3://{environment.bucket}/{release.key(f'glue_scripts/{declared.script}')}",
                "PythonVersion": "3",
            },
            "DefaultArguments": Exactly(_arguments(environment, release, declared)),
            "Connections": {"Connections": [_connection(environment, declared.reaches)] if declared.reaches else []},
            "WorkerType": _WORKER,
            "NumberOfWorkers": environment.sizes.glue_workers,
            "ExecutionClass": "STANDARD",
            "ExecutionProperty": {"MaxConcurrentRuns": 1},
            # A retry of Glue's own is a run that nobody follows: Dagster has failed the step by then.
            "MaxRetries": 1 if environment.is_conductor_glue else 0,
            "Timeout": _MINUTES,
            TAGS: environment.tags,
        },
    )


def _arguments(environment: Environment, release: Release, declared: GlueJob) -> Mapping[str, str | Later]:
    wheel = f"s3://{environment.bucket}/{release.key(f'wheels/{WHEEL}')}"
    modules = [release.pins[module] for module in declared.modules]
    arguments: dict[str, str | Later] = {
        "--additional-python-modules": ",".join((wheel, *modules)),
        # The wheel's own dependencies name Dagster and more, which no job needs; these are all that one does.
        "--python-modules-installer-option": "--no-deps",
        "--enable-metrics": "true",
        "--enable-continuous-cloudwatch-log": "true",
        "--job-language": "python",
        "--job-bookmark-option": "job-bookmark-disable",
        "--TempDir": f"s3://{environment.bucket}/{TEMPORARY}glue/",
        "--lake": environment.lake,
        **{f"--{name}": text for name, text in (*environment.job_settings, *_metrics_settings(environment))},
    }
    if declared.reaches is Server.PURCHASES:
        arguments["--jdbc-url"] = purchases_url(environment, declared.database, with_options=True)
        arguments["--secret"] = environment.called(PURCHASES)
    elif declared.reaches:
        address = _address(environment, declared.reaches)
        arguments["--jdbc-url"] = environment.job_url(address, declared.database)
        arguments["--secret"] = environment.secret(address)
    return arguments


def _metrics_settings(environment: Environment) -> tuple[tuple[str, str], ...]:
    return (
        (METRICS_NAMESPACE.name, METRICS),
        (ENVIRONMENT.name, environment.name),
        (AWS_REGION.name, environment.region),
    )


def _database_statements(environment: Environment, server: Server) -> list[Statement]:
    connections = (
        environment.arn("glue", "catalog"),
        environment.arn("glue", f"connection/{_connection(environment, server)}"),
    )
    statements = [
        read_secrets(*_logins(environment, server)),
        Statement("ReadConnection", ("glue:GetConnection",), connections),
    ]
    return [*statements, *reach_network(), tag_network(environment)] if environment.network.subnets else statements


def _logins(environment: Environment, server: Server) -> list[str | Later]:
    if server is Server.PURCHASES:
        return [environment.secretsmanager(PURCHASES)]
    # The connection names the shop's login, and Glue reads it for any job that uses the connection.
    logins = (environment.secret_arn(_address(environment, server)), environment.secret_arn(environment.oltp))
    return list(dict.fromkeys(logins))


def _connection(environment: Environment, server: Server) -> str:
    return environment.called(PURCHASES if server is Server.PURCHASES else "mysql")


def _address(environment: Environment, server: Server) -> Address | None:
    return (environment.warehouse or environment.oltp) if server is Server.WAREHOUSE else environment.oltp
