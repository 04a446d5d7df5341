"""A layer of the lake that goes by days, as assets: one step for all its tables, a day at a time or many.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial

import dagster as dg

from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.layers import DailyLayer
from sakila_platform.model.contracts import Table
from sakila_platform.orchestration.asset_specs import (
    Committed,
    asset_key,
    contract_checks,
    results,
    table_spec,
    tables_of,
    warn_not_carried,
    with_lineage,
)
from sakila_platform.orchestration.column_lineage import column_lineage
from sakila_platform.orchestration.day_runs import Event, days_of, run_days
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.glue_lane import is_glue_chosen, run_by_glue
from sakila_platform.orchestration.measuring import measured
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.shown_sql import shown_sql
from sakila_platform.orchestration.work import CLOCK, LAKE, source_of, work_of
from sakila_platform.settings.runs import DAYS_PER_CHUNK

_RECAPTURE = {
    "recapture": dg.Field(
        bool,
        default_value=False,
        description="Take what has no history at its source anew, even where the day has ended and has its own.",
    ),
    "lose_history": dg.Field(
        bool,
        default_value=False,
        description="Beside recapture: also what was captured in time, and can't be told any more by its source.",
    ),
}


def daily_assets(domain: Domain, layer: DailyLayer) -> dg.AssetsDefinition:
    """The layer's tables, their checks, and the step that makes them."""
    step = "_".join(filter(None, (domain.group(layer.layer), layer.part)))
    partitions = daily_partitions()
    source = source_of(domain) if layer.needs_source else ""

    @dg.multi_asset(
        name=step,
        specs=[
            table_spec(
                table,
                group=domain.group(layer.layer),
                kinds=layer.kinds(table),
                deps=layer.inputs(table),
                partitions=partitions,
            )
            .replace_attributes(code_version=str(layer.version(table)))
            .merge_attributes(metadata=shown_sql(layer.queries(table)) if layer.queries else {})
            for table in layer.tables
        ],
        check_specs=contract_checks(layer.tables, partitions, layer.checks),
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={LAKE, CLOCK, *filter(None, (source,))},
        config_schema=_RECAPTURE if layer.can_recapture else None,
    )
    def make(context: dg.AssetExecutionContext) -> Iterator[Event]:
        tables = tables_of(context, layer.tables)
        asked = context.op_execution_context.op_config if layer.can_recapture else {}
        recapture, lose_history = bool(asked.get("recapture")), bool(asked.get("lose_history"))
        lineage = _lineage(layer, tables) if layer.queries else None
        if layer.glue_job and is_glue_chosen():
            arguments = {f"--{name.replace('_', '-')}": str(bool(value)).lower() for name, value in asked.items()}
            further = partial(with_lineage, lineage=lineage) if lineage else None
            yield from run_by_glue(context, layer.glue_job, tables, arguments, further)
            return
        work = work_of(context, source, recapture=recapture, lose_history=lose_history)
        days_of_run = days_of(context)
        with failing_in_one_line():
            layer.prepare(work, tables, days_of_run)

        def commit(days: list[date]) -> Committed:
            committed = warn_not_carried(context, results(layer.make(work, tables, days)))
            return with_lineage(committed, lineage) if lineage else committed

        yield from run_days(context, days_of_run, DAYS_PER_CHUNK.read(), measured(layer.layer, commit))

    return make


def _lineage(layer: DailyLayer, tables: Sequence[Table]) -> Mapping[dg.AssetKey, dg.TableColumnLineage]:
    assert layer.queries is not None
    return {asset_key(table.name): column_lineage(layer.queries(table), "duckdb") for table in tables}
