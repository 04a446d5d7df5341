"""Adding to a kept capture the members that its day's events name and it lacks (design rule 5).

A member that is added brings along what it points at, and a film its bridges, so that the day's capture stays whole.
Each added row has its own time of capture. What is read here is held against the contract like any other row: a member
that breaks it is set aside and not added; one that was set aside before and has been put right leaves quarantine.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pymysql

from sakila_platform.capture.captured_days import AddedMembers
from sakila_platform.capture.source_tables import CAPTURED_AT, carried_columns, counted_rows, require_whole
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.where import Among
from sakila_platform.lake.audits.records import Parted, part_lines
from sakila_platform.lake.files import Lake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.lake.publishing import Quarantine
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.naming import TableName, data_file, day_partition
from sakila_platform.model.outcomes import judge
from sakila_platform.model.rejections import broken_rules, named_rows


@dataclass(frozen=True)
class Wanted:
    """Rows to add to a day's capture: those of `table` whose `column` holds one of `ids`."""

    table: Table
    column: str
    day: date
    ids: frozenset[int]


@dataclass(frozen=True)
class MemberReading:
    """Where members are read from, where captures are, and when the run reads."""

    connection: pymysql.Connection
    lake: Lake
    now: datetime
    allowed_bad_share: float


FindMissing = Callable[[Table, str, Table, Sequence[date]], Iterable[tuple[date, Iterable[int]]]]
"""Event table, its column, the table that this column names, days that both have: the missing ids by day."""


def missing_sql(event: Table, column: str, table: Table) -> str:
    """The query (DuckDB's dialect) for ids that events name and the capture of their day lacks: day, ids."""
    key = table.primary_key[0]
    return (
        f"SELECT dt, array_agg(DISTINCT {column}) AS ids FROM {event.name.sql} AS e WHERE {column} IS NOT NULL "
        f"AND NOT EXISTS (SELECT 1 FROM {table.name.sql} AS t WHERE t.dt = e.dt AND t.{key} = e.{column}) "
        "GROUP BY dt"
    )


def read_snapshot(
    connection: pymysql.Connection, table: Table, captured_at: datetime, where: Among | None = None
) -> pa.Table:
    """The rows of a reference table as they are now, by primary key, each with its time of capture.

    Raises PlatformError when these are not as many as the source counts in the same snapshot.
    """
    schema = arrow_schema(table)
    carried = pa.schema([schema.field(name).with_nullable(True) for name in carried_columns(table)])
    rows = pa.Table.from_batches(read_batches(connection, table.name.table, carried, where), schema=carried)
    require_whole(table, rows.num_rows, counted_rows(connection, table, where))
    stamped = rows.append_column(CAPTURED_AT, pa.array([captured_at] * rows.num_rows, schema.field(CAPTURED_AT).type))
    return stamped.select(schema.names).sort_by([(column, "ascending") for column in table.primary_key])


