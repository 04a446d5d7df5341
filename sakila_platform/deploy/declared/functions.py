"""What is declared of Lambda: functions, their roles and logs, and when they start in the shop's time zone. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sakila_platform.databases.mysql.address import Address
from sakila_platform.declarations.aws import LambdaFunction, Server
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
from sakila_platform.deploy.release.lambda_archives import declared_functions
from sakila_platform.deploy.tags import TAGS

_RUNTIME = "python3.13"
_DAYS_OF_LOGS = 90
_SECONDS = 900
_SCHEDULER = "scheduler"
_TMDB = "tmdb"


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
    started = tuple(
        environment.arn("lambda", f"function:{_called(environment, each)}") for each in declared_functions()
    )
    letters = Statement("KeepDeadLetters", ("sqs:SendMessage",), (_dead_letters(environment),))
    roles = {
        _called(environment, each): (each.does, "lambda", _statements(environment, each, letters))
        for each in declared_functions()
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
            for each in declared_functions()
        ),
        *(_function(environment, release, each) for each in declared_functions()),
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
            for each in declared_functions()
        ),
    ]


def _function(environment: Environment, release: Release, declared: LambdaFunction) -> Declaration:
    path = f"functions/{declared.archive}.zip"
    network = _network(environment, declared)
    return Declaration(
        FUNCTION,
        _called(environment, declared),
        {
            "Description": declared.does,
            "Role": environment.role_arn(f"function-{declared.name}"),
            "Handler": f"{declared.module}.handler",
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


def _variables(environment: Environment, declared: LambdaFunction) -> Mapping[str, Any]:
    own = {setting.name for setting in declared.settings}
    settings = dict(environment.job_settings)
    settings |= {name: text for name, text in environment.function_settings if name in own}
    if declared.reaches is Server.TMDB:
        return {
            "SAKILA_LAKE": environment.lake,
            "SAKILA_TMDB_SECRET": environment.called(_TMDB),
            **settings,
        }
    address = _address(environment, declared)
    return {
        "SAKILA_MYSQL_URL": environment.mysql_url(address),
        "SAKILA_MYSQL_SECRET": environment.secret(address),
        **settings,
    }


def _statements(environment: Environment, declared: LambdaFunction, letters: Statement) -> tuple[Statement, ...]:
    statements: tuple[Statement, ...] = (
        read_secrets(_secret_arn(environment, declared)),
        write_logs(environment.arn("logs", f"log-group:{_logs(environment, declared)}")),
        letters,
    )
    if declared.reaches is Server.TMDB:
        itself = environment.arn("lambda", f"function:{_called(environment, declared)}")
        statements += (
            read_keys(environment, *declared.reads),
            write_keys(environment, *declared.writes),
            *list_bucket(environment, *dict.fromkeys((*declared.reads, *declared.writes))),
            Statement("HandOver", ("lambda:InvokeFunction",), (itself,)),
        )
    return (*statements, *reach_network()) if _network(environment, declared).subnets else statements


def _is_started(environment: Environment, declared: LambdaFunction) -> bool:
    # Where Dagster conducts, it simulates and collects too.
    is_there = any(declared in domain.aws.functions for domain in environment.domains)
    return environment.is_conductor_glue and is_there


def _network(environment: Environment, declared: LambdaFunction) -> Network:
    # TMDB is on the internet, which a VPC reaches only by a gateway that costs more than all the rest.
    return Network() if declared.reaches is Server.TMDB else environment.network


def _secret_arn(environment: Environment, declared: LambdaFunction) -> str | Later:
    if declared.reaches is Server.TMDB:
        return environment.arn("secretsmanager", f"secret:{environment.called(_TMDB)}-??????")
    return environment.secret_arn(_address(environment, declared))


def _address(environment: Environment, declared: LambdaFunction) -> Address | None:
    return (environment.warehouse or environment.oltp) if declared.reaches is Server.WAREHOUSE else environment.oltp


def _called(environment: Environment, declared: LambdaFunction) -> str:
    # Apart from the Glue job of that name, whose role would be called the same.
    return environment.called(f"function-{declared.name}")


def _logs(environment: Environment, declared: LambdaFunction) -> str:
    return f"/aws/lambda/{_called(environment, declared)}"


def _dead_letters(environment: Environment) -> str:
    return environment.arn("sqs", environment.called("dead-letters"))
