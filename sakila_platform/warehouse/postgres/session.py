"""A run's hold on a warehouse on PostgreSQL: one lock, one transaction, the lake's days of the run beside it in DuckDB.

All tables of a run become visible together, or none (design rule 10). Two runs never load at the same time.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import errors

from sakila_platform.errors import PlatformError
from sakila_platform.lake.days import older_files_explained, view_days
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table, postgres_ddl
from sakila_platform.model.naming import day_partition
from sakila_platform.warehouse.table_columns import POSTGRES, require_contracts

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
    viewed: dict[Table, list[str]] = field(default_factory=dict)
    """The partitions of lake tables that were made readable."""

    def view_lake(self, table: Table) -> None:
        """Make the run's days of a lake table readable in DuckDB. Raises PlatformError when one is missing."""
        self.viewed[table] = [day_partition(day) for day in self.days]
        view_days(self.duck, self.lake, table.name, self.days)

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
    connection: psycopg.Connection, lake: Lake, tables: Sequence[Table], days: Sequence[date]
) -> Iterator[PostgresSession]:
    """A session for these days, with the tables made. Commits at its end; undoes everything when left by an error."""
    with open_duckdb() as duck, lake.steady(), connection.transaction():
        session = PostgresSession(connection, duck, lake, tuple(sorted(days)))
        _lock(session)
        require_contracts(session.fetch(POSTGRES.columns_sql), tables, POSTGRES)
        for table in tables:
            session.execute(postgres_ddl(table))
            for columns in table.indexes:
                session.execute(_index(table, columns))
        with older_files_explained(lake, session.viewed):
            yield session


def listed(columns: Iterable[str], template: str = '"{}"') -> str:
    """Columns with commas between them, each written into the template."""
    return ", ".join(template.format(column) for column in columns)


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


def _index(table: Table, columns: Sequence[str]) -> str:
    name = table.name.table
    return f'CREATE INDEX IF NOT EXISTS "ix_{name}_{"_".join(columns)}" ON "{name}" ({listed(columns)})'
