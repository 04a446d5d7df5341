"""What is declared of Lambda: functions, their roles and logs, and when they start in the shop's time zone. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sakila_platform.databases.mysql.address import Address
from sakila_platform.deploy.declarations import Declaration, Exactly, Later, Secret
from sakila_platform.deploy.environment import Environment, Network
from sakila_platform.deploy.kind_names import FUNCTION, LOG_GROUP, ROLE, SCHEDULE, SCHEDULE_GROUP, SECRET
from sakila_platform.deploy.policies import (
    Statement,
    list_bucket,
    reach_network,
    read_keys,
    read_secrets,
    role_policies,
    trusted_by,
    write_keys,
    write_logs,
)
from sakila_platform.deploy.release.contents import Release
from sakila_platform.deploy.tags import TAGS

_RUNTIME = "python3.13"
_DAYS_OF_LOGS = 90
_SECONDS = 900
_SCHEDULER = "scheduler"
_TMDB = "tmdb"
_TMDB_READS = ("lake/Raw/Local/", "lake/Checkpoint/TMDB/")
_TMDB_WRITES = ("lake/Raw/TMDB/", "lake/Checkpoint/TMDB/")


@dataclass(frozen=True)
class ScheduledFunction:
    """A function of the release, its memory in MB, and when it starts."""

    name: str
    archive: str
    does: str
    memory: int
    cron: str
    is_on_warehouse: bool = False
    is_on_tmdb: bool = False
    """It asks TMDB and writes to the lake, instead of working on a database."""


FUNCTIONS = (
    ScheduledFunction(
        "simulate-rentals",
        "simulate_rentals",
        "A day of rentals, returns and late fees at the shop's counter, before the day is staged.",
        512,
        "cron(15 0 * * ? *)",
    ),
    ScheduledFunction(
        "refresh-dates",
        "refresh_date_dimension",
        "The warehouse's Date dimension for this year and the next.",
        256,
        "cron(30 0 1 1 ? *)",
        is_on_warehouse=True,
    ),
    ScheduledFunction(
        "collect-tmdb",
        "collect_tmdb",
        "A day of TMDB's answers about horror films and series, into the lake.",
        512,
        "cron(0 2 * * ? *)",
        is_on_tmdb=True,
    ),
)


def tmdb_secret(environment: Environment) -> list[Declaration]:
    """TMDB's token, where the settings have one."""
    if not environment.tmdb_token:
        return []
    told = {
        "Description": "TMDB's API read access token.",
        "Value": Secret(environment.tmdb_token),
        TAGS: environment.tags,
    }
    return [Declaration(SECRET, environment.called(_TMDB), told)]


def function_roles(environment: Environment) -> list[Declaration]:
    """A role for each function, and one for the scheduler that starts them."""
    started = tuple(environment.arn("lambda", f"function:{_called(environment, each)}") for each in FUNCTIONS)
    letters = Statement("KeepDeadLetters", ("sqs:SendMessage",), (_dead_letters(environment),))
    roles = {
        _called(environment, each): (each.does, "lambda", _statements(environment, each, letters)) for each in FUNCTIONS
    }
    roles[environment.called(_SCHEDULER)] = (
        "Starts the functions.",
        "scheduler",
        (Statement("StartFunctions", ("lambda:InvokeFunction",), started), letters),
    )
    return [
        Declaration(
            ROLE,
            name,
            {
                "Description": does,
                "TrustedBy": trusted_by(service),
                "Policies": role_policies(statements),
                "Attached": [],
                TAGS: environment.tags,
            },
        )
        for name, (does, service, statements) in roles.items()
    ]


def functions(environment: Environment, release: Release) -> list[Declaration]:
    """Each function with its log group, which must be there first: Lambda's own keeps logs for ever."""
    return [
        *(
            Declaration(LOG_GROUP, _logs(environment, each), {"retentionInDays": _DAYS_OF_LOGS, TAGS: environment.tags})
            for each in FUNCTIONS
        ),
        *(_function(environment, release, each) for each in FUNCTIONS),
    ]


def schedules(environment: Environment) -> list[Declaration]:
    """When each starts. The scheduler tells the moment, so that a late retry is about the same day."""
    group = environment.called("functions")
    return [
        Declaration(SCHEDULE_GROUP, group, {TAGS: environment.tags}),
        *(
            Declaration(
                SCHEDULE,
                f"{group}/{each.name}",
                {
                    "Description": each.does,
                    "ScheduleExpression": each.cron,
                    "ScheduleExpressionTimezone": environment.zone.key,
                    "State": "ENABLED" if _is_started(environment, each) else "DISABLED",
                    "FlexibleTimeWindow": {"Mode": "OFF"},
                    "Target": {
                        "Arn": environment.arn("lambda", f"function:{_called(environment, each)}"),
                        "RoleArn": environment.role_arn(_SCHEDULER),
                        "Input": json.dumps({"scheduled_at": "<aws.scheduler.scheduled-time>"}),
                        "RetryPolicy": {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 3_600},
                        "DeadLetterConfig": {"Arn": _dead_letters(environment)},
                    },
                },
            )
            for each in FUNCTIONS
        ),
    ]


