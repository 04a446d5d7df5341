"""What a day of stage comes to, whatever engine reads the source: captures kept, rows without a day, notes.

Belongs here: nothing that needs an engine. DuckDB's and Arrow's way is `capture`; Spark's is `sakila_platform.spark`.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sakila_platform.contracts import Table, quarantine_schema
from sakila_platform.days import Clock
from sakila_platform.engine.outcomes import Outcomes, TableDay
from sakila_platform.engine.source_tables import CAPTURED_AT
from sakila_platform.naming import data_file, day_partition
from sakila_platform.resources.lake_files import Lake

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


def held_rows(taking: Taking, table: Table, day: date) -> int | None:
    """The rows of a day's capture if it is to be kept; None when there is none, or one from before the day's end."""
    path = data_file(table.name, day_partition(day))
    if taking.recapture or not taking.lake.exists(path):
        return None
    rows = pq.ParquetFile(io.BytesIO(taking.lake.read(path))).read([CAPTURED_AT])
    first = pc.min(rows[CAPTURED_AT]).as_py()
    return rows.num_rows if first and first >= taking.clock.end_of(day) else None


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


def noted(outcomes: Outcomes, unknown: Mapping[str, Sequence[str]], added: Mapping[tuple[str, date], int]) -> Outcomes:
    """The outcomes, with columns that are not carried and members that were added to kept captures."""
    return {
        name: {
            day: _with_notes(outcome, ", ".join(unknown[name.table]), added.get((name.table, day), 0))
            for day, outcome in by_day.items()
        }
        for name, by_day in outcomes.items()
    }


def _with_notes(outcome: TableDay, not_carried: str, added: int) -> TableDay:
    notes = dict(outcome.notes)
    if not_carried:
        notes["columns_not_carried"] = not_carried
    if added:
        notes["members_added"] = added
    return replace(outcome, rows=outcome.rows + added, notes=notes)
