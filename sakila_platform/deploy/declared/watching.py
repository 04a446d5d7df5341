"""What is declared of watching: a topic that people hear, rules and alarms that speak to it. Pure."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.declarations import Declaration, Exactly
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import ALARM, DATABASE_SERVER, QUEUE, RULE, TOPIC
from sakila_platform.deploy.release.lambda_archives import declared_functions
from sakila_platform.deploy.tags import TAGS

_FIVE_MINUTES, _SIX_HOURS = 300, 21_600
_FOURTEEN_DAYS = "1209600"
_GIGABYTE = 1_000_000_000
_JOBS = ("extract-stage", "build-final", "load-warehouse", "refresh-dates")


def topic(environment: Environment) -> Declaration:
    """Where alarms go. Alarms and rules may speak, nobody else."""
    arn = environment.arn("sns", environment.called("alarms"))
    speaking = {"Effect": "Allow", "Action": "sns:Publish", "Resource": arn}
    alarms_speak = {
        "Sid": "AlarmsOfThisAccount",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": environment.account}},
    }
    # EventBridge does not say for whom it speaks, so a condition would silence it.
    rules_speak = {"Sid": "Rules", "Principal": {"Service": "events.amazonaws.com"}}
    return Declaration(
        TOPIC,
        environment.called("alarms"),
        {
            "DisplayName": f"Sakila {environment.name}",
            "Policy": {
                "Version": "2012-10-17",
                "Statement": [{**alarms_speak, **speaking}, {**rules_speak, **speaking}],
            },
            "Mail": [environment.alarm_email] if environment.alarm_email else [],
            TAGS: environment.tags,
        },
    )


def dead_letters(environment: Environment) -> Declaration:
    """Where events end that a function failed on, for two weeks."""
    attributes = {"MessageRetentionPeriod": _FOURTEEN_DAYS, "SqsManagedSseEnabled": "true"}
    return Declaration(QUEUE, environment.called("dead-letters"), {"Attributes": attributes, TAGS: environment.tags})


def rules(environment: Environment) -> list[Declaration]:
    """Who hears at once of a job or crawler that failed; and the sign that the warehouse was loaded, for an alarm."""
    jobs = [environment.called(job) for job in _JOBS]
    failed = {
        "source": ["aws.glue"],
        "detail-type": ["Glue Job State Change"],
        "detail": {"jobName": jobs, "state": ["FAILED", "TIMEOUT", "ERROR", "STOPPED"]},
    }
    crawled = {
        "source": ["aws.glue"],
        "detail-type": ["Glue Crawler State Change"],
        "detail": {"crawlerName": [{"prefix": environment.prefix}], "state": ["Failed"]},
    }
    loaded = {
        "source": ["aws.glue"],
        "detail-type": ["Glue Job State Change"],
        "detail": {"jobName": [environment.called("load-warehouse")], "state": ["SUCCEEDED"]},
    }
    job_told = {
        "InputPathsMap": {"job": "$.detail.jobName", "state": "$.detail.state", "why": "$.detail.message"},
        "InputTemplate": f'"{environment.name}: Glue job <job> ended as <state>: <why>. What to do: docs/aws.md."',
    }
    crawler_told = {
        "InputPathsMap": {"crawler": "$.detail.crawlerName", "why": "$.detail.errorMessage"},
        "InputTemplate": f'"{environment.name}: Glue crawler <crawler> failed: <why>. What to do: docs/aws.md."',
    }
    return [
        _rule(environment, "job-failed", "A job failed.", failed, _to_topic(environment, job_told)),
        _rule(environment, "crawler-failed", "A crawler failed.", crawled, _to_topic(environment, crawler_told)),
        _rule(environment, "warehouse-loaded", "The warehouse was loaded.", loaded, []),
    ]


def alarms(environment: Environment) -> list[Declaration]:
    """Failed jobs, data that are stale, functions that failed, events nobody could deal with, a disk that fills up."""
    failures = _counted("AWS/Events", "MatchedEvents", RuleName=environment.called("job-failed"))
    loads = _counted("AWS/Events", "MatchedEvents", RuleName=environment.called("warehouse-loaded"))
    letters = _counted("AWS/SQS", "ApproximateNumberOfMessagesVisible", QueueName=environment.called("dead-letters"))
    declared = [
        _alarm(environment, "job-failed", "A Glue job failed in the last five minutes.", failures | _any()),
        # Thirty hours: a day, and six more for a chain that was started again.
        _alarm(
            environment,
            "data-stale",
            "The warehouse has not been loaded for 30 hours.",
            loads
            | {
                "Period": _SIX_HOURS,
                "EvaluationPeriods": 5,
                "DatapointsToAlarm": 5,
                "Threshold": 1.0,
                "ComparisonOperator": "LessThanThreshold",
                "TreatMissingData": "breaching",
                "ActionsEnabled": environment.is_conductor_glue,
            },
        ),
        _alarm(environment, "dead-letters", "An event could not be dealt with.", letters | _any()),
    ]
    for each in declared_functions():
        function = environment.called(f"function-{each.name}")
        errors = _counted("AWS/Lambda", "Errors", FunctionName=function)
        declared.append(_alarm(environment, f"{each.name}-failed", f"{function} failed.", errors | _any()))
    if environment.oltp is None:
        declared.append(_disk_alarm(environment))
    return declared


def _disk_alarm(environment: Environment) -> Declaration:
    free = _counted("AWS/RDS", "FreeStorageSpace", DBInstanceIdentifier=environment.database_server)
    low = {
        "Statistic": "Minimum",
        "Threshold": 2.0 * _GIGABYTE,
        "ComparisonOperator": "LessThanThreshold",
    }
    told = f"The {DATABASE_SERVER} has less than 2 GB left."
    return _alarm(environment, "database-full", told, free | _any() | low)


def _counted(namespace: str, metric: str, **dimensions: str) -> dict[str, Any]:
    listed = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": metric, "Dimensions": listed, "Statistic": "Sum"}


def _any() -> dict[str, Any]:
    """One is one too many."""
    return {
        "Period": _FIVE_MINUTES,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
        "ActionsEnabled": True,
    }


def _alarm(environment: Environment, name: str, told: str, parts: dict[str, Any]) -> Declaration:
    actions = [environment.arn("sns", environment.called("alarms"))]
    wanted = {"AlarmDescription": told, **parts, "AlarmActions": actions, TAGS: environment.tags}
    return Declaration(ALARM, environment.called(name), wanted)


def _rule(
    environment: Environment, name: str, does: str, pattern: dict[str, Any], targets: list[dict[str, Any]]
) -> Declaration:
    wanted = {"Description": does, "EventPattern": Exactly(pattern), "State": "ENABLED", "Targets": targets}
    return Declaration(RULE, environment.called(name), {**wanted, TAGS: environment.tags})


def _to_topic(environment: Environment, told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"Id": "topic", "Arn": environment.arn("sns", environment.called("alarms")), "InputTransformer": told}]
