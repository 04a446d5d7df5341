"""A run's hold on a warehouse on PostgreSQL: one lock, one transaction, the lake's days of the run beside it in DuckDB.

All tables of a run become visible together, or none (design rule 10). Two runs never load at the same time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import errors

from sakila_platform.databases.postgres.address import first_line
from sakila_platform.errors import PlatformError
from sakila_platform.lake.days import view_days
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.ddl import postgres_ddl
from sakila_platform.model.outcomes import TableChanges
from sakila_platform.warehouse.changing.differences import Kind, changes, reported
from sakila_platform.warehouse.changing.found import POSTGRES, FoundTable, found_tables
from sakila_platform.warehouse.changing.migrations import MIGRATIONS, Migration, migrations_of, pending
from sakila_platform.warehouse.changing.statements import postgres_statements
from sakila_platform.warehouse.star import WarehouseStar

_LOCK_WAIT_SECONDS = 600
# What the lock is called on the server: any number, the same for every load of a database.
_LOCK = 7_241_001


@dataclass(frozen=True)
class PostgresSession:
    """What the loading of a run's days works with."""

    connection: psycopg.Connection
    duck: duckdb.DuckDBPyConnection
    lake: Lake
    days: tuple[date, ...]
    changes: TableChanges = field(default_factory=dict)
    """How tables were brought up to their contracts, in the run's transaction."""

    def view_lake(self, table: Table) -> None:
        """Make the run's days of a lake table readable in DuckDB. Raises PlatformError when one is missing."""
        view_days(self.duck, self.lake, table, self.days)

    def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple]:
        """The rows of a query within the run's transaction."""
        # As bytes, because the driver takes text that was put together for a mistake: ours is made of declarations.
        return self.connection.execute(statement.encode(), parameters or None).fetchall()

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement in the run's transaction."""
        self.connection.execute(statement.encode(), parameters or None)

    def copy_in(self, table: str, columns: Sequence[str], batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows to a table by COPY, batch by batch."""
        statement = f'COPY "{table}" ({listed(columns)}) FROM STDIN (FORMAT csv)'
        # Nulls are empty there and texts quoted, so an empty text stays one.
        written = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
        with self.connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for batch in batches:
                content = io.BytesIO()
                pyarrow.csv.write_csv(batch, content, written)
                copy.write(content.getbuffer())


@contextmanager
def postgres_session(
    connection: psycopg.Connection,
    lake: Lake,
    tables: Sequence[Table],
    days: Sequence[date],
    star: WarehouseStar,
) -> Iterator[PostgresSession]:
    """A session for these days, with the tables made, and given what they lack of their contracts.

    Commits at its end; undoes everything when left by an error. Views that read tables whose columns change are
    dropped: whoever opened the session makes them anew. Raises PlatformError, before anything is changed, when a table
    differs otherwise than by what is brought by itself.
    """
    with open_duckdb() as duck, lake.steady(), connection.transaction():
        session = PostgresSession(connection, duck, lake, tuple(sorted(days)))
        _lock(session)
        make_tables(session, tables, star)
        yield session


def listed(columns: Iterable[str], template: str = '"{}"') -> str:
    """Columns with commas between them, each written into the template."""
    return ", ".join(template.format(column) for column in columns)


def make_tables(session: PostgresSession, tables: Sequence[Table], star: WarehouseStar) -> None:
    """Make the tables, and give those that are there what they lack, in the session's transaction; migrations first."""
    found = found_tables(session.fetch(POSTGRES.columns_sql))
    begins = not any(table.name.table in found for table in tables if table.kind is not TableKind.CALENDAR)
    migrations = migrations_of(star.domain) if MIGRATIONS in {table.name.table for table in tables} else ()
    due = [] if begins else _due(session, found, migrations)
    if due:
        _drop_views(session, star)
    for migration in due:
        _change(session, migration.statement)
        session.changes.setdefault(MIGRATIONS, []).append(f"the migration {migration.name} was applied")
    if due:
        found = found_tables(session.fetch(POSTGRES.columns_sql))
    brought = changes(found, tables, POSTGRES)
    session.changes.update(reported(found, tables, brought))
    if any(change.kind is not Kind.ADDED for change in brought):
        _drop_views(session, star)
    for statement in postgres_statements(brought):
        _change(session, statement)
    present = {
        name for (name,) in session.fetch("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
    }
    for table in tables:
        name = table.name.table
        if name not in found:
            session.execute(postgres_ddl(table))
        for columns in table.indexes:
            index = f"ix_{name}_{'_'.join(columns)}"
            if index not in present:
                session.execute(f'CREATE INDEX "{index}" ON "{name}" ({listed(columns)})')
                if name in found:
                    session.changes.setdefault(name, []).append(f"{name} has the index {index} now")

    for migration in migrations if begins else due:
        session.execute(
            f"INSERT INTO {MIGRATIONS} (name, checksum, applied_at) VALUES (%s, %s, CURRENT_TIMESTAMP)",
            [migration.name, migration.checksum],
        )


def _due(session: PostgresSession, found: Mapping[str, FoundTable], migrations: Sequence[Migration]) -> list[Migration]:
    told = f"SELECT name, checksum, applied_at FROM {MIGRATIONS}"
    return pending(migrations, session.fetch(told) if migrations and MIGRATIONS in found else [])


def _drop_views(session: PostgresSession, star: WarehouseStar) -> None:
    for view in star.views:
        session.execute(f"DROP VIEW IF EXISTS {POSTGRES.quoted(view)}")


def _change(session: PostgresSession, statement: str) -> None:
    try:
        session.execute(statement)
    except psycopg.Error as error:
        raise PlatformError(
            f"The warehouse can't be brought up to its contracts: {first_line(error)} ({' '.join(statement.split())}). "
            "Nothing was changed. Fix that; the next run tries again."
        ) from None


def _lock(session: PostgresSession) -> None:
    # Of the transaction, so neither a commit nor a killed run leaves it behind.
    session.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT_SECONDS}s'")
    try:
        session.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    except errors.LockNotAvailable:
        raise PlatformError(
            f"Another run has been loading the warehouse for {_LOCK_WAIT_SECONDS} s. "
            "Wait for it to end, or stop it, then run the days again."
        ) from None
