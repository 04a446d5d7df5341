"""The shop's tables as they are found: a consistent snapshot of them all, and whether they still are what we know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pymysql

from sakila_platform.databases.mysql import address as mysql
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.where import Where, quoted
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table

CAPTURED_AT = "captured_at"


@contextmanager
def consistent_snapshot(address: Address) -> Iterator[pymysql.Connection]:
    """A connection whose reads all see one moment of the source (InnoDB), and which changes nothing."""
    connection = mysql.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield connection
    finally:
        connection.close()


def require_known_columns(connection: pymysql.Connection, tables: Sequence[Table]) -> dict[Table, tuple[str, ...]]:
    """The columns of each table that its contract does not know (they are not carried).

    Raises PlatformError, naming all that is wrong, when a table or a column is missing or has another type.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = DATABASE()"
        )
        found: dict[str, dict[str, str]] = {}
        for table_name, column, data_type in cursor.fetchall():
            found.setdefault(table_name, {})[column] = str(data_type).lower()
    faults = [fault for table in tables for fault in _faults(table, found.get(table.name.table))]
    if faults:
        raise PlatformError(
            f"The source has changed: {'; '.join(faults)}. Nothing was published. "
            "Put the source right, or change the contract in rentals/source.py."
        )
    return {table: _unknown_columns(table, found[table.name.table]) for table in tables}


def counted_rows(connection: pymysql.Connection, table: Table, where: Where | None = None) -> int:
    """How many rows the source itself counts, in the snapshot that the connection has open."""
    condition = f" WHERE {where.sql()}" if where else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {quoted(table.name.table)}{condition}")
        ((count,),) = cursor.fetchall()
    return int(count)


def require_whole(table: Table, read: int, *counted: int) -> None:
    """Raise PlatformError when more or fewer rows were read than the source counts, or counted before and after."""
    if not min(counted) <= read <= max(counted):
        raise PlatformError(
            f"{table.name.table}: the source counts {max(counted):,} rows and gave {read:,}. Nothing of it was "
            "published. Look for what limits answers there (a proxy, a filter by row), then run the day again."
        )


def carried_columns(table: Table) -> tuple[str, ...]:
    """The columns that come from the source: all but when a row was captured."""
    return tuple(name for name in table.column_names if name != CAPTURED_AT)


def _faults(table: Table, found: dict[str, str] | None) -> list[str]:
    name = table.name.table
    if found is None:
        return [f"table {name} is missing"]
    missing = [column for column in carried_columns(table) if column not in found]
    unknown = _unknown_columns(table, found)
    hint = f" (it has {', '.join(unknown)}, which the contract does not know)" if missing and unknown else ""
    faults = [f"{name}.{column} is missing{hint}" for column in missing]
    for column in carried_columns(table):
        accepted = table.column(column).type.accepts
        if column in found and found[column] not in accepted:
            faults.append(f"{name}.{column} is {found[column]}, not {accepted[0]}")
    return faults


def _unknown_columns(table: Table, found: dict[str, str]) -> tuple[str, ...]:
    return tuple(column for column in found if column not in (*carried_columns(table), *table.left_out))
