"""A layer of the lake without partitions, as assets that follow what they read: one step for all its tables.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.layers import UnpartitionedLayer
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import TableDay
from sakila_platform.model.rule_sql import require_renderable
from sakila_platform.orchestration.asset_specs import CONTRACT, asset_key, table_spec
from sakila_platform.orchestration.automation import follows_upstream
from sakila_platform.orchestration.column_lineage import column_lineage
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.glue_lane import is_glue_chosen, unpartitioned_by_glue
from sakila_platform.orchestration.shown_sql import shown_sql
from sakila_platform.orchestration.work import CLOCK, LAKE, work_of

Event = dg.MaterializeResult | dg.AssetCheckResult
_ROW_COUNT = "dagster/row_count"


def unpartitioned_assets(domain: Domain, layer: UnpartitionedLayer) -> dg.AssetsDefinition:
    """The layer's tables, their checks, and the step that makes all of them, whenever what they read was updated.

    Raises PlatformError when a rule can't be written in an engine's SQL.
    """

    @dg.multi_asset(
        name="_".join(filter(None, (domain.group(layer.layer), layer.part))),
        specs=[_spec(domain, layer, table) for table in layer.tables],
        check_specs=_check_specs(layer),
        required_resource_keys={LAKE, CLOCK},
    )
    def make(context: dg.AssetExecutionContext) -> Iterator[Event]:
        with failing_in_one_line(context.retry_number):
            work = work_of(context)
            lineage = {
                asset_key(t.name): column_lineage(layer.queries(t), "duckdb") for t in layer.tables if layer.queries
            }
            if layer.glue_job and is_glue_chosen():
                outcomes: Mapping[TableName, TableDay] = unpartitioned_by_glue(
                    context, layer.glue_job, work.clock.today()
                )
            else:
                outcomes = layer.make(work)
        yield from _reported(context, outcomes, lineage)

    return make


def _lineage(layer: UnpartitionedLayer) -> dict[dg.AssetKey, dg.TableColumnLineage]:
    if layer.queries is None:
        return {}
    return {asset_key(table.name): column_lineage(layer.queries(table), "duckdb") for table in layer.tables}


def _spec(domain: Domain, layer: UnpartitionedLayer, table: Table) -> dg.AssetSpec:
    spec = table_spec(
        table,
        group=domain.group(layer.layer),
        kinds=layer.kinds,
        deps=layer.inputs(table),
        partitions=None,
    ).merge_attributes(metadata=shown_sql(layer.queries(table)) if layer.queries else {})
    return spec.replace_attributes(automation_condition=follows_upstream(), code_version=str(layer.version(table)))


def _check_specs(layer: UnpartitionedLayer) -> list[dg.AssetCheckSpec]:
    for table in layer.tables:
        require_renderable(table)
    kept = "Every row keeps the table's contract."
    return [
        *(
            dg.AssetCheckSpec(CONTRACT, asset=asset_key(table.name), description=kept, blocking=True)
            for table in layer.tables
        ),
        *(
            dg.AssetCheckSpec(
                check.name,
                asset=asset_key(check.table),
                description=check.description,
                blocking=not check.is_warning,
            )
            for check in layer.checks
        ),
    ]


def _reported(
    context: dg.AssetExecutionContext,
    outcomes: Mapping[TableName, TableDay],
    lineage: Mapping[dg.AssetKey, dg.TableColumnLineage],
) -> Iterator[Event]:
    """What Dagster must know of tables that were made.

    Raises dg.Failure, in one line, after the first table that was refused: it stays as it was, as do those after it.
    """
    for name, outcome in outcomes.items():
        key = asset_key(name)
        if outcome.refused:
            yield _check(key, CONTRACT, outcome.refused, dict(outcome.broken))
            raise dg.Failure(f"Refused {name}: {outcome.refused}. It stays as it was.", allow_retries=False)
        if key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(outcome, lineage.get(key)))
        yield from (result for result in _checks(key, outcome) if _is_selected(context, result))


def _metadata(outcome: TableDay, lineage: dg.TableColumnLineage | None) -> dict[str, Any]:
    metadata: dict[str, Any] = {_ROW_COUNT: outcome.rows, **outcome.notes}
    if outcome.rejected:
        metadata["quarantined_rows"] = outcome.rejected
    if lineage:
        metadata["dagster/column_lineage"] = lineage
    return metadata


def _checks(key: dg.AssetKey, outcome: TableDay) -> Iterator[dg.AssetCheckResult]:
    broken = ", ".join(f"{rule} ({count})" for rule, count in outcome.broken.items())
    yield _check(key, CONTRACT, f"Set aside: {broken}" if broken else "", dict(outcome.broken), is_warning=True)
    for name, fault in outcome.checks.items():
        yield _check(key, name, fault)
    for name, oddity in outcome.warnings.items():
        yield _check(key, name, oddity, is_warning=True)


def _check(
    key: dg.AssetKey, name: str, fault: str, metadata: Mapping[str, Any] | None = None, *, is_warning: bool = False
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not fault,
        asset_key=key,
        check_name=name,
        severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
        metadata=metadata,
        description=fault or None,
    )


def _is_selected(context: dg.AssetExecutionContext, result: dg.AssetCheckResult) -> bool:
    assert result.asset_key is not None and result.check_name is not None
    return dg.AssetCheckKey(result.asset_key, result.check_name) in context.selected_asset_check_keys
