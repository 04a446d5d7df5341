"""Refined: the star of horror titles, made whole of trusted. Contracts are in `refined_tables`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator

import dagster as dg

from sakila_platform.catalogue.declared_terms import GENRE_NAMES, REFINED_SQL, SUBGENRE_TERMS
from sakila_platform.catalogue.refined_build import CHECKS, build_refined, refined_build
from sakila_platform.catalogue.refined_tables import REFINED_TABLES
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import read_query
from sakila_platform.orchestration.asset_specs import asset_key
from sakila_platform.orchestration.column_lineage import column_lineage
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.layers.unpartitioned import Event, told, unpartitioned_checks, unpartitioned_spec
from sakila_platform.orchestration.resources.lake import LakeResource

GROUP = "catalogue_refined"


def refined_assets() -> dg.AssetsDefinition:
    """The star of horror, all of it in one step: its tables are true together or not at all."""
    further = {check.table: {check.name: check.description} for check in CHECKS}
    warnings = frozenset(check.name for check in CHECKS if check.is_warning)

    @dg.multi_asset(
        name="refined",
        specs=[
            unpartitioned_spec(table, group=GROUP, kinds=("duckdb", "parquet"), deps=_inputs(table))
            for table in REFINED_TABLES
        ],
        check_specs=unpartitioned_checks(REFINED_TABLES, further, warnings),
    )
    def refined(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[Event]:
        with failing_in_one_line(context.retry_number):
            build = refined_build(lake.lake())
            lineage = {asset_key(t.name): column_lineage(build.query(t), "duckdb") for t in REFINED_TABLES}
            outcomes = build_refined(lake.lake())
        yield from told(context, outcomes, lineage)

    return refined


def _inputs(table: Table) -> list[TableName]:
    """What a table is made from: what its SQL reads, and the dimensions its keys are checked against."""
    query = read_query(REFINED_SQL / f"{table.name.table}.sql", "duckdb")
    dimensions = [TableName("refined", table.name.source, target) for target in set(table.references.values())]
    declared = (SUBGENRE_TERMS, GENRE_NAMES)
    return sorted({*(name for name in query.lake_inputs if name not in declared), *dimensions})
