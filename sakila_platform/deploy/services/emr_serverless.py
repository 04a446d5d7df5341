"""EMR Serverless applications: where a Spark job of ours may run; idle, they cost nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tags import TAGS, to_remove, to_set
from sakila_platform.errors import PlatformError

_EMR = "emr-serverless"
_AT_CREATION = ("type",)
_PARTS = ("releaseLabel", "maximumCapacity", "autoStopConfiguration", "networkConfiguration")
_STOPPED = ("CREATED", "STOPPED", "TERMINATED")
_LOOKS = 60
_SECONDS_BETWEEN_LOOKS = 5.0


def describe_application(aws: Aws, name: str) -> dict[str, Any] | None:
    """An application; its type as it is declared."""
    found = _application(aws, name)
    if found is None:
        return None
    state = {part: found.get(part) for part in _PARTS}
    return {**state, "type": str(found["type"]).upper(), TAGS: dict(found.get("tags") or {})}


def ensure_application(aws: Aws, change: Change) -> None:
    """Create or update the application."""
    if change.is_creation:
        wanted = change.asked(*_AT_CREATION, *_PARTS)
        tags = dict(change.wanted[TAGS])
        aws.call(_EMR, "create_application", name=change.name, tags=tags, clientToken=_token(), **wanted)
        return
    present = _application(aws, change.name) or {}
    if change.concerns(*_PARTS):
        _stop(aws, present)
        number = present["applicationId"]
        aws.call(_EMR, "update_application", applicationId=number, clientToken=_token(), **change.asked(*_PARTS))
    if missing := to_set(change):
        aws.call(_EMR, "tag_resource", resourceArn=present["arn"], tags=missing)
    if strange := to_remove(change):
        aws.call(_EMR, "untag_resource", resourceArn=present["arn"], tagKeys=strange)


def delete_application(aws: Aws, name: str) -> None:
    """Stop and delete the application."""
    if present := _application(aws, name):
        _stop(aws, present)
        aws.remove(_EMR, "delete_application", applicationId=present["applicationId"])


def names_of_applications(aws: Aws, prefix: str) -> list[str]:
    """The applications whose names begin so."""
    return [each["name"] for each in _listed(aws) if str(each.get("name")).startswith(prefix)]


def _application(aws: Aws, name: str) -> dict[str, Any] | None:
    # AWS knows it by a number that it makes up itself.
    number = next((each["id"] for each in _listed(aws) if each.get("name") == name), None)
    found = aws.ask(_EMR, "get_application", applicationId=number) if number else None
    return found["application"] if found else None


def _listed(aws: Aws) -> list[dict[str, Any]]:
    return [each for each in aws.each(_EMR, "list_applications", "applications") if each["state"] != "TERMINATED"]


def _token() -> str:
    # One for each request: AWS takes a repeated one for the same request sent again.
    return uuid4().hex


def _stop(aws: Aws, present: dict[str, Any]) -> None:
    """It is changed and deleted only where nothing runs."""
    number = present["applicationId"]
    if present["state"] not in _STOPPED:
        aws.call(_EMR, "stop_application", applicationId=number)
    for _ in range(_LOOKS):
        found = aws.ask(_EMR, "get_application", applicationId=number)
        if not found or found["application"]["state"] in _STOPPED:
            return
        aws.wait(_SECONDS_BETWEEN_LOOKS)
    raise PlatformError(f"EMR Serverless application {present['name']} does not stop. End its jobs, then try again.")
