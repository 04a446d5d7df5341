"""The stage of a source on MySQL: its tables captured a day at a time, events by their day and all others whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sakila_platform.capture.captured_days import MATCHES_SOURCE, require_history_kept
from sakila_platform.capture.tables import Capture, capture_days
from sakila_platform.declarations.layers import DailyLayer, LayerCheck, Work
from sakila_platform.lake.spill import spill_folder, sweep_abandoned
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE


def of_the_source(table: Table) -> list[TableName]:
    """What a table of stage is captured from."""
    return [table.name.in_layer("oltp")]


def mysql_stage(
    tables: tuple[Table, ...], glue_job: str = "", inputs: Callable[[Table], Iterable[TableName]] = of_the_source
) -> DailyLayer:
    """The layer `stage` of these tables."""
    return DailyLayer(
        layer="stage",
        tables=tables,
        make=_captured,
        inputs=inputs,
        kinds=lambda table: ("mysql", "parquet"),
        checks=tuple(
            LayerCheck(table.name, MATCHES_SOURCE, "Rows and checksum of the day are the source's.")
            for table in tables
            if table.kind is TableKind.EVENT
        ),
        prepare=_prepare,
        needs_source=True,
        can_recapture=True,
        glue_job=glue_job,
    )


def _capture(work: Work) -> Capture:
    return Capture(
        source=work.database.address(),
        lake=work.lake,
        clock=work.clock,
        allowed_bad_share=ALLOWED_BAD_SHARE.read(),
        spill_folder=spill_folder(),
        recapture=work.recapture,
        lose_history=work.lose_history,
    )


def _captured(work: Work, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    return capture_days(_capture(work), tables, days)


def _prepare(work: Work, tables: Sequence[Table], days: Sequence[date]) -> None:
    # Of all days of the run, before the first of its chunks is taken.
    require_history_kept(_capture(work), tables, days)
    work.lake.sweep()
    sweep_abandoned(spill_folder())
