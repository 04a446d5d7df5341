"""Warehouse: the star of all days, where `warehouse_place` says. Contracts in `warehouse_star`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from sakila_platform.model.outcomes import LoadRefused
from sakila_platform.orchestration.asset_specs import contract_checks, load_refused, results, table_spec, tables_of
from sakila_platform.orchestration.day_runs import Event, days_of, run_days
from sakila_platform.orchestration.layers.yearly import run_years, yearly
from sakila_platform.orchestration.measuring import measured
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.orchestration.resources.postgres import ReviewsWarehouseResource
from sakila_platform.reviews import star
from sakila_platform.reviews.warehouse_place import load, load_dates
from sakila_platform.reviews.warehouse_star import DAILY_TABLES, DIM_DATE, STAR
from sakila_platform.warehouse.load_rules import AGREEMENT
from sakila_platform.warehouse.rows import inputs_of

GROUP = "reviews_warehouse"


def warehouse_assets() -> dg.AssetsDefinition:
    """The warehouse's star: one step and one transaction for all tables and days of a run."""
    partitions = daily_partitions()
    facts = {fact.name: (AGREEMENT, "Rows and sums of the day are those of final.") for fact in STAR.facts}

    @dg.multi_asset(
        name="reviews_warehouse",
        specs=[
            table_spec(table, group=GROUP, kinds=("postgresql",), deps=inputs_of(STAR, table), partitions=partitions)
            for table in DAILY_TABLES
        ],
        check_specs=contract_checks(DAILY_TABLES, partitions, facts),
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def warehouse(
        context: dg.AssetExecutionContext, reviews_database: ReviewsWarehouseResource, lake: LakeResource
    ) -> Iterator[Event]:
        tables = tables_of(context, DAILY_TABLES)

        def commit(days: list[date]) -> dict:
            try:
                return results(load(reviews_database, lake.lake(), tables, days))
            except LoadRefused as refused:
                raise load_refused(refused) from None

        days = days_of(context)
        # All days of a run become visible together, so they are one chunk (design rule 10).
        yield from run_days(context, days, len(days), measured("reviews_warehouse", commit))

    return warehouse


def warehouse_date_asset() -> dg.AssetsDefinition:
    """dim_date in the warehouse, partitioned by year."""

    @dg.multi_asset(name="reviews_warehouse_dim_date", **yearly(DIM_DATE, GROUP, ("postgresql",), [star.DIM_DATE.name]))
    def warehouse_dim_date(
        context: dg.AssetExecutionContext, reviews_database: ReviewsWarehouseResource, lake: LakeResource
    ) -> Iterator[Event]:
        yield from run_years(context, DIM_DATE, lambda year: load_dates(reviews_database, lake.lake(), year))

    return warehouse_dim_date
