"""Final: the star of reviews of each day, as Parquet in the lake. Meaning is in `sql/reviews/final`, contracts in
`star`, functions and checks in `star_build`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial

import dagster as dg

from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import read_query
from sakila_platform.orchestration.asset_specs import (
    asset_key,
    contract_checks,
    results,
    table_spec,
    tables_of,
    with_lineage,
)
from sakila_platform.orchestration.column_lineage import column_lineage
from sakila_platform.orchestration.day_runs import Event, daily_check, days_of, run_days
from sakila_platform.orchestration.glue_lane import REVIEWS_FINAL, is_glue_chosen, run_by_glue
from sakila_platform.orchestration.measuring import measured
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.reviews.star import DAILY_TABLES, FACT_REVIEW
from sakila_platform.reviews.star_build import CHECKS, FINAL_SQL, star_build, with_missing_logs_named
from sakila_platform.settings.runs import DAYS_PER_CHUNK
from sakila_platform.star.builds import MATCHES_STAGE
from sakila_platform.star.transform import build_days

GROUP = "reviews_final"


def final_assets() -> dg.AssetsDefinition:
    """The lake's star of reviews, a day at a time or many: one step for all tables."""
    partitions = daily_partitions()

    @dg.multi_asset(
        name=GROUP,
        specs=[
            table_spec(table, group=GROUP, kinds=("duckdb", "parquet"), deps=_inputs(table), partitions=partitions)
            for table in DAILY_TABLES
        ],
        check_specs=_checks(partitions),
        can_subset=True,
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def reviews_final(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[Event]:
        build = star_build(lake.lake())
        tables = tables_of(context, DAILY_TABLES)
        lineage = {asset_key(table.name): column_lineage(build.query(table), "duckdb") for table in tables}
        if is_glue_chosen():
            yield from run_by_glue(context, REVIEWS_FINAL, tables, told=partial(with_lineage, lineage=lineage))
            return

        def commit(days: list[date]) -> dict:
            outcomes = with_missing_logs_named(build.lake, build_days(build, tables, days))
            return with_lineage(results(outcomes), lineage)

        yield from run_days(context, days_of(context), DAYS_PER_CHUNK.read(), measured(GROUP, commit))

    return reviews_final


def _checks(partitions: dg.PartitionsDefinition) -> list[dg.AssetCheckSpec]:
    facts = {FACT_REVIEW.name: (MATCHES_STAGE, "Every review in stage is in final or in quarantine.")}
    return [
        *contract_checks(DAILY_TABLES, partitions, facts),
        *(
            daily_check(asset_key(c.table), c.name, partitions, c.description, blocking=not c.is_warning)
            for c in CHECKS
        ),
    ]


def _inputs(table: Table) -> list[TableName]:
    """What a table is made from: the tables its SQL reads, and the dimensions its keys are checked against."""
    query = read_query(FINAL_SQL / f"{table.name.table}.sql", "duckdb")
    dimensions = [TableName("final", table.name.source, target) for target in set(table.references.values())]
    return sorted({*query.lake_inputs, *dimensions})
