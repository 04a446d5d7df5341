"""Secondary indexes of tables that a run fills from nothing: built once the rows are in, not row by row.

That halves the time of a long first load. MySQL commits whenever a definition changes, so this happens before a run's
transaction begins and after it has ended. A run that dies in between leaves its rows without indexes, and questions
slow; the next run builds what is missing first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pymysql
from pymysql.constants import ER

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import Connection, address_of, connect
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table, mysql_indexes

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
        for table in tables:
            _drop(cursor, table)
        cursor.execute("SET SESSION lock_wait_timeout = DEFAULT")
    yield
    ensure_indexes(connection, tables)


def ensure_indexes(connection: Connection, tables: Sequence[Table]) -> None:
    """Build what these tables lack of their contracts' indexes, on connections of their own: each takes one core.

    Ends the connection's transaction. Raises PlatformError when an index can't be built.
    """
    # What has read a table keeps its definition from changing.
    connection.rollback()
    lacking = {table: missing for table in tables if (missing := _missing(connection, table))}
    if lacking:
        address = address_of(connection)
        with ThreadPoolExecutor(len(lacking), "indexes") as threads:
            list(threads.map(lambda of: _add(address, *of), lacking.items()))


def _present(cursor: pymysql.cursors.Cursor, table: Table) -> set[str]:
    cursor.execute(
        "SELECT DISTINCT index_name FROM information_schema.statistics "
        "WHERE table_schema = DATABASE() AND table_name = %s",
        (table.name.table,),
    )
    return {name for (name,) in cursor.fetchall()}


def _missing(connection: Connection, table: Table) -> list[str]:
    """The definitions of the indexes that the table lacks."""
    with connection.cursor() as cursor:
        present = _present(cursor, table)
    return [definition for name, definition in mysql_indexes(table).items() if name not in present]


def _drop(cursor: pymysql.cursors.Cursor, table: Table) -> None:
    present = _present(cursor, table)
    names = [name for name in mysql_indexes(table) if name in present]
    if not names:
        return
    try:
        cursor.execute(f"ALTER TABLE `{table.name.table}` {', '.join(f'DROP INDEX `{name}`' for name in names)}")
    except pymysql.err.OperationalError as error:
        if error.args[0] != ER.LOCK_WAIT_TIMEOUT:
            raise


def _add(address: Address, table: Table, indexes: Sequence[str]) -> None:
    try:
        with closing(connect(address)) as connection, connection.cursor() as cursor:
            cursor.execute("SET SESSION lock_wait_timeout = %s", (_LOCK_WAIT_SECONDS,))
            cursor.execute(f"ALTER TABLE `{table.name.table}` {', '.join(f'ADD {index}' for index in indexes)}")
    except pymysql.err.MySQLError as error:
        reason = error.args[1] if len(error.args) > 1 else error
        raise PlatformError(
            f"{table.name} has its rows, but not its indexes: {reason}. Fix that; the next run of any day builds them."
        ) from None
