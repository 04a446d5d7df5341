"""Warehouse: the star of all days in MySQL, with history. Contracts in `warehouse_star`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from sakila_platform.model.outcomes import LoadRefused
from sakila_platform.orchestration.asset_specs import contract_checks, load_refused, results, table_spec, tables_of
from sakila_platform.orchestration.day_runs import Event, days_of, run_days
from sakila_platform.orchestration.glue_lane import LOAD_WAREHOUSE, is_glue_chosen, run_by_glue
from sakila_platform.orchestration.measuring import measured
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.database import WarehouseResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals.date_years import ensure_dates
from sakila_platform.rentals.warehouse_star import DAILY_TABLES, STAR
from sakila_platform.warehouse.load_rules import AGREEMENT
from sakila_platform.warehouse.mysql.load import Loading, load_days
from sakila_platform.warehouse.rows import inputs_of

GROUP = "rentals_warehouse"


def warehouse_assets() -> dg.AssetsDefinition:
    """The warehouse's star: one step and one transaction for all tables and days of a run."""
    partitions = daily_partitions()
    facts = {fact.name: (AGREEMENT, "Rows, ids and money of the day are those of final.") for fact in STAR.facts}

    @dg.multi_asset(
        name="warehouse",
        specs=[
            table_spec(table, group=GROUP, kinds=("mysql",), deps=inputs_of(STAR, table), partitions=partitions)
            for table in DAILY_TABLES
        ],
        check_specs=contract_checks(DAILY_TABLES, partitions, facts),
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def warehouse(
        context: dg.AssetExecutionContext, database: WarehouseResource, lake: LakeResource, clock: ClockResource
    ) -> Iterator[Event]:
        tables = tables_of(context, DAILY_TABLES)
        if is_glue_chosen():
            yield from run_by_glue(context, LOAD_WAREHOUSE, tables)
            return

        def commit(days: list[date]) -> dict:
            with database.connect() as connection:
                loading = Loading(STAR, connection, lake.lake(), clock.clock(), ensure_dates)
                try:
                    return results(load_days(loading, tables, days))
                except LoadRefused as refused:
                    raise load_refused(refused) from None

        days = days_of(context)
        # All days of a run become visible together, so they are one chunk (design rule 10).
        yield from run_days(context, days, len(days), measured("warehouse", commit))

    return warehouse
