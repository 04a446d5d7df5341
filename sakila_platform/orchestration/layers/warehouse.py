"""A domain's warehouse as assets: one step and one transaction for all tables and days of a run.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.layers import LayerCheck, WarehouseLayer
from sakila_platform.model.contracts import TableKind
from sakila_platform.model.outcomes import LoadRefused
from sakila_platform.orchestration.asset_specs import (
    Committed,
    contract_checks,
    load_refused,
    results,
    table_spec,
    tables_of,
)
from sakila_platform.orchestration.day_runs import Event, days_of, run_days
from sakila_platform.orchestration.glue_lane import is_glue_chosen, run_by_glue
from sakila_platform.orchestration.measuring import measured
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.shown_sql import shown_sql
from sakila_platform.orchestration.work import CLOCK, LAKE, warehouse_of, work_of
from sakila_platform.warehouse.load_rules import AGREEMENT

LAYER = "warehouse"


def warehouse_assets(domain: Domain, warehouse: WarehouseLayer) -> dg.AssetsDefinition:
    """The star's tables, their checks, and the step that loads them."""
    step = domain.group(LAYER)
    partitions = daily_partitions()
    agreement = tuple(
        LayerCheck(table.name, AGREEMENT, warehouse.agreement)
        for table in warehouse.tables
        if table.kind is TableKind.FACT
    )

    @dg.multi_asset(
        name=step,
        specs=[
            table_spec(
                table,
                group=step,
                kinds=(warehouse.kind,),
                deps=warehouse.inputs(table),
                partitions=partitions,
            ).merge_attributes(metadata=shown_sql(warehouse.queries(table)))
            for table in warehouse.tables
        ],
        check_specs=contract_checks(warehouse.tables, partitions, agreement),
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        required_resource_keys={LAKE, CLOCK, warehouse_of(domain)},
    )
    def load(context: dg.AssetExecutionContext) -> Iterator[Event]:
        tables = tables_of(context, warehouse.tables)
        if warehouse.glue_job and is_glue_chosen():
            yield from run_by_glue(context, warehouse.glue_job, tables)
            return

        def commit(days: list[date]) -> Committed:
            try:
                return results(warehouse.load(work_of(context, warehouse_of(domain)), tables, days))
            except LoadRefused as refused:
                raise load_refused(refused) from None

        days = days_of(context)
        # All days of a run become visible together, so they are one chunk (design rule 10).
        yield from run_days(context, days, len(days), measured(LAYER, commit))

    return load
