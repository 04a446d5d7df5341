"""Redshift Serverless: a namespace has the data, a workgroup computes on them."""

from __future__ import annotations

import re
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping, to_remove, to_set
from sakila_platform.errors import PlatformError

_REDSHIFT = "redshift-serverless"
_NAMESPACE_PARTS = ("defaultIamRoleArn", "iamRoles", "logExports")
_WORKGROUP_PARTS = ("baseCapacity", "maxCapacity", "publiclyAccessible", "subnetIds", "securityGroupIds")
_PARAMETERS = "configParameters"
_ROLE = re.compile(r"arn:aws[^,)\s]*:role/[^,)\s]+")
_LOOKS = 180
_SECONDS_BETWEEN_LOOKS = 5.0


def describe_namespace(aws: Aws, name: str) -> dict[str, Any] | None:
    """A namespace."""
    found = _namespace(aws, name)
    if found is None:
        return None
    # Answered as IamRole(applyStatus=in-sync, iamRoleArn=arn:aws:iam::...).
    roles = [role[0] for role in map(_ROLE.search, found.get("iamRoles") or ()) if role]
    return {
        "dbName": found.get("dbName"),
        "defaultIamRoleArn": found.get("defaultIamRoleArn"),
        "iamRoles": roles,
        "logExports": sorted(found.get("logExports") or ()),
        TAGS: _tags(aws, found["namespaceArn"]),
    }


def ensure_namespace(aws: Aws, change: Change) -> None:
    """Create or update the namespace; its administrator's password is AWS's own secret."""
    wanted = change.asked(*_NAMESPACE_PARTS)
    if change.is_creation:
        aws.call(
            _REDSHIFT,
            "create_namespace",
            namespaceName=change.name,
            dbName=change.wanted["dbName"],
            manageAdminPassword=True,
            tags=_tag_list(change.wanted[TAGS]),
            **wanted,
        )
    elif change.concerns("dbName"):
        raise PlatformError(f"Redshift namespace {change.name} has another database, and AWS renames none.")
    elif change.concerns(*_NAMESPACE_PARTS):
        aws.call(_REDSHIFT, "update_namespace", namespaceName=change.name, **wanted)
    _await(aws, _namespace, change.name, gone=False)
    _ensure_tags(aws, change, (_namespace(aws, change.name) or {}).get("namespaceArn", ""))


def delete_namespace(aws: Aws, name: str) -> None:
    """Delete the namespace with its data."""
    aws.remove(_REDSHIFT, "delete_namespace", namespaceName=name)
    _await(aws, _namespace, name, gone=True)


def names_of_namespaces(aws: Aws, prefix: str) -> list[str]:
    """The namespaces whose names begin so."""
    found = aws.each(_REDSHIFT, "list_namespaces", "namespaces")
    return [each["namespaceName"] for each in found if each["namespaceName"].startswith(prefix)]


def held_by_namespace(aws: Aws, name: str) -> str:
    """What would be lost with it."""
    found = _namespace(aws, name)
    return f"database {found['dbName']}" if found else ""


def describe_workgroup(aws: Aws, name: str) -> dict[str, Any] | None:
    """A workgroup."""
    found = _workgroup(aws, name)
    if found is None:
        return None
    return {
        "namespaceName": found.get("namespaceName"),
        **{part: found.get(part) for part in _WORKGROUP_PARTS},
        _PARAMETERS: {each["parameterKey"]: each["parameterValue"] for each in found.get(_PARAMETERS) or ()},
        TAGS: _tags(aws, found["workgroupArn"]),
    }


def ensure_workgroup(aws: Aws, change: Change) -> None:
    """Create or update the workgroup, one part at a time as AWS wants it, and wait for it."""
    wanted = change.asked(*_WORKGROUP_PARTS)
    wanted["publiclyAccessible"] = change.wanted["publiclyAccessible"]
    parameters = [{"parameterKey": key, "parameterValue": value} for key, value in change.wanted[_PARAMETERS].items()]
    if change.is_creation:
        aws.call(
            _REDSHIFT,
            "create_workgroup",
            workgroupName=change.name,
            namespaceName=change.wanted["namespaceName"],
            configParameters=parameters,
            tags=_tag_list(change.wanted[TAGS]),
            **wanted,
        )
    else:
        parts = {**wanted, _PARAMETERS: parameters}
        for part in (part for part in parts if change.concerns(part)):
            aws.call(_REDSHIFT, "update_workgroup", workgroupName=change.name, **{part: parts[part]})
            _await(aws, _workgroup, change.name, gone=False)
    _await(aws, _workgroup, change.name, gone=False)
    _ensure_tags(aws, change, (_workgroup(aws, change.name) or {}).get("workgroupArn", ""))


def delete_workgroup(aws: Aws, name: str) -> None:
    """Delete the workgroup; the namespace keeps the data."""
    aws.remove(_REDSHIFT, "delete_workgroup", workgroupName=name)
    _await(aws, _workgroup, name, gone=True)


def names_of_workgroups(aws: Aws, prefix: str) -> list[str]:
    """The workgroups whose names begin so."""
    found = aws.each(_REDSHIFT, "list_workgroups", "workgroups")
    return [each["workgroupName"] for each in found if each["workgroupName"].startswith(prefix)]


def _namespace(aws: Aws, name: str) -> dict[str, Any] | None:
    found = aws.ask(_REDSHIFT, "get_namespace", namespaceName=name)
    return found["namespace"] if found else None


def _workgroup(aws: Aws, name: str) -> dict[str, Any] | None:
    found = aws.ask(_REDSHIFT, "get_workgroup", workgroupName=name)
    return found["workgroup"] if found else None


def _await(aws: Aws, look: Any, name: str, *, gone: bool) -> None:
    for _ in range(_LOOKS):
        found = look(aws, name)
        if (found is None) == gone and (found is None or found.get("status") == "AVAILABLE"):
            return
        aws.wait(_SECONDS_BETWEEN_LOOKS)
    raise PlatformError(f"Redshift does not get done with {name}. Look at it in the console, then apply again.")


def _tags(aws: Aws, address: str) -> dict[str, str]:
    found = aws.ask(_REDSHIFT, "list_tags_for_resource", resourceArn=address) or {}
    return as_mapping(found.get("tags"), "key", "value")


def _tag_list(tags: Any) -> list[dict[str, str]]:
    return as_list(tags, "key", "value")


def _ensure_tags(aws: Aws, change: Change, address: str) -> None:
    if change.is_creation:
        return
    if missing := to_set(change):
        aws.call(_REDSHIFT, "tag_resource", resourceArn=address, tags=_tag_list(missing))
    if strange := to_remove(change):
        aws.call(_REDSHIFT, "untag_resource", resourceArn=address, tagKeys=strange)
