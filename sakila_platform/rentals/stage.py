"""Stage: what happened in each of the shop's tables on a day, as Parquet, untouched. Contracts are in `source`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from sakila_platform.capture.captured_days import MATCHES_SOURCE
from sakila_platform.capture.tables import Capture, capture_days
from sakila_platform.lake.spill import spill_folder, sweep_abandoned
from sakila_platform.model.contracts import Kind, Table
from sakila_platform.model.naming import TableName
from sakila_platform.orchestration.asset_specs import (
    contract_checks,
    results,
    table_spec,
    tables_of,
    tell_not_carried,
)
from sakila_platform.orchestration.day_runs import Event, days_of, run_days
from sakila_platform.orchestration.glue_lane import EXTRACT_STAGE, is_glue_chosen, run_by_glue
from sakila_platform.orchestration.measuring import measured
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.database import OltpResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals.oltp import SIMULATED_RENTALS
from sakila_platform.rentals.source import EVENT_TABLES, STAGE_TABLES
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE, DAYS_PER_CHUNK

GROUP = "rentals_stage"


class StageConfig(dg.Config):
    """How a run of stage treats what is there already."""

    recapture: bool = False
    """Take reference tables anew, even where the day has a final capture."""


def stage_assets() -> dg.AssetsDefinition:
    """The shop's tables in the lake, a day at a time or many: one step for all tables."""
    partitions = daily_partitions()
    events = {t.name: (MATCHES_SOURCE, "Rows and checksum of the day are the source's.") for t in EVENT_TABLES}

    @dg.multi_asset(
        name="stage",
        specs=[
            table_spec(
                table,
                group=GROUP,
                kinds=("mysql", "parquet"),
                deps=_inputs(table),
                partitions=partitions,
            )
            for table in STAGE_TABLES
        ],
        check_specs=contract_checks(STAGE_TABLES, partitions, events),
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def stage(
        context: dg.AssetExecutionContext,
        config: StageConfig,
        oltp: OltpResource,
        lake: LakeResource,
        clock: ClockResource,
    ) -> Iterator[Event]:
        tables = tables_of(context, STAGE_TABLES)
        if is_glue_chosen():
            yield from run_by_glue(context, EXTRACT_STAGE, tables, {"--recapture": str(config.recapture).lower()})
            return
        lake.lake().sweep()
        sweep_abandoned(spill_folder())

        def commit(days: list[date]) -> dict:
            capture = Capture(
                source=oltp.address(),
                lake=lake.lake(),
                clock=clock.clock(),
                allowed_bad_share=ALLOWED_BAD_SHARE.read(),
                spill_folder=spill_folder(),
                recapture=config.recapture,
            )
            return tell_not_carried(context, results(capture_days(capture, tables, days)))

        yield from run_days(context, days_of(context), DAYS_PER_CHUNK.read(), measured("stage", commit))

    return stage


def _inputs(table: Table) -> list[TableName]:
    # Named although the shop's table depends on it: Dagster orders a run by direct dependencies only.
    simulated = [SIMULATED_RENTALS] if table.kind is Kind.EVENT else []
    return [table.name.in_layer("oltp"), *simulated]
