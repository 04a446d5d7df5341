"""Oltp to stage: event tables sliced by day, reference tables captured, all from one snapshot of the source.

Events are read before the tables they point at (design rule 6). A capture is evidence: a day that has one keeps it,
and only gains the members that its events name and it lacks (rule 5), each with its own time of capture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pymysql

from sakila_platform.capture.captured_days import (
    MATCHES_SOURCE,
    AddedMembers,
    kept_captures,
    noted,
    require_history_kept,
    undated_rows,
    with_undated,
)
from sakila_platform.capture.event_slices import EventTable, slice_by_day
from sakila_platform.capture.members import MemberReading, MemberSearch, missing_sql, read_snapshot
from sakila_platform.capture.source_checksums import DayChecksum, disagreements, source_checksums
from sakila_platform.capture.source_tables import consistent_snapshot, require_known_columns
from sakila_platform.capture.stage_checksums import stage_checksums
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.where import AnyOf, Undated, Within
from sakila_platform.lake.audits.rows import audit_table
from sakila_platform.lake.duckdb import create_view, open_duckdb
from sakila_platform.lake.files import Lake
from sakila_platform.lake.publishing import Quarantine, publish_days
from sakila_platform.model.contracts import Table, TableKind, arrow_schema
from sakila_platform.model.days import Clock
from sakila_platform.model.naming import UNDATED, TableName, day_partition
from sakila_platform.model.outcomes import Outcomes, TableDay, judge
from sakila_platform.model.rejections import named_rows

_UNUSABLE = "unusable_dates"


@dataclass(frozen=True)
class Capture:
    """What stage works with; `recapture` takes reference tables anew even where the day's capture is final."""

    source: Address
    lake: Lake
    clock: Clock
    allowed_bad_share: float
    spill_folder: Path
    recapture: bool = False
    lose_history: bool = False
    """Whether that goes for captures, too, that nobody can take again."""


