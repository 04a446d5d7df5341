"""Athena's workgroup: where results go, how they are encrypted, how much a query may scan."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping

_RESULT = "ResultConfiguration"


def describe_workgroup(aws: Aws, name: str) -> dict[str, Any] | None:
    """A workgroup."""
    found = aws.ask("athena", "get_work_group", WorkGroup=name)
    if not found or not found.get("WorkGroup"):
        return None
    group = found["WorkGroup"]
    tags = aws.ask("athena", "list_tags_for_resource", ResourceARN=_address(aws, name)) or {}
    return {
        "Description": group.get("Description"),
        "State": group.get("State"),
        "Configuration": group.get("Configuration"),
        TAGS: as_mapping(tags.get("Tags")),
    }


def ensure_workgroup(aws: Aws, change: Change) -> None:
    """Create or update the workgroup."""
    name, wanted = change.name, change.wanted
    if change.is_creation:
        aws.call(
            "athena",
            "create_work_group",
            Name=name,
            Configuration=wanted["Configuration"],
            Description=wanted["Description"],
            Tags=as_list(wanted[TAGS]),
        )
        return
    if change.concerns("Description", "State", "Configuration"):
        updates = dict(wanted["Configuration"])
        updates["ResultConfigurationUpdates"] = updates.pop(_RESULT)
        aws.call(
            "athena",
            "update_work_group",
            WorkGroup=name,
            ConfigurationUpdates=updates,
            Description=wanted["Description"],
            State=wanted["State"],
        )
    ensure_tags(aws, change, Tagged("athena", {"ResourceARN": _address(aws, name)}))


def delete_workgroup(aws: Aws, name: str) -> None:
    """Delete the workgroup with its history of queries."""
    aws.remove("athena", "delete_work_group", WorkGroup=name, RecursiveDeleteOption=True)


def names_of_workgroups(aws: Aws, prefix: str) -> list[str]:
    """The workgroups whose names begin so."""
    found = aws.each("athena", "list_work_groups", "WorkGroups")
    return [group["Name"] for group in found if group["Name"].startswith(prefix)]


def _address(aws: Aws, name: str) -> str:
    return f"arn:aws:athena:{aws.region}:{aws.account()}:workgroup/{name}"
