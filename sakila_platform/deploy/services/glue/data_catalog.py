"""Glue databases, and tables and views as the contracts have them. Partitions are the crawlers' and the jobs'."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tags import ENVIRONMENT, OWNER, OWNER_VALUE, TAGS

_TABLE_PARTS = (
    "Description",
    "TableType",
    "PartitionKeys",
    "StorageDescriptor",
    "ViewOriginalText",
    "ViewExpandedText",
)


def describe_database(aws: Aws, name: str) -> dict[str, Any] | None:
    """A database. Its parameters are its tags: those Glue returns with it."""
    found = aws.ask("glue", "get_database", Name=name)
    if found is None:
        return None
    database = found["Database"]
    return {
        "Description": database.get("Description"),
        "LocationUri": database.get("LocationUri"),
        TAGS: database.get("Parameters") or {},
    }


def ensure_database(aws: Aws, change: Change) -> None:
    """Create or update the database."""
    wanted = {"Name": change.name, **change.asked("Description", "LocationUri"), "Parameters": change.wanted[TAGS]}
    if change.is_creation:
        aws.call("glue", "create_database", DatabaseInput=wanted)
    else:
        aws.call("glue", "update_database", Name=change.name, DatabaseInput=wanted)


def delete_database(aws: Aws, name: str) -> None:
    """Delete the database and what it lists; the lake's files stay."""
    aws.remove("glue", "delete_database", Name=name)


def names_of_databases(aws: Aws, prefix: str) -> list[str]:
    """All of the account's databases: their names need no prefix, their parameters say whose they are."""
    return [database["Name"] for database in aws.each("glue", "get_databases", "DatabaseList")]


def describe_table(aws: Aws, name: str) -> dict[str, Any] | None:
    """A table, `database.table`. What crawlers add to its parameters is no difference."""
    database, _, table = name.partition(".")
    found = aws.ask("glue", "get_table", DatabaseName=database, Name=table)
    if found is None:
        return None
    parameters = dict(found["Table"].get("Parameters") or {})
    tags = {tag: parameters.pop(tag) for tag in (OWNER, ENVIRONMENT) if tag in parameters}
    return {**{part: found["Table"].get(part) for part in _TABLE_PARTS}, "Parameters": parameters, TAGS: tags}


def ensure_table(aws: Aws, change: Change) -> None:
    """Create or update the table; parameters of crawlers stay."""
    database, _, table = change.name.partition(".")
    kept = (change.present or {}).get("Parameters") or {}
    wanted = {
        "Name": table,
        **change.asked(*_TABLE_PARTS),
        "Parameters": {**kept, **change.wanted["Parameters"], **change.wanted[TAGS]},
    }
    operation = "create_table" if change.is_creation else "update_table"
    aws.call("glue", operation, DatabaseName=database, TableInput=wanted)


def delete_table(aws: Aws, name: str) -> None:
    """Take the table out of the Data Catalog; the lake's files stay."""
    database, _, table = name.partition(".")
    aws.remove("glue", "delete_table", DatabaseName=database, Name=table)


def names_of_tables(aws: Aws, prefix: str) -> list[str]:
    """The tables that we registered, in the databases that we made."""
    return [
        f"{database['Name']}.{table['Name']}"
        for database in aws.each("glue", "get_databases", "DatabaseList")
        if _is_ours(database)
        for table in aws.each("glue", "get_tables", "TableList", DatabaseName=database["Name"])
        if _is_ours(table)
    ]


def _is_ours(found: dict[str, Any]) -> bool:
    return (found.get("Parameters") or {}).get(OWNER) == OWNER_VALUE
