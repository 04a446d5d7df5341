"""A run's hold on the warehouse: one lock, one transaction, and the lake's days of the run beside it in DuckDB.

All tables of a run become visible together, or none (design rule 10). Two runs never load at the same time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.errors import PlatformError
from sakila_platform.lake.days import view_days
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.days import ONE_DAY, Clock, day_key
from sakila_platform.model.naming import DAY_PARTITION, TableName, data_file, day_partition
from sakila_platform.model.outcomes import TableChanges
from sakila_platform.warehouse.carried import Carried, Partial, carried_on
from sakila_platform.warehouse.changing.migrations import migrations_of, migrations_table
from sakila_platform.warehouse.changing.versions import versions_table
from sakila_platform.warehouse.history import view_captures
from sakila_platform.warehouse.lake_of_warehouse import belonging
from sakila_platform.warehouse.mysql.table_definitions import make_tables
from sakila_platform.warehouse.star import Dimension, WarehouseStar

_LOCK_WAIT_SECONDS = 600
_IDS_AT_ONCE = 1_000


@dataclass(frozen=True)
class WarehouseSession:
    """What the loading of a run's days works with."""

    connection: Connection
    duck: duckdb.DuckDBPyConnection
    lake: Lake
    days: tuple[date, ...]
    clock: Clock
    changes: TableChanges = field(default_factory=dict)
    """How tables were brought up to their contracts before the run's transaction."""
    attributes_carried: dict[TableName, Carried] = field(default_factory=dict)
    """What the captures of the run's days carried, by the dimension of the warehouse."""

    @property
    def first_key(self) -> int:
        """The first of the run's days, as a date key."""
        return day_key(self.days[0])

    @property
    def last_key(self) -> int:
        """The last of the run's days, as a date key."""
        return day_key(self.days[-1])

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement in the run's transaction; returns the rows it touched."""
        with self.connection.cursor() as cursor:
            return cursor.execute(sql, tuple(parameters) or None)

    def fetch(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple]:
        """The rows of a query within the run's transaction."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql, tuple(parameters) or None)
            return list(cursor.fetchall())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """The run's one transaction: committed at its end, undone when it is left by an error."""
        self.connection.begin()
        try:
            yield
            self.connection.commit()
        except BaseException:
            # A connection that was lost in the middle has been undone by the server already.
            if self.connection.open:
                self.connection.rollback()
            raise

    def stored(self, table: Table) -> pa.Table:
        """A (small) table of the warehouse as the run's transaction sees it, typed as its contract says."""
        schema = arrow_schema(table)
        # The warehouse keeps instants as DATETIME, in UTC.
        read = pa.schema([f.with_type(pa.timestamp("us")) if pa.types.is_timestamp(f.type) else f for f in schema])
        return pa.Table.from_batches(read_batches(self.connection, table.name.table, read), schema=read).cast(schema)

    def replace_owned(self, table: Table, column: str, owners: Sequence[int], rows: pa.Table) -> None:
        """Put these rows in place of all rows of these owners."""
        for start in range(0, len(owners), _IDS_AT_ONCE):
            some = owners[start : start + _IDS_AT_ONCE]
            marks = ", ".join(["%s"] * len(some))
            self.execute(f"DELETE FROM `{table.name.table}` WHERE `{column}` IN ({marks})", some)
        if rows.num_rows:
            load_batches(self.connection, table.name.table, [rows])

    def view_lake(self, table: Table, days: Sequence[date]) -> None:
        """Make these days of a lake table readable in DuckDB. Raises PlatformError when one is missing or damaged."""
        view_days(self.duck, self.lake, table, days)

    def carried(self, dimension: Dimension, days: Sequence[date]) -> Carried:
        """What the captures of these days carry, by their files; of a day that the lake has not, nothing is told."""
        partitions = {day_partition(day): day for day in days}
        there = self.lake.present(dimension.lake.name, list(partitions))
        files = self.lake.local_files([data_file(dimension.lake.name, partition) for partition in there])
        return {
            partitions[partition]: carried_on(dimension, partitions[partition], _columns(file))
            for partition, file in zip(there, files, strict=True)
        }

    def view_captures(
        self,
        dimension: Dimension,
        relation: str,
        days: Sequence[date],
        loaded: Collection[date],
        partial: Partial | None = None,
    ) -> None:
        """Make a lake relation's rows of these days readable as captures: timely until the day after `dt` ends.

        A day that was `loaded` before is a repeated one.
        """
        until = [self.clock.end_of(day + ONE_DAY) for day in days]
        limits = {
            DAY_PARTITION: pa.array(days, pa.date32()),
            "timely_until": pa.array(until, pa.timestamp("us", tz="UTC")),
            "is_repeated": pa.array([day in loaded for day in days], pa.bool_()),
        }
        if partial:
            limits["carried"] = partial.carried_by(days)
        view_captures(self.duck, dimension, relation, pa.table(limits), partial)


def tables_on_mysql(star: WarehouseStar) -> tuple[Table, ...]:
    """All tables of a star's warehouse on MySQL."""
    ledgers = (star.ledger, belonging(star).record, versions_table(star), migrations_table(star))
    return (*star.tables, star.dates, *ledgers)


@contextmanager
def warehouse_session(
    connection: Connection, lake: Lake, star: WarehouseStar, days: Sequence[date], clock: Clock
) -> Iterator[WarehouseSession]:
    """A session for these (consecutive) days, while no other run loads. The star's tables are there, no transaction is.

    Raises PlatformError also when a file of the lake turns out to be damaged as its rows are read.
    """
    with _lock(connection), open_duckdb() as duck, lake.steady():
        with connection.cursor() as cursor:
            brought = make_tables(cursor, tables_on_mysql(star), migrations_of(star.domain))
        session = WarehouseSession(connection, duck, lake, tuple(sorted(days)), clock, changes=brought)
        try:
            yield session
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            reason = str(error).splitlines()[0]
            raise PlatformError(f"The lake can't be read: {reason}. Run final for these days again.") from None


def _columns(file: str) -> list[str]:
    """The columns of a file of the lake. Raises PlatformError when it is damaged."""
    try:
        return list(pq.read_schema(file).names)
    except pa.ArrowInvalid as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise PlatformError(f"The lake can't be read: {file}: {reason}. Run final for these days again.") from None


@contextmanager
def _lock(connection: Connection) -> Iterator[None]:
    # The server drops the lock with the connection, so a killed run leaves none behind. MySQL's names end at 64.
    name = "LEFT(CONCAT('load.', DATABASE()), 64)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT GET_LOCK({name}, %s)", (_LOCK_WAIT_SECONDS,))
        if cursor.fetchone() != (1,):
            raise PlatformError(
                f"Another run has been loading the warehouse for {_LOCK_WAIT_SECONDS} s. "
                "Wait for it to end, or stop it, then run the days again."
            )
    try:
        yield
    finally:
        if connection.open:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT RELEASE_LOCK({name})")
