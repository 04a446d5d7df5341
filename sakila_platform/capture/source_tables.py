"""The shop's tables as they are found: a consistent snapshot of them all, and whether they still are what we know."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pyarrow as pa
import pymysql
from pymysql.constants import ER
from pymysql.cursors import Cursor

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.where import Where, quoted
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import ColumnType, Table

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

    Raises PlatformError, naming all that is wrong and what both sides have, when a table or a column is missing, is of
    a type that the contract can't hold, or may not be read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type, column_type, numeric_scale "
            "FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY ordinal_position"
        )
        found: dict[str, dict[str, _SourceColumn]] = {}
        for table_name, column, kind, written, scale in cursor.fetchall():
            described = _SourceColumn(str(kind).lower(), str(written).lower(), scale or 0)
            found.setdefault(table_name, {})[column] = described
        denied = [table.name.table for table in tables if _is_denied(cursor, table, found.get(table.name.table, {}))]
    if denied:
        # The server shows an account nothing of what it has no right to: what is missing is known only afterwards.
        raise PlatformError(
            f"The account may not read {', '.join(denied)} of the source. Nothing was published. Grant it SELECT on "
            "the source's database, then run the days again."
        )
    faults = [fault for table in tables for fault in _faults(table, found.get(table.name.table))]
    if faults:
        raise PlatformError(
            f"The source's tables are not as their contracts say: {'; '.join(faults)}. Nothing was published. "
            "Put the source right, or change those contracts."
        )
    return {table: _unknown_columns(table, found[table.name.table]) for table in tables}


@dataclass(frozen=True)
class _SourceColumn:
    """A column as the source describes it: its kind, its type in full, and a decimal's digits after the point."""

    kind: str
    written: str
    scale: int


def _is_denied(cursor: Cursor, table: Table, found: Collection[str]) -> bool:
    """Whether the account lacks the right to read the table, or one of its carried columns."""
    # Of those alone that it sees: an account without any right to a column sees none.
    columns = ", ".join(quoted(name) for name in carried_columns(table) if name in found) or "1"
    try:
        cursor.execute(f"SELECT {columns} FROM {quoted(table.name.table)} LIMIT 0")
    except pymysql.err.MySQLError as error:
        # Whatever else is wrong is reported where the table is missed, or read.
        return bool(error.args) and error.args[0] in (ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR)
    return False


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


def _faults(table: Table, found: Mapping[str, _SourceColumn] | None) -> list[str]:
    name = table.name.table
    if found is None:
        return [f"table {name} is missing"]
    missing = [column for column in carried_columns(table) if column not in found]
    unknown = _unknown_columns(table, found)
    hint = f" (it has {', '.join(unknown)}, which the contract does not know)" if missing and unknown else ""
    faults = [f"{name}.{column} is missing{hint}" for column in missing]
    for column in carried_columns(table):
        wanted = table.column(column).type
        if column in found and not _is_held(found[column], wanted):
            faults.append(f"{name}.{column} is {found[column].written}, and {_contract_type(wanted)} in the contract")
    return faults


def _is_held(found: _SourceColumn, wanted: ColumnType) -> bool:
    """Whether the contract's type is for such a column. Digits after the point would be rounded away."""
    if found.kind not in wanted.accepts:
        return False
    return not pa.types.is_decimal(wanted.arrow) or found.scale <= wanted.arrow.scale


def _contract_type(wanted: ColumnType) -> str:
    """A contract's type in the source's words: the warehouse keeps instants otherwise."""
    return wanted.mysql.lower() if wanted.mysql.lower().startswith(wanted.accepts) else wanted.accepts[0]


def _unknown_columns(table: Table, found: Iterable[str]) -> tuple[str, ...]:
    return tuple(column for column in found if column not in (*carried_columns(table), *table.left_out))
