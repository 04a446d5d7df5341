"""The Glue workflow and its triggers."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.services.glue.tags import GlueAddress, described_tags, ensure_tags
from sakila_platform.deploy.tags import TAGS

_WORKFLOW = GlueAddress("workflow")
_TRIGGER = GlueAddress("trigger")
_WORKFLOW_PARTS = ("Description", "DefaultRunProperties", "MaxConcurrentRuns")
_TRIGGER_PARTS = ("Description", "Schedule", "Predicate", "Actions")
# AWS gives a trigger these for life.
_FOR_LIFE = ("Type", "WorkflowName")
_ON = ("ACTIVATED", "ACTIVATING")


def describe_workflow(aws: Aws, name: str) -> dict[str, Any] | None:
    """A workflow without its runs."""
    found = aws.ask("glue", "get_workflow", Name=name)
    if found is None:
        return None
    state = {part: found["Workflow"].get(part) for part in _WORKFLOW_PARTS}
    return {**state, TAGS: described_tags(aws, _WORKFLOW.of(aws, name))}


def ensure_workflow(aws: Aws, change: Change) -> None:
    """Create or update the workflow."""
    wanted = change.asked(*_WORKFLOW_PARTS)
    if change.is_creation:
        aws.call("glue", "create_workflow", Name=change.name, Tags=change.wanted[TAGS], **wanted)
        return
    if change.concerns(*_WORKFLOW_PARTS):
        aws.call("glue", "update_workflow", Name=change.name, **wanted)
    ensure_tags(aws, change, _WORKFLOW.of(aws, change.name))


def delete_workflow(aws: Aws, name: str) -> None:
    """Delete the workflow; its triggers have gone before."""
    aws.remove("glue", "delete_workflow", Name=name)


def names_of_workflows(aws: Aws, prefix: str) -> list[str]:
    """The workflows whose names begin so."""
    return [name for name in aws.each("glue", "list_workflows", "Workflows") if name.startswith(prefix)]


def describe_trigger(aws: Aws, name: str) -> dict[str, Any] | None:
    """A trigger, and whether it is on."""
    found = aws.ask("glue", "get_trigger", Name=name)
    # One that is being deleted is gone.
    if found is None or found["Trigger"].get("State") == "DELETING":
        return None
    trigger = found["Trigger"]
    return {
        **{part: trigger.get(part) for part in (*_FOR_LIFE, *_TRIGGER_PARTS)},
        "IsOn": trigger.get("State") in _ON,
        TAGS: described_tags(aws, _TRIGGER.of(aws, name)),
    }


def ensure_trigger(aws: Aws, change: Change) -> None:
    """Create or update the trigger, and turn it on or off."""
    if not change.is_creation and change.concerns(*_FOR_LIFE):
        delete_trigger(aws, change.name)
        _create_trigger(aws, change)
        return
    if change.is_creation:
        _create_trigger(aws, change)
        return
    if change.concerns(*_TRIGGER_PARTS):
        aws.call("glue", "update_trigger", Name=change.name, TriggerUpdate=change.asked(*_TRIGGER_PARTS))
    if change.concerns("IsOn"):
        aws.call("glue", "start_trigger" if change.wanted["IsOn"] else "stop_trigger", Name=change.name)
    ensure_tags(aws, change, _TRIGGER.of(aws, change.name))


def delete_trigger(aws: Aws, name: str) -> None:
    """Delete the trigger."""
    aws.remove("glue", "delete_trigger", Name=name)


def names_of_triggers(aws: Aws, prefix: str) -> list[str]:
    """The triggers whose names begin so."""
    return [name for name in aws.each("glue", "list_triggers", "TriggerNames") if name.startswith(prefix)]


def _create_trigger(aws: Aws, change: Change) -> None:
    aws.call(
        "glue",
        "create_trigger",
        Name=change.name,
        StartOnCreation=change.wanted["IsOn"],
        Tags=change.wanted[TAGS],
        **change.asked(*_FOR_LIFE, *_TRIGGER_PARTS),
    )
