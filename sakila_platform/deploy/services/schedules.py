"""EventBridge Scheduler: a group that is ours, and what starts when, in the shop's own time zone."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping

_PARTS = (
    "Description",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "State",
    "FlexibleTimeWindow",
    "Target",
)


def describe_group(aws: Aws, name: str) -> dict[str, Any] | None:
    """A group of schedules."""
    found = aws.ask("scheduler", "get_schedule_group", Name=name)
    if found is None or found.get("State") == "DELETING":
        return None
    tags = aws.ask("scheduler", "list_tags_for_resource", ResourceArn=found["Arn"]) or {}
    return {"Arn": found["Arn"], TAGS: as_mapping(tags.get("Tags"))}


def ensure_group(aws: Aws, change: Change) -> None:
    """Create the group, and put its tags right."""
    if change.present is None:
        aws.call("scheduler", "create_schedule_group", Name=change.name, Tags=as_list(change.wanted[TAGS]))
        return
    ensure_tags(aws, change, Tagged("scheduler", {"ResourceArn": change.present["Arn"]}))


def delete_group(aws: Aws, name: str) -> None:
    """Delete the group and all its schedules."""
    aws.remove("scheduler", "delete_schedule_group", Name=name)


def names_of_groups(aws: Aws, prefix: str) -> list[str]:
    """The groups whose names begin so."""
    found = aws.each("scheduler", "list_schedule_groups", "ScheduleGroups", NamePrefix=prefix)
    return [group["Name"] for group in found if group["Name"].startswith(prefix)]


def describe_schedule(aws: Aws, name: str) -> dict[str, Any] | None:
    """A schedule, `group/schedule`. It has no tags: its group has."""
    group, _, schedule = name.partition("/")
    found = aws.ask("scheduler", "get_schedule", GroupName=group, Name=schedule)
    return None if found is None else {part: found.get(part) for part in _PARTS}


def ensure_schedule(aws: Aws, change: Change) -> None:
    """Create the schedule, or write it anew."""
    group, _, schedule = change.name.partition("/")
    operation = "create_schedule" if change.is_creation else "update_schedule"
    aws.call("scheduler", operation, GroupName=group, Name=schedule, **change.asked(*_PARTS))


def delete_schedule(aws: Aws, name: str) -> None:
    """Delete the schedule."""
    group, _, schedule = name.partition("/")
    aws.remove("scheduler", "delete_schedule", GroupName=group, Name=schedule)


def names_of_schedules(aws: Aws, prefix: str) -> list[str]:
    """The schedules of groups whose names begin so."""
    return [
        f"{group}/{schedule['Name']}"
        for group in names_of_groups(aws, prefix)
        for schedule in aws.each("scheduler", "list_schedules", "Schedules", GroupName=group)
    ]