class MemberSearch:
    """The search for missing members of some days, over the reference tables that a run has selected."""

    def __init__(self, reading: MemberReading, tables: Sequence[Table], find_missing: FindMissing) -> None:
        self._connection = reading.connection
        self._lake = reading.lake
        self._tables = {table.name.table: table for table in tables}
        self._now = reading.now
        self._allowed_bad_share = reading.allowed_bad_share
        self._find_missing = find_missing
        self._present: dict[TableName, set[str]] = {}
        self._quarantine = {table.name: Quarantine(reading.lake, table) for table in tables}
        self._added: dict[tuple[str, date], AddedMembers] = defaultdict(AddedMembers)

    def add_missing(self, events: Sequence[Table], days: Sequence[date]) -> Mapping[tuple[str, date], AddedMembers]:
        """Add what the events of these days name and their captures lack. Returns what came of it by table and day."""
        partitions = [day_partition(day) for day in days]
        for table in (*events, *self._tables.values()):
            self._present[table.name] = set(self._lake.present(table.name, partitions))
        waiting = [wanted for event in events for wanted in self._named_by_events(event, days)]
        while waiting:
            wanted = waiting.pop()
            waiting.extend(self._named_by(wanted.table, self._add(wanted), wanted.day))
        return self._added

    def _named_by_events(self, event: Table, days: Sequence[date]) -> Iterable[Wanted]:
        for column, target in event.references.items():
            table = self._tables.get(target)
            if table is None:
                continue
            both = [
                day for day in days if self._has(event, day_partition(day)) and self._has(table, day_partition(day))
            ]
            if both:
                found = self._find_missing(event, column, table, both)
                yield from (Wanted(table, table.primary_key[0], day, frozenset(ids)) for day, ids in found)

    def _has(self, table: Table, partition: str) -> bool:
        return partition in self._present[table.name]

    def _add(self, wanted: Wanted) -> pa.Table:
        """The rows added; none when the source does not know them either (they are orphans, for final to judge)."""
        table, path = wanted.table, data_file(wanted.table.name, day_partition(wanted.day))
        captured = self._captured(path)
        rows = read_snapshot(self._connection, table, self._now, Among(wanted.column, sorted(wanted.ids)))
        rows = _without(rows, _keys(captured, table), table)
        parted = part_lines(rows, table)
        kept = parted.kept
        if not self._set_aside(wanted, captured.num_rows, parted):
            return kept.slice(0, 0)
        if kept.num_rows:
            # An older capture keeps its columns: one that it did not carry would be null for members who have a value,
            # and one that the contract has no more stays as it was captured. A type is the wider of both.
            carried = kept.select([name for name in kept.column_names if name in captured.column_names])
            whole = pa.concat_tables([captured, carried], promote_options="permissive")
            order = [(column, "ascending") for column in table.primary_key]
            self._lake.publish(path, encode_parquet(whole.sort_by(order)))
            self._added[table.name.table, wanted.day].rows += kept.num_rows
        return kept

    def _set_aside(self, wanted: Wanted, captured: int, parted: Parted) -> bool:
        """Note in quarantine what may not be added, and who is added after all. False: too many rows are at fault.

        A row that is there already stays as it was when it was set aside, so that running a day again changes nothing.
        """
        table, partition = wanted.table, day_partition(wanted.day)
        held = self._quarantine[table.name].rows(partition)
        found = _without(parted.rejected, _keys(held, table), table)
        remaining = _without(held, _keys(parted.kept, table), table)
        if not found.num_rows and remaining.num_rows == held.num_rows:
            return True
        order = [(column, "ascending") for column in (*table.primary_key, "reason")]
        aside = pa.concat_tables([remaining, found], promote_options="default").sort_by(order)
        added = self._added[table.name.table, wanted.day]
        added.set_aside = aside
        if found.num_rows:
            named = partial(named_rows, aside, table)
            rows = captured + parted.kept.num_rows
            added.refused = judge(rows, aside.num_rows, broken_rules(aside), self._allowed_bad_share, named).refused
        if not added.refused:
            self._quarantine[table.name].set_aside(partition, aside)
        return not added.refused

    def _captured(self, path: str) -> pa.Table:
        return pq.ParquetFile(io.BytesIO(self._lake.read(path))).read()

    def _named_by(self, table: Table, rows: pa.Table, day: date) -> Iterable[Wanted]:
        """What rows just added point at, and the bridge rows that belong to them."""
        for column, target in table.references.items():
            referenced = self._tables.get(target)
            if referenced and rows.num_rows and self._has(referenced, day_partition(day)):
                ids = frozenset(pc.unique(rows[column].drop_null()).to_pylist())
                missing = ids - self._ids(referenced, day)
                if missing:
                    yield Wanted(referenced, referenced.primary_key[0], day, missing)
        for bridge in self._tables.values():
            owns = bridge.belongs_to and bridge.references[bridge.belongs_to] == table.name.table
            if owns and rows.num_rows and self._has(bridge, day_partition(day)):
                yield Wanted(bridge, bridge.belongs_to, day, frozenset(rows[table.primary_key[0]].to_pylist()))

    def _ids(self, table: Table, day: date) -> frozenset[int]:
        path = data_file(table.name, day_partition(day))
        return frozenset(self._captured(path)[table.primary_key[0]].to_pylist())


def _keys(rows: pa.Table, table: Table) -> set[tuple[object, ...]]:
    return set(zip(*(rows[key].to_pylist() for key in table.primary_key), strict=True))


def _without(rows: pa.Table, keys: set[tuple[object, ...]], table: Table) -> pa.Table:
    """The rows that have none of these primary keys."""
    named = zip(*(rows[key].to_pylist() for key in table.primary_key), strict=True)
    return rows.filter(pa.array([key not in keys for key in named], pa.bool_()))
