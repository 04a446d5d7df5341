"""CloudWatch alarms and log groups, and EventBridge rules that notify a topic."""

from __future__ import annotations

import json
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping, to_remove, to_set

_ALARM_PARTS = (
    "AlarmDescription",
    "Namespace",
    "MetricName",
    "Dimensions",
    "Statistic",
    "Period",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "ActionsEnabled",
    "AlarmActions",
)


def describe_alarm(aws: Aws, name: str) -> dict[str, Any] | None:
    """An alarm without its state."""
    found = aws.ask("cloudwatch", "describe_alarms", AlarmNames=[name], AlarmTypes=["MetricAlarm"])
    if not found or not found["MetricAlarms"]:
        return None
    alarm = found["MetricAlarms"][0]
    tags = aws.ask("cloudwatch", "list_tags_for_resource", ResourceARN=alarm["AlarmArn"]) or {}
    state = {part: alarm.get(part) for part in _ALARM_PARTS}
    return {**state, "Arn": alarm["AlarmArn"], TAGS: as_mapping(tags.get("Tags"))}


def ensure_alarm(aws: Aws, change: Change) -> None:
    """Create the alarm, or write it anew."""
    if change.concerns(*_ALARM_PARTS):
        wanted = {part: change.wanted[part] for part in _ALARM_PARTS}
        # Sent again with an alarm that is there, tags are ignored.
        aws.call("cloudwatch", "put_metric_alarm", AlarmName=change.name, Tags=as_list(change.wanted[TAGS]), **wanted)
    if change.present is None:
        return
    ensure_tags(aws, change, Tagged("cloudwatch", {"ResourceARN": change.present["Arn"]}))


def delete_alarm(aws: Aws, name: str) -> None:
    """Delete the alarm."""
    aws.remove("cloudwatch", "delete_alarms", AlarmNames=[name])


def names_of_alarms(aws: Aws, prefix: str) -> list[str]:
    """The alarms whose names begin so."""
    found = aws.each("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix)
    return [alarm["AlarmName"] for alarm in found]


def describe_log_group(aws: Aws, name: str) -> dict[str, Any] | None:
    """A log group, and for how many days it keeps its events."""
    for group in aws.each("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name):
        if group["logGroupName"] == name:
            tags = aws.ask("logs", "list_tags_log_group", logGroupName=name) or {}
            return {"retentionInDays": group.get("retentionInDays"), TAGS: dict(tags.get("tags") or {})}
    return None


def ensure_log_group(aws: Aws, change: Change) -> None:
    """Create the log group, and put right what differs."""
    if change.is_creation:
        aws.call("logs", "create_log_group", logGroupName=change.name, tags=dict(change.wanted[TAGS]))
    if change.concerns("retentionInDays"):
        days = change.wanted["retentionInDays"]
        aws.call("logs", "put_retention_policy", logGroupName=change.name, retentionInDays=days)
    if change.present is None:
        return
    if missing := to_set(change):
        aws.call("logs", "tag_log_group", logGroupName=change.name, tags=missing)
    if strange := to_remove(change):
        aws.call("logs", "untag_log_group", logGroupName=change.name, tags=strange)


def delete_log_group(aws: Aws, name: str) -> None:
    """Delete the log group and its events."""
    aws.remove("logs", "delete_log_group", logGroupName=name)


def names_of_log_groups(aws: Aws, prefix: str) -> list[str]:
    """The log groups whose names begin so."""
    groups = aws.each("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
    return [group["logGroupName"] for group in groups]


def describe_rule(aws: Aws, name: str) -> dict[str, Any] | None:
    """A rule, what it looks for, and whom it tells."""
    rule = aws.ask("events", "describe_rule", Name=name)
    if rule is None:
        return None
    targets = aws.each("events", "list_targets_by_rule", "Targets", Rule=name)
    tags = aws.ask("events", "list_tags_for_resource", ResourceARN=rule["Arn"]) or {}
    return {
        "Description": rule.get("Description"),
        "EventPattern": json.loads(rule.get("EventPattern") or "{}"),
        "State": rule.get("State"),
        "Targets": sorted(targets, key=lambda target: target["Id"]),
        "Arn": rule["Arn"],
        TAGS: as_mapping(tags.get("Tags")),
    }


def ensure_rule(aws: Aws, change: Change) -> None:
    """Create the rule or write it anew, and its targets."""
    name, wanted = change.name, change.wanted
    if change.concerns("Description", "EventPattern", "State"):
        tags = {TAGS: as_list(wanted[TAGS])} if change.is_creation else {}
        pattern = json.dumps(wanted["EventPattern"])
        aws.call(
            "events",
            "put_rule",
            Name=name,
            EventPattern=pattern,
            State=wanted["State"],
            Description=wanted["Description"],
            **tags,
        )
    if change.concerns("Targets"):
        kept = {target["Id"] for target in wanted["Targets"]}
        strange = sorted({target["Id"] for target in (change.present or {}).get("Targets") or ()} - kept)
        if strange:
            aws.call("events", "remove_targets", Rule=name, Ids=strange)
        if wanted["Targets"]:
            aws.call("events", "put_targets", Rule=name, Targets=list(wanted["Targets"]))
    if change.present is None:
        return
    ensure_tags(aws, change, Tagged("events", {"ResourceARN": change.present["Arn"]}))


def delete_rule(aws: Aws, name: str) -> None:
    """Delete the rule, and its targets first."""
    targets = [target["Id"] for target in aws.each("events", "list_targets_by_rule", "Targets", Rule=name)]
    if targets:
        aws.remove("events", "remove_targets", Rule=name, Ids=targets)
    aws.remove("events", "delete_rule", Name=name)


def names_of_rules(aws: Aws, prefix: str) -> list[str]:
    """The rules whose names begin so."""
    return [rule["Name"] for rule in aws.each("events", "list_rules", "Rules", NamePrefix=prefix)]
