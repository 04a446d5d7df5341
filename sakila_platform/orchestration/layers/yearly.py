"""Assets by year: a table's specs as `multi_asset` takes them, and a run through its years."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dagster as dg

from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.orchestration.asset_specs import CONTRACT, ROW_COUNT, asset_key, contract_checks, table_spec
from sakila_platform.orchestration.day_runs import CheckOutcome, DayResult, Event, run_days, years_of
from sakila_platform.orchestration.partitions import yearly_partitions


def yearly(table: Table, group: str, kinds: tuple[str, ...], deps: Sequence[TableName]) -> dict[str, Any]:
    """What `multi_asset` is told of a table by year."""
    partitions = yearly_partitions()
    return {
        "specs": [table_spec(table, group=group, kinds=kinds, deps=deps, partitions=partitions)],
        "check_specs": contract_checks([table], partitions, {}),
        "partitions_def": partitions,
        "backfill_policy": dg.BackfillPolicy.single_run(),
        "can_subset": True,
    }


def run_years(context: dg.AssetExecutionContext, table: Table, write: Callable[[int], int]) -> Iterator[Event]:
    """Write each year of the run, and yield what Dagster must know; `write` returns a year's rows."""

    def commit(years: list[int]) -> dict:
        return {
            year: {asset_key(table.name): DayResult({ROW_COUNT: write(year)}, {CONTRACT: CheckOutcome(True)})}
            for year in years
        }

    yield from run_days(context, years_of(context), 1, commit)