def capture_days(capture: Capture, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Bring these (consecutive) days of these tables to stage. Returns an outcome per table and day.

    Raises PlatformError, before anything is published, when the source's tables, or captures that are kept, are not
    what the contracts say.
    """
    outcomes: Outcomes = {}
    sums: dict[TableName, dict[date, DayChecksum]] = {}
    now = capture.clock.now()
    events = [table for table in tables if table.kind is TableKind.EVENT]
    snapshots = [table for table in tables if table.kind is TableKind.SNAPSHOT]
    with consistent_snapshot(capture.source) as connection, capture.lake.steady():
        unknown = require_known_columns(connection, tables)
        require_history_kept(capture, snapshots, days)
        kept = {table.name: kept_captures(capture, table, days) for table in snapshots}
        for table in events:
            outcomes[table.name], sums[table.name] = _slice_events(capture, connection, table, days)
        for table in snapshots:
            due = [day for day in days if day not in kept[table.name]]
            outcomes[table.name] = kept[table.name] | _capture_table(capture, connection, table, due, now)
        reading = MemberReading(connection, capture.lake, now, capture.allowed_bad_share)
        added = _add_missing_members(capture, reading, tables, days)
        for table in events:
            outcomes[table.name] = _checked(capture, table, outcomes[table.name], sums[table.name])
    return noted(outcomes, {t.name.table: columns for t, columns in unknown.items()}, added)


def _slice_events(
    capture: Capture, connection: pymysql.Connection, table: Table, days: Sequence[date]
) -> tuple[dict[date, TableDay], dict[date, DayChecksum]]:
    """Publish the days of an event table. Returns what became of each, and what the source says of each."""
    carried = pa.schema([arrow_schema(table).field(name).with_nullable(True) for name in table.column_names])
    where = AnyOf([Within(table.day_columns, days[0], days[-1] + timedelta(days=1)), Undated(table.day_columns[0])])
    batches = read_batches(connection, table.name.table, carried, where, unusable_dates=_UNUSABLE)
    event = EventTable(carried.append(pa.field(_UNUSABLE, pa.string())), table.primary_key, table.day_columns)
    slices = slice_by_day(batches, event, days, capture.spill_folder)
    cut = iter(slices)
    first = next(cut)
    outcomes: dict[date, TableDay] = {}
    quarantine = Quarantine(capture.lake, table)
    # All rows have been read when the first day is there, so the server is free to sum them up.
    with ThreadPoolExecutor(1, "sums") as threads:
        sums = threads.submit(source_checksums, connection, table, days)
        publish_days(capture.lake, table, _audited(capture, table, chain([first], cut), quarantine, outcomes))
    undated = undated_rows(table, slices.undated.drop_columns([_UNUSABLE]))
    quarantine.set_aside(day_partition(UNDATED), undated)
    return {day: with_undated(outcome, table, undated.num_rows) for day, outcome in outcomes.items()}, sums.result()


def _audited(
    capture: Capture,
    table: Table,
    slices: Iterable[tuple[date, pa.Table]],
    quarantine: Quarantine,
    outcomes: dict[date, TableDay],
) -> Iterator[tuple[date, pa.Table]]:
    """The rows of each day that may be published; what each day came to is noted in `outcomes`."""
    for day, rows in slices:
        unusable = pc.sum(pc.is_valid(rows[_UNUSABLE])).as_py() or 0
        kept, rejected, broken = audit_table(rows.drop_columns([_UNUSABLE]), table, day)
        named = partial(named_rows, rejected, table)
        outcome = judge(kept.num_rows, rejected.num_rows, broken, capture.allowed_bad_share, named)
        outcomes[day] = replace(outcome, notes={"rows_with_zero_dates": unusable} if unusable else {})
        if not outcome.refused:
            quarantine.set_aside(day_partition(day), rejected)
            yield day, kept


def _capture_table(
    capture: Capture, connection: pymysql.Connection, table: Table, due: Sequence[date], now: datetime
) -> dict[date, TableDay]:
    if not due:
        return {}
    kept, rejected, broken = audit_table(read_snapshot(connection, table, now), table, due[0])
    named = partial(named_rows, rejected, table)
    outcome = judge(kept.num_rows, rejected.num_rows, broken, capture.allowed_bad_share, named)
    if not outcome.refused:
        publish_days(capture.lake, table, [(due[0], kept)], {due[0]: due})
        quarantine = Quarantine(capture.lake, table)
        for day in due:
            quarantine.set_aside(day_partition(day), rejected)
    return dict.fromkeys(due, outcome)


def _add_missing_members(
    capture: Capture, reading: MemberReading, tables: Sequence[Table], days: Sequence[date]
) -> Mapping[tuple[str, date], AddedMembers]:
    with open_duckdb() as duck:

        def find_missing(event: Table, column: str, table: Table, both: Sequence[date]) -> list[tuple[date, list[int]]]:
            for one in (event, table):
                create_view(duck, capture.lake, one, [day_partition(day) for day in both])
            return duck.execute(missing_sql(event, column, table)).fetchall()

        search = MemberSearch(reading, [table for table in tables if table.kind is TableKind.SNAPSHOT], find_missing)
        return search.add_missing([table for table in tables if table.kind is TableKind.EVENT], days)


def _checked(
    capture: Capture, table: Table, outcomes: Mapping[date, TableDay], source: Mapping[date, DayChecksum]
) -> dict[date, TableDay]:
    """Compare what was published with the same moment of the source, by count and checksum."""
    published = [day for day, outcome in outcomes.items() if not outcome.refused]
    with open_duckdb() as duck:
        stage = stage_checksums(duck, capture.lake, table, published)
    faults = disagreements(source, stage)
    return {
        day: outcome if outcome.refused else replace(outcome, checks={MATCHES_SOURCE: faults.get(day, "")})
        for day, outcome in outcomes.items()
    }
