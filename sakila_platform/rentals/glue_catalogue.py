"""The Glue Data Catalog, brought up to the lake: crawlers started when days came in, and waited for.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator

import dagster as dg

from sakila_platform.engine.asset_specs import OWNERS, asset_key
from sakila_platform.engine.automation import follows_upstream
from sakila_platform.engine.failures import told_in_one_line
from sakila_platform.engine.glue_lane import chosen_glue, is_glue_chosen
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.rentals.star import DAILY_TABLES

# Not one of the domain's groups: what a shell runs of a domain after its days stays on this machine.
GROUP = "glue"
CRAWLERS = ("stage", "final", "marts")
LIMIT_SECONDS = 1800.0


def glue_catalogue_asset() -> dg.AssetsDefinition:
    """Partitions of stage and final, and marts, as Athena and QuickSight find them."""

    @dg.asset(
        key=dg.AssetKey(["glue", "sakila_catalogue"]),
        deps=[asset_key(table.name) for table in (*STAGE_TABLES, *DAILY_TABLES)],
        description="The days of stage and final in the Glue Data Catalog, found by its crawlers.",
        group_name=GROUP,
        owners=OWNERS,
        kinds={"glue"},
        output_required=False,
        automation_condition=follows_upstream(),
    )
    def sakila_catalogue(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        if not is_glue_chosen():
            context.log.info("No crawler is started: Glue does not work on this lake.")
            return
        with told_in_one_line():
            chosen_glue().crawl(CRAWLERS, LIMIT_SECONDS)
        yield dg.MaterializeResult(metadata={"crawlers": ", ".join(CRAWLERS)})

    return sakila_catalogue
