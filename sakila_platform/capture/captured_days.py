"""What a day of stage comes to, whatever engine reads the source: captures kept, rows without a day, notes.

Belongs here: nothing that needs an engine. DuckDB's and Arrow's way is `capture`; Spark's is `sakila_platform.spark`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sakila_platform.capture.source_tables import CAPTURED_AT
from sakila_platform.errors import PlatformError
from sakila_platform.lake.file_columns import file_differences, written_by_another
from sakila_platform.lake.files import Lake
from sakila_platform.lake.publishing import Quarantine
from sakila_platform.model.contracts import Table, TableKind, quarantine_schema
from sakila_platform.model.days import ONE_DAY, Clock, consecutive_runs, range_in_words
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.model.outcomes import COLUMNS_NOT_CARRIED, Outcomes, TableDay
from sakila_platform.model.rejections import broken_rules

MATCHES_SOURCE = "matches_source"


class Taking(Protocol):
    """What decides whether a capture is kept: the lake, the clock, and whether all are taken anew."""

    @property
    def lake(self) -> Lake:
        """Where captures are."""

    @property
    def clock(self) -> Clock:
        """What says whether a day has ended."""

    @property
    def recapture(self) -> bool:
        """Whether no capture is kept."""

    @property
    def lose_history(self) -> bool:
        """Whether that goes for captures, too, that can't be taken again: they were taken in time, and it is late."""


@dataclass
class AddedMembers:
    """What a day's capture gained: rows, and what is set aside of the table by now, where that changed."""

    rows: int = 0
    set_aside: pa.Table | None = None
    refused: str = ""
    """Why nothing more was added."""


def kept_captures(taking: Taking, table: Table, days: Sequence[date]) -> dict[date, TableDay]:
    """The outcomes of days whose capture is to be kept, which no capture from before the end of its day is.

    Raises PlatformError when another contract made one of them: nothing could be added to it, nor be made of it.
    """
    held = _held_rows(taking, table, days)
    if not held:
        return {}
    quarantine = Quarantine(taking.lake, table)
    outcomes = {}
    for day, rows in held.items():
        rejected = quarantine.rows(day_partition(day))
        outcomes[day] = TableDay(rows, rejected.num_rows, broken_rules(rejected), notes={"kept_capture": 1})
    return outcomes


def require_history_kept(taking: Taking, tables: Sequence[Table], days: Sequence[date]) -> None:
    """Raise PlatformError, naming tables and days, when taking these anew would lose captures that were taken in time.

    A capture is timely until the end of the following day (design rule 11): after that, nobody can tell any more what a
    table was like. `lose_history` lets them go.
    """
    if not taking.recapture or taking.lose_history:
        return
    lost: dict[str, list[date]] = {}
    for table in tables:
        if table.kind is TableKind.SNAPSHOT and (evidence := _timely(taking, table, days)):
            lost[str(table.name)] = evidence
    if lost:
        named = "; ".join(f"{table} of {_in_words(evidence)}" for table, evidence in lost.items())
        raise PlatformError(
            f"Taking tables anew would lose what was captured of them in time, the evidence of their history: {named}. "
            "Nothing was touched. Leave those days or tables out; or say that it may be lost, by `lose_history: true` "
            "beside `recapture: true` (`--lose-history true` of the Glue job)."
        )


def _timely(taking: Taking, table: Table, days: Sequence[date]) -> list[date]:
    clock, now = taking.clock, taking.clock.now()
    captures = taking.lake.fingerprints(table.name, map(day_partition, days))
    taken: dict[str, datetime | None] = {}
    found = []
    for day in (day for day in days if day_partition(day) in captures):
        content = captures[day_partition(day)]
        if content not in taken:
            taken[content] = _held(taking.lake, table, day).first
        first, until = taken[content], clock.end_of(day + ONE_DAY)
        # One from before the end of its day is provisional: every run takes it anew.
        if first and clock.end_of(day) <= first < until <= now:
            found.append(day)
    return found


def _in_words(days: Sequence[date]) -> str:
    return ", ".join(range_in_words(run) for run in consecutive_runs(days))


def _held_rows(taking: Taking, table: Table, days: Sequence[date]) -> dict[date, int]:
    if taking.recapture:
        return {}
    captures = taking.lake.fingerprints(table.name, map(day_partition, days))
    # A backfill captures a table once for all its days, so few of the captures differ.
    known: dict[str, _Held] = {}
    rows: dict[date, int] = {}
    differing: dict[str, str] = {}
    for day in (day for day in days if day_partition(day) in captures):
        content = captures[day_partition(day)]
        if content not in known:
            known[content] = _held(taking.lake, table, day)
        held = known[content]
        if held.first and held.first >= taking.clock.end_of(day):
            rows[day] = held.rows
            if held.differences:
                differing[day_partition(day)] = held.differences
    if differing:
        raise written_by_another(table, differing)
    return rows


@dataclass(frozen=True)
class _Held:
    """A capture's rows, when the first of them was taken (None: it is empty), and what the contract has otherwise."""

    rows: int
    first: datetime | None
    differences: str


def _held(lake: Lake, table: Table, day: date) -> _Held:
    file = pq.ParquetFile(io.BytesIO(lake.read(data_file(table.name, day_partition(day)))))
    rows = file.read([CAPTURED_AT])
    return _Held(rows.num_rows, pc.min(rows[CAPTURED_AT]).as_py(), file_differences(file.schema_arrow, table))


def undated_rows(table: Table, rows: pa.Table) -> pa.Table:
    """Events that are on no day, as they are set aside: with the reason, by primary key."""
    reason = f"{table.day_columns[0]} names no day"
    named = rows.append_column("reason", pa.array([reason] * rows.num_rows, pa.string()))
    order = [(column, "ascending") for column in table.primary_key]
    return named.cast(quarantine_schema(table)).sort_by(order)


def with_undated(outcome: TableDay, table: Table, undated: int) -> TableDay:
    """The outcome, with the rows that are on no day: they break the contract of the table, and are counted with it."""
    if not undated:
        return outcome
    broken = {**outcome.broken, f"{table.day_columns[0]} names a day": undated}
    return replace(outcome, broken=broken, notes={**outcome.notes, "undated_rows": undated})


def with_unknown(outcome: TableDay, columns: Sequence[str]) -> TableDay:
    """The outcome, with the columns of the source that no contract knows, which are not carried."""
    return replace(outcome, notes={**outcome.notes, COLUMNS_NOT_CARRIED: ", ".join(columns)}) if columns else outcome


def noted(
    outcomes: Outcomes, unknown: Mapping[str, Sequence[str]], added: Mapping[tuple[str, date], AddedMembers]
) -> Outcomes:
    """The outcomes, with columns that are not carried and members that were added to kept captures."""
    return {
        name: {
            day: _with_members(with_unknown(outcome, unknown[name.table]), added.get((name.table, day), AddedMembers()))
            for day, outcome in by_day.items()
        }
        for name, by_day in outcomes.items()
    }


def _with_members(outcome: TableDay, added: AddedMembers) -> TableDay:
    notes = dict(outcome.notes)
    if added.rows:
        notes["members_added"] = added.rows
    if added.set_aside is not None:
        rejected = added.set_aside
        outcome = replace(outcome, rejected=rejected.num_rows, broken=broken_rules(rejected), refused=added.refused)
    return replace(outcome, rows=0 if added.refused else outcome.rows + added.rows, notes=notes)