def _function(environment: Environment, release: Release, declared: ScheduledFunction) -> Declaration:
    path = f"functions/{declared.archive}.zip"
    network = _network(environment, declared)
    return Declaration(
        FUNCTION,
        _called(environment, declared),
        {
            "Description": declared.does,
            "Role": environment.role_arn(f"function-{declared.name}"),
            "Handler": f"sakila_platform.lambdas.{declared.archive}.handler",
            "Runtime": _RUNTIME,
            "Timeout": _SECONDS,
            "MemorySize": declared.memory,
            "Environment": {"Variables": Exactly(_variables(environment, declared))},
            "DeadLetterConfig": {"TargetArn": _dead_letters(environment)},
            "VpcConfig": {
                "SubnetIds": sorted(network.subnets),
                "SecurityGroupIds": sorted(network.security_groups) if network.subnets else [],
            },
            "LoggingConfig": {"LogFormat": "Text", "LogGroup": _logs(environment, declared)},
            "CodeSha256": release.files[path],
            # A day is simulated once, however often Lambda calls: a second one at the same time would only wait.
            "Concurrency": 1,
            TAGS: environment.tags,
        },
        {"S3Bucket": environment.bucket, "S3Key": release.key(path), "Architectures": ["arm64"]},
    )


def _variables(environment: Environment, declared: ScheduledFunction) -> Mapping[str, Any]:
    if declared.is_on_tmdb:
        return {
            "SAKILA_LAKE": environment.lake,
            "SAKILA_TMDB_SECRET": environment.called(_TMDB),
            **dict(environment.job_settings),
            **dict(environment.tmdb_settings),
        }
    address = _address(environment, declared)
    return {
        "SAKILA_MYSQL_URL": environment.mysql_url(address),
        "SAKILA_MYSQL_SECRET": environment.secret(address),
        **dict(environment.job_settings),
    }


def _statements(environment: Environment, declared: ScheduledFunction, letters: Statement) -> tuple[Statement, ...]:
    statements: tuple[Statement, ...] = (
        read_secrets(_secret_arn(environment, declared)),
        write_logs(environment.arn("logs", f"log-group:{_logs(environment, declared)}")),
        letters,
    )
    if declared.is_on_tmdb:
        itself = environment.arn("lambda", f"function:{_called(environment, declared)}")
        statements += (
            read_keys(environment, *_TMDB_READS),
            write_keys(environment, *_TMDB_WRITES),
            *list_bucket(environment, *_TMDB_READS, *_TMDB_WRITES[:1]),
            Statement("HandOver", ("lambda:InvokeFunction",), (itself,)),
        )
    return (*statements, *reach_network()) if _network(environment, declared).subnets else statements


def _is_started(environment: Environment, declared: ScheduledFunction) -> bool:
    # Where Dagster conducts, it simulates and collects too.
    is_possible = bool(environment.tmdb_token) or not declared.is_on_tmdb
    return environment.is_conductor_glue and is_possible


def _network(environment: Environment, declared: ScheduledFunction) -> Network:
    # TMDB is on the internet, which a VPC reaches only by a gateway that costs more than all the rest.
    return Network() if declared.is_on_tmdb else environment.network


def _secret_arn(environment: Environment, declared: ScheduledFunction) -> str | Later:
    if declared.is_on_tmdb:
        return environment.arn("secretsmanager", f"secret:{environment.called(_TMDB)}-??????")
    return environment.secret_arn(_address(environment, declared))


def _address(environment: Environment, declared: ScheduledFunction) -> Address | None:
    return (environment.warehouse or environment.oltp) if declared.is_on_warehouse else environment.oltp


def _called(environment: Environment, declared: ScheduledFunction) -> str:
    # Apart from the Glue job of that name, whose role would be called the same.
    return environment.called(f"function-{declared.name}")


def _logs(environment: Environment, declared: ScheduledFunction) -> str:
    return f"/aws/lambda/{_called(environment, declared)}"


def _dead_letters(environment: Environment) -> str:
    return environment.arn("sqs", environment.called("dead-letters"))
