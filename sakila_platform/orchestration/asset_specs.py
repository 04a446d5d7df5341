"""From a table's contract to what Dagster shows of it: spec, column schema, checks, and the outcome of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import dagster as dg

from sakila_platform.declarations.layers import LayerCheck
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import COLUMNS_NOT_CARRIED, LoadRefused, Outcomes, TableDay
from sakila_platform.model.rule_sql import require_renderable
from sakila_platform.orchestration.day_runs import CheckOutcome, DayResult, DaysRefused, Refusal, daily_check

OWNERS = ["team:data-platform"]
CONTRACT = "contract"
ROW_COUNT = "dagster/partition_row_count"
LEFT_OUT = "left_out"
"""Metadata of an asset that was not made, because there is nothing in it yet: what is said of it."""
Committed = dict[date, dict[dg.AssetKey, DayResult]]
"""What Dagster records of days that were committed: for each asset, its metadata and checks."""


def asset_key(name: TableName) -> dg.AssetKey:
    """The asset key of a table."""
    return dg.AssetKey(name.key)


def table_spec(
    table: Table,
    *,
    group: str,
    kinds: Iterable[str],
    deps: Iterable[TableName] = (),
    partitions: dg.PartitionsDefinition | None,
) -> dg.AssetSpec:
    """The spec of a table's asset: grain as description, columns from the contract. `None`: no partitions."""
    return dg.AssetSpec(
        asset_key(table.name),
        deps=[asset_key(name) for name in deps],
        description=table.grain,
        group_name=group,
        owners=OWNERS,
        kinds=set(kinds),
        partitions_def=partitions,
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/table_name": _table_name(table.name),
        },
        skippable=False,
    )


def _table_name(name: TableName) -> str:
    """What the table is called where one queries it."""
    return f"datawarehouse_{name.source}.{name.table}" if name.layer == "warehouse" else name.sql


def tables_of(context: dg.AssetExecutionContext, tables: Sequence[Table]) -> list[Table]:
    """The tables that a run is about: those selected, and those whose checks alone are (their day is done again)."""
    wanted = set(context.selected_asset_keys) | {check.asset_key for check in context.selected_asset_check_keys}
    return [table for table in tables if asset_key(table.name) in wanted]


def column_schema(table: Table) -> dg.TableSchema:
    """The columns of a table as Dagster shows them."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=str(column.type.arrow),
                description=column.description,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable,
                    unique=table.primary_key == (column.name,),
                    other=[f"references {column.references}"] if column.references else None,
                ),
                tags={"personal_data": ""} if column.is_personal else None,
            )
            for column in table.columns
        ]
    )


def contract_checks(
    tables: Sequence[Table], partitions: dg.PartitionsDefinition, further: Sequence[LayerCheck]
) -> list[dg.AssetCheckSpec]:
    """The `contract` check of each table, and the further ones of its layer.

    Raises PlatformError when a rule can't be written in an engine's SQL.
    """
    for table in tables:
        require_renderable(table)
    checks = [
        daily_check(asset_key(table.name), CONTRACT, partitions, "Every row of the day keeps the table's contract.")
        for table in tables
    ]
    for check in further:
        key = asset_key(check.table)
        checks.append(daily_check(key, check.name, partitions, check.description, blocking=not check.is_warning))
    return checks


def results(outcomes: Outcomes) -> Committed:
    """Outcomes as Dagster records them. Raises DaysRefused, with what was committed, when a day was refused."""
    committed: Committed = {}
    refusals = []
    for name, by_day in outcomes.items():
        for day, outcome in by_day.items():
            if outcome.refused:
                checks = {CONTRACT: CheckOutcome(False, dict(outcome.broken), description=outcome.refused)}
                refusals.append(Refusal(day, asset_key(name), outcome.refused, checks))
            else:
                committed.setdefault(day, {})[asset_key(name)] = _day_result(outcome)
    if refusals:
        raise DaysRefused(refusals, committed)
    return committed


def warn_not_carried(context: dg.AssetExecutionContext, committed: Committed) -> Committed:
    """The results; a line in the run's log for each table whose source has columns that no contract knows."""
    warned: dict[tuple[str, str], None] = {}
    for by_asset in committed.values():
        for key, result in by_asset.items():
            if columns := result.metadata.get(COLUMNS_NOT_CARRIED):
                warned[key.to_user_string(), str(columns)] = None
    for name, columns in warned:
        context.log.warning(
            f"The source of {name} has columns that no contract knows, so they are not carried: {columns}"
        )
    return committed


def with_lineage(committed: Committed, lineage: Mapping[dg.AssetKey, dg.TableColumnLineage]) -> Committed:
    """The results, with column lineage on the newest day alone: Dagster shows the latest, and events are not free."""
    if committed:
        newest = committed[max(committed)]
        for key, result in newest.items():
            newest[key] = replace(result, metadata={**result.metadata, "dagster/column_lineage": lineage[key]})
    return committed


def load_refused(error: LoadRefused) -> DaysRefused:
    """A load that was undone, as Dagster records it: the failed check of each day, and nothing committed."""
    key = asset_key(error.table)
    return DaysRefused(
        [
            Refusal(day, key, reason, {error.check: CheckOutcome(False, description=reason)})
            for day, reason in error.found.items()
        ]
    )


def _day_result(outcome: TableDay) -> DayResult:
    metadata = {ROW_COUNT: outcome.rows, **outcome.notes}
    checks = {CONTRACT: CheckOutcome(True)}
    if outcome.rejected:
        metadata["quarantined_rows"] = outcome.rejected
    if outcome.broken:
        described = "Set aside: " + ", ".join(f"{rule} ({count})" for rule, count in outcome.broken.items())
        checks[CONTRACT] = CheckOutcome(
            False, dict(outcome.broken), severity=dg.AssetCheckSeverity.WARN, description=described
        )
    for check, fault in outcome.checks.items():
        checks[check] = CheckOutcome(not fault, description=fault or None)
    for check, oddity in outcome.warnings.items():
        checks[check] = CheckOutcome(not oddity, severity=dg.AssetCheckSeverity.WARN, description=oddity or None)
    return DayResult(metadata, checks)
