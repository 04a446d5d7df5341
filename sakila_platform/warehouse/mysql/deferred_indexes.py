"""Secondary indexes of tables that a run fills from nothing: built once the rows are in, not row by row.

That halves the time of a long first load. MySQL commits whenever a definition changes, so this happens before a run's
transaction begins and after it has ended. A run that dies in between leaves its rows without indexes, and questions
slow; the next run builds what is missing first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pymysql
from pymysql.constants import ER

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import Connection, address_of, connect
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table
from sakila_platform.model.ddl import mysql_indexes
from sakila_platform.model.outcomes import TableChanges

ROWS_WORTH_IT = 100_000
"""From so many rows on, building indexes afterwards is faster by more than changing the tables costs."""

_LOCK_WAIT_SECONDS = 60


@contextmanager
def indexes_deferred(connection: Connection, tables: Sequence[Table]) -> Iterator[None]:
    """Within, these empty tables have no secondary indexes; when it is left without an error, they have them all.

    Tables that somebody reads just now keep theirs. Raises PlatformError when indexes can't be built.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION lock_wait_timeout = %s", (1,))
        present = _present(cursor)
        for table in tables:
            _drop(cursor, table, present.get(table.name.table, ()))
        cursor.execute("SET SESSION lock_wait_timeout = DEFAULT")
    yield
    ensure_indexes(connection, tables)


def ensure_indexes(connection: Connection, tables: Sequence[Table]) -> TableChanges:
    """Build what these tables lack of their contracts' indexes, on connections of their own: each takes one core.

    Returns, by table, what was built. Ends the connection's transaction. Raises PlatformError when an index can't be
    built.
    """
    # What has read a table keeps its definition from changing.
    connection.rollback()
    with connection.cursor() as cursor:
        present = _present(cursor)
    lacking = {
        table: missing
        for table in tables
        if (missing := [name for name in mysql_indexes(table) if name not in present.get(table.name.table, ())])
    }
    if lacking:
        address = address_of(connection)
        with ThreadPoolExecutor(len(lacking), "indexes") as threads:
            list(threads.map(lambda of: _add(address, *of), lacking.items()))
    return {
        table.name.table: [f"{table.name.table} has the index {name} now" for name in names]
        for table, names in lacking.items()
    }


def _present(cursor: pymysql.cursors.Cursor) -> dict[str, set[str]]:
    """The names of all indexes that the database has, by table."""
    cursor.execute(
        "SELECT DISTINCT table_name, index_name FROM information_schema.statistics WHERE table_schema = DATABASE()"
    )
    found: dict[str, set[str]] = {}
    for table, name in cursor.fetchall():
        found.setdefault(table, set()).add(name)
    return found


def _drop(cursor: pymysql.cursors.Cursor, table: Table, present: Collection[str]) -> None:
    names = [name for name in mysql_indexes(table) if name in present]
    if not names:
        return
    try:
        cursor.execute(f"ALTER TABLE `{table.name.table}` {', '.join(f'DROP INDEX `{name}`' for name in names)}")
    except pymysql.err.OperationalError as error:
        if error.args[0] != ER.LOCK_WAIT_TIMEOUT:
            raise


def _add(address: Address, table: Table, names: Sequence[str]) -> None:
    indexes = [mysql_indexes(table)[name] for name in names]
    try:
        with closing(connect(address)) as connection, connection.cursor() as cursor:
            cursor.execute("SET SESSION lock_wait_timeout = %s", (_LOCK_WAIT_SECONDS,))
            cursor.execute(f"ALTER TABLE `{table.name.table}` {', '.join(f'ADD {index}' for index in indexes)}")
    except pymysql.err.MySQLError as error:
        reason = error.args[1] if len(error.args) > 1 else error
        raise PlatformError(
            f"{table.name} has its rows, but not its indexes: {reason}. Fix that; the next run of any day builds them."
        ) from None
