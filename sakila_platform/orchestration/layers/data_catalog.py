"""The Glue Data Catalog, brought up to the lake: crawlers started when days came in, and waited for.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator

import dagster as dg

from sakila_platform.declarations.layers import DataCatalog
from sakila_platform.orchestration.asset_specs import OWNERS, asset_key
from sakila_platform.orchestration.automation import follows_upstream
from sakila_platform.orchestration.failures import failing_in_one_line
from sakila_platform.orchestration.glue_lane import chosen_glue, is_glue_chosen

# Not one of a domain's groups: what a shell runs of a domain after its days stays on this machine.
GROUP = "glue"
LIMIT_SECONDS = 1800.0


def data_catalog_asset(declared: DataCatalog) -> dg.AssetsDefinition:
    """The days of these tables as Athena and QuickSight find them: an asset `glue/<name>` that follows them."""

    @dg.asset(
        name=declared.name,
        key_prefix="glue",
        deps=[asset_key(table.name) for table in declared.tables],
        description=declared.description,
        group_name=GROUP,
        owners=OWNERS,
        kinds={"glue"},
        output_required=False,
        automation_condition=follows_upstream(),
    )
    def crawled(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        if not is_glue_chosen():
            context.log.info("No crawler is started: Glue does not work on this lake.")
            return
        with failing_in_one_line():
            chosen_glue().crawl(declared.crawlers, LIMIT_SECONDS)
        yield dg.MaterializeResult(metadata={"crawlers": ", ".join(declared.crawlers)})

    return crawled
