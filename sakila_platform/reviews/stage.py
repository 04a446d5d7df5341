"""Stage: purchases, reviews and sessions of a day, as Parquet. Contracts are in `source`, meaning in `stage_days`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from sakila_platform.capture.captured_days import MATCHES_SOURCE
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.orchestration.asset_specs import (
    contract_checks,
    results,
    table_spec,
    tables_of,
    tell_not_carried,
)
from sakila_platform.orchestration.day_runs import Event, days_of, run_days
from sakila_platform.orchestration.glue_lane import REVIEWS_STAGE, is_glue_chosen, run_by_glue
from sakila_platform.orchestration.measuring import measured
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.orchestration.resources.postgres import PurchasesResource
from sakila_platform.reviews.source import STAGE_TABLES, USER_PURCHASE
from sakila_platform.reviews.stage_days import Staging, stage_days
from sakila_platform.reviews.vendors.days import VENDORS, intake_by_settings
from sakila_platform.settings.runs import DAYS_PER_CHUNK

GROUP = "reviews_stage"


def stage_assets() -> dg.AssetsDefinition:
    """What was bought and delivered, a day at a time or many: one step for all tables."""
    partitions = daily_partitions()
    boundary = {USER_PURCHASE.name: (MATCHES_SOURCE, "Lines and amount of the day are the source's.")}

    @dg.multi_asset(
        name=GROUP,
        specs=[
            table_spec(table, group=GROUP, kinds=_kinds(table), deps=[_input(table)], partitions=partitions)
            for table in STAGE_TABLES
        ],
        check_specs=contract_checks(STAGE_TABLES, partitions, boundary),
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def reviews_stage(
        context: dg.AssetExecutionContext, lake: LakeResource, purchases: PurchasesResource
    ) -> Iterator[Event]:
        tables = tables_of(context, STAGE_TABLES)
        if is_glue_chosen():
            yield from run_by_glue(context, REVIEWS_STAGE, tables)
            return
        lake.lake().sweep()

        def commit(days: list[date]) -> dict:
            staging = Staging(intake_by_settings(lake.lake()), purchases.address)
            return tell_not_carried(context, results(stage_days(staging, tables, days)))

        yield from run_days(context, days_of(context), DAYS_PER_CHUNK.read(), measured(GROUP, commit))

    return reviews_stage


def _kinds(table: Table) -> tuple[str, str]:
    return ("csv" if table.name in VENDORS else "postgres", "parquet")


def _input(table: Table) -> TableName:
    return VENDORS[table.name].raw if table.name in VENDORS else table.name.in_layer("oltp")
