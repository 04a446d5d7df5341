"""Trusted: what raw says, typed and judged. Contracts are in `trusted_tables`.

The CSV-born tables are made whole of the newest files and follow them; the TMDB-born ones go by the day of collection.
No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator, Mapping
from datetime import date

import dagster as dg

from sakila_platform.catalogue.csv.files import CSV_FILES
from sakila_platform.catalogue.csv.history_build import build_history
from sakila_platform.catalogue.csv.trusted_history import HISTORY_WARNINGS
from sakila_platform.catalogue.tmdb.rows import READ_SUBJECTS
from sakila_platform.catalogue.tmdb.trusted_tmdb import TMDB_WARNINGS, publish_tmdb_days
from sakila_platform.catalogue.trusted_tables import CSV_TABLES, TITLES, TMDB_TABLES
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import TableDay
from sakila_platform.orchestration.asset_specs import (
    Committed,
    asset_key,
    contract_checks,
    results,
    table_spec,
    tables_of,
)
from sakila_platform.orchestration.day_runs import Event, daily_check, days_of, run_days
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.glue_lane import (
    CATALOGUE_HISTORY,
    CATALOGUE_TMDB,
    is_glue_chosen,
    run_by_glue,
    unpartitioned_by_glue,
)
from sakila_platform.orchestration.layers.unpartitioned import Event as WholeEvent
from sakila_platform.orchestration.layers.unpartitioned import told, unpartitioned_checks, unpartitioned_spec
from sakila_platform.orchestration.measuring import measured
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE, DAYS_PER_CHUNK

GROUP = "catalogue_trusted"
_CSV_RAW = [TableName("raw", "catalogue", f"{file.name}_csv") for file in CSV_FILES]
_TMDB_RAW = [TableName("raw", "catalogue", f"tmdb_{about.words}") for about in READ_SUBJECTS]


def history_assets() -> dg.AssetsDefinition:
    """Titles and their artists, as the newest CSV files have them: one step, since both come of one reading."""

    @dg.multi_asset(
        name="trusted_history",
        specs=[
            unpartitioned_spec(table, group=GROUP, kinds=("duckdb", "parquet"), deps=_CSV_RAW) for table in CSV_TABLES
        ],
        check_specs=unpartitioned_checks(CSV_TABLES, {TITLES.name: HISTORY_WARNINGS}, frozenset(HISTORY_WARNINGS)),
    )
    def trusted_history(
        context: dg.AssetExecutionContext, lake: LakeResource, clock: ClockResource
    ) -> Iterator[WholeEvent]:
        with failing_in_one_line(context.retry_number):
            outcomes = _history(context, lake, clock.clock().today())
        yield from told(context, outcomes)

    return trusted_history


def trusted_tmdb_assets() -> dg.AssetsDefinition:
    """What TMDB told on a day, a table for each structure in it."""
    partitions = daily_partitions()
    warnings = [
        daily_check(asset_key(name), check, partitions, described, blocking=False)
        for name, (check, described) in TMDB_WARNINGS.items()
    ]

    @dg.multi_asset(
        name="trusted_tmdb",
        specs=[
            table_spec(table, group=GROUP, kinds=("python", "parquet"), deps=_TMDB_RAW, partitions=partitions)
            for table in TMDB_TABLES
        ],
        check_specs=[*contract_checks(TMDB_TABLES, partitions, {}), *warnings],
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def trusted_tmdb(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[Event]:
        tables = tables_of(context, TMDB_TABLES)
        if is_glue_chosen():
            yield from run_by_glue(context, CATALOGUE_TMDB, tables)
            return

        def commit(days: list[date]) -> Committed:
            share = ALLOWED_BAD_SHARE.read()
            return results(publish_tmdb_days(lake.lake(), tables, days, share))

        yield from run_days(context, days_of(context), DAYS_PER_CHUNK.read(), measured("trusted", commit))

    return trusted_tmdb


def _history(context: dg.AssetExecutionContext, lake: LakeResource, today: date) -> Mapping[TableName, TableDay]:
    if is_glue_chosen():
        return unpartitioned_by_glue(context, CATALOGUE_HISTORY, today)
    return build_history(lake.lake(), today)
