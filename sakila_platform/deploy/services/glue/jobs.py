"""Glue jobs, and the connection by which they reach MySQL."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.services.glue.tags import GlueAddress, described_tags, ensure_tags
from sakila_platform.deploy.tags import TAGS

_JOB = GlueAddress("job")
_CONNECTION = GlueAddress("connection")
_JOB_PARTS = (
    "Description",
    "Role",
    "ExecutionProperty",
    "Command",
    "DefaultArguments",
    "Connections",
    "MaxRetries",
    "Timeout",
    "GlueVersion",
    "WorkerType",
    "NumberOfWorkers",
    "ExecutionClass",
)
_CONNECTION_PARTS = ("Description", "ConnectionType", "ConnectionProperties", "PhysicalConnectionRequirements")


def describe_job(aws: Aws, name: str) -> dict[str, Any] | None:
    """A job."""
    found = aws.ask("glue", "get_job", JobName=name)
    if found is None:
        return None
    state = {part: found["Job"].get(part) for part in _JOB_PARTS}
    return {**state, TAGS: described_tags(aws, _JOB.of(aws, name))}


def ensure_job(aws: Aws, change: Change) -> None:
    """Create or update the job."""
    wanted = change.asked(*_JOB_PARTS)
    if change.is_creation:
        aws.call("glue", "create_job", Name=change.name, Tags=change.wanted[TAGS], **wanted)
        return
    if change.concerns(*_JOB_PARTS):
        aws.call("glue", "update_job", JobName=change.name, JobUpdate=wanted)
    ensure_tags(aws, change, _JOB.of(aws, change.name))


def delete_job(aws: Aws, name: str) -> None:
    """Delete the job."""
    aws.remove("glue", "delete_job", JobName=name)


def names_of_jobs(aws: Aws, prefix: str) -> list[str]:
    """The jobs whose names begin so."""
    return [name for name in aws.each("glue", "list_jobs", "JobNames") if name.startswith(prefix)]


def describe_connection(aws: Aws, name: str) -> dict[str, Any] | None:
    """A connection, its password (were there one) left out."""
    found = aws.ask("glue", "get_connection", Name=name, HidePassword=True)
    if found is None:
        return None
    connection = found["Connection"]
    state = {part: connection.get(part) for part in _CONNECTION_PARTS}
    return {**state, TAGS: described_tags(aws, _CONNECTION.of(aws, name))}


def ensure_connection(aws: Aws, change: Change) -> None:
    """Create or update the connection."""
    wanted = {"Name": change.name, **change.asked(*_CONNECTION_PARTS)}
    if change.is_creation:
        aws.call("glue", "create_connection", ConnectionInput=wanted, Tags=change.wanted[TAGS])
        return
    if change.concerns(*_CONNECTION_PARTS):
        aws.call("glue", "update_connection", Name=change.name, ConnectionInput=wanted)
    ensure_tags(aws, change, _CONNECTION.of(aws, change.name))


def delete_connection(aws: Aws, name: str) -> None:
    """Delete the connection."""
    aws.remove("glue", "delete_connection", ConnectionName=name)


def names_of_connections(aws: Aws, prefix: str) -> list[str]:
    """The connections whose names begin so."""
    found = aws.each("glue", "get_connections", "ConnectionList", HidePassword=True)
    return [connection["Name"] for connection in found if connection["Name"].startswith(prefix)]
