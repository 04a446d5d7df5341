"""What is declared of Lambda: functions, their roles and logs, and when they start in the shop's time zone. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sakila_platform.deploy.declarations import Declaration, Exactly
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import FUNCTION, LOG_GROUP, ROLE, SCHEDULE, SCHEDULE_GROUP
from sakila_platform.deploy.policies import (
    Statement,
    reach_network,
    read_secrets,
    role_policies,
    trusted_by,
    write_logs,
)
from sakila_platform.deploy.release_contents import Release
from sakila_platform.deploy.tags import TAGS
from sakila_platform.mysql import Address

_RUNTIME = "python3.13"
_DAYS_OF_LOGS = 90
_SECONDS = 900
_SCHEDULER = "scheduler"


@dataclass(frozen=True)
class ScheduledFunction:
    """A function of the release, its memory in MB, and when it starts."""

    name: str
    archive: str
    does: str
    memory: int
    cron: str
    is_on_warehouse: bool = False


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
)


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
                    # Where Dagster conducts, it simulates too.
                    "State": "ENABLED" if environment.is_conductor_glue else "DISABLED",
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
    network = environment.network
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
    address = _address(environment, declared)
    return {
        "SAKILA_MYSQL_URL": environment.mysql_url(address),
        "SAKILA_MYSQL_SECRET": environment.secret(address),
        **dict(environment.job_settings),
    }


def _statements(environment: Environment, declared: ScheduledFunction, letters: Statement) -> tuple[Statement, ...]:
    statements = (
        read_secrets(environment.secret_arn(_address(environment, declared))),
        write_logs(environment.arn("logs", f"log-group:{_logs(environment, declared)}")),
        letters,
    )
    return (*statements, *reach_network()) if environment.network.subnets else statements


def _address(environment: Environment, declared: ScheduledFunction) -> Address | None:
    return (environment.warehouse or environment.oltp) if declared.is_on_warehouse else environment.oltp


def _called(environment: Environment, declared: ScheduledFunction) -> str:
    # Apart from the Glue job of that name, whose role would be called the same.
    return environment.called(f"function-{declared.name}")


def _logs(environment: Environment, declared: ScheduledFunction) -> str:
    return f"/aws/lambda/{_called(environment, declared)}"


def _dead_letters(environment: Environment) -> str:
    return environment.arn("sqs", environment.called("dead-letters"))
