"""RDS: a MySQL server with its parameters and its place in the network. Its password is AWS's to keep and to change."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping

_SERVER_PARTS = (
    "DBInstanceClass",
    "BackupRetentionPeriod",
    "MultiAZ",
    "PubliclyAccessible",
    "DeletionProtection",
    "MaxAllocatedStorage",
)


def describe_server(aws: Aws, name: str) -> dict[str, Any] | None:
    """A server; `Host` and `SecretArn` are AWS's, and missing until it has made them."""
    found = aws.ask("rds", "describe_db_instances", DBInstanceIdentifier=name)
    if not found or not found["DBInstances"]:
        return None
    server = found["DBInstances"][0]
    if server.get("DBInstanceStatus") == "deleting":
        return None
    return {
        **{part: server.get(part) for part in _SERVER_PARTS},
        "Host": (server.get("Endpoint") or {}).get("Address"),
        "SecretArn": (server.get("MasterUserSecret") or {}).get("SecretArn"),
        "Arn": server.get("DBInstanceArn"),
        TAGS: as_mapping(server.get("TagList")),
    }


def ensure_server(aws: Aws, change: Change) -> None:
    """Create or change the server, and wait until it can be reached: minutes."""
    wanted = {part: change.wanted[part] for part in _SERVER_PARTS}
    if change.is_creation:
        tags = as_list(change.wanted[TAGS])
        aws.call(
            "rds", "create_db_instance", DBInstanceIdentifier=change.name, Tags=tags, **wanted, **change.at_creation
        )
    elif change.concerns(*_SERVER_PARTS):
        aws.call("rds", "modify_db_instance", DBInstanceIdentifier=change.name, ApplyImmediately=True, **wanted)
    _ensure_tags(aws, change)
    aws.until("rds", "db_instance_available", DBInstanceIdentifier=change.name)


def delete_server(aws: Aws, name: str) -> None:
    """Delete the server, after a last snapshot of its data."""
    present = describe_server(aws, name)
    if present is None:
        return
    if present["DeletionProtection"]:
        aws.call(
            "rds", "modify_db_instance", DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True
        )
    last = f"{name}-last-{datetime.now(timezone.utc):%Y%m%d%H%M%S}"
    aws.remove("rds", "delete_db_instance", DBInstanceIdentifier=name, FinalDBSnapshotIdentifier=last)
    aws.until("rds", "db_instance_deleted", DBInstanceIdentifier=name)


def names_of_servers(aws: Aws, prefix: str) -> list[str]:
    """The servers whose names begin so."""
    return _names(aws, "describe_db_instances", "DBInstances", "DBInstanceIdentifier", prefix)


def held_by_server(aws: Aws, name: str) -> str:
    """A server always holds something."""
    return "databases"


def held_by_surroundings(aws: Aws, name: str) -> str:
    """Parameters and subnets are as good as the data of the server that has them: they are called as it is."""
    return "a server that is kept" if describe_server(aws, name) else ""


def describe_parameters(aws: Aws, name: str) -> dict[str, Any] | None:
    """A group of a server's parameters: those that were set by somebody."""
    found = aws.ask("rds", "describe_db_parameter_groups", DBParameterGroupName=name)
    if not found or not found["DBParameterGroups"]:
        return None
    arn = found["DBParameterGroups"][0]["DBParameterGroupArn"]
    set_by_us = aws.each("rds", "describe_db_parameters", "Parameters", DBParameterGroupName=name, Source="user")
    return {
        "Parameters": {each["ParameterName"]: each.get("ParameterValue") for each in set_by_us},
        "Arn": arn,
        TAGS: _tags(aws, arn),
    }


def ensure_parameters(aws: Aws, change: Change) -> None:
    """Create the group, and set the parameters that differ."""
    if change.is_creation:
        tags = as_list(change.wanted[TAGS])
        aws.call("rds", "create_db_parameter_group", DBParameterGroupName=change.name, Tags=tags, **change.at_creation)
    if change.concerns("Parameters"):
        wanted = [
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "pending-reboot"}
            for name, value in change.wanted["Parameters"].items()
        ]
        aws.call("rds", "modify_db_parameter_group", DBParameterGroupName=change.name, Parameters=wanted)
    _ensure_tags(aws, change)


def delete_parameters(aws: Aws, name: str) -> None:
    """Delete the group."""
    aws.remove("rds", "delete_db_parameter_group", DBParameterGroupName=name)


def names_of_parameters(aws: Aws, prefix: str) -> list[str]:
    """The groups whose names begin so."""
    return _names(aws, "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName", prefix)


def describe_subnets(aws: Aws, name: str) -> dict[str, Any] | None:
    """A group of subnets that a server may stand in."""
    found = aws.ask("rds", "describe_db_subnet_groups", DBSubnetGroupName=name)
    if not found or not found["DBSubnetGroups"]:
        return None
    group = found["DBSubnetGroups"][0]
    return {
        "DBSubnetGroupDescription": group.get("DBSubnetGroupDescription"),
        "SubnetIds": sorted(subnet["SubnetIdentifier"] for subnet in group["Subnets"]),
        "Arn": group["DBSubnetGroupArn"],
        TAGS: _tags(aws, group["DBSubnetGroupArn"]),
    }


def ensure_subnets(aws: Aws, change: Change) -> None:
    """Create or change the group."""
    wanted = change.asked("DBSubnetGroupDescription", "SubnetIds")
    if change.is_creation:
        tags = as_list(change.wanted[TAGS])
        aws.call("rds", "create_db_subnet_group", DBSubnetGroupName=change.name, Tags=tags, **wanted)
    elif change.concerns("DBSubnetGroupDescription", "SubnetIds"):
        aws.call("rds", "modify_db_subnet_group", DBSubnetGroupName=change.name, **wanted)
    _ensure_tags(aws, change)


def delete_subnets(aws: Aws, name: str) -> None:
    """Delete the group."""
    aws.remove("rds", "delete_db_subnet_group", DBSubnetGroupName=name)


def names_of_subnets(aws: Aws, prefix: str) -> list[str]:
    """The groups whose names begin so."""
    return _names(aws, "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName", prefix)


def _names(aws: Aws, operation: str, key: str, name: str, prefix: str) -> list[str]:
    return [found[name] for found in aws.each("rds", operation, key) if found[name].startswith(prefix)]


def _tags(aws: Aws, arn: str) -> dict[str, str]:
    return as_mapping((aws.ask("rds", "list_tags_for_resource", ResourceName=arn) or {}).get("TagList"))


def _ensure_tags(aws: Aws, change: Change) -> None:
    if change.present is None:
        return
    operations = ("add_tags_to_resource", "remove_tags_from_resource")
    ensure_tags(aws, change, Tagged("rds", {"ResourceName": change.present["Arn"]}, operations))
