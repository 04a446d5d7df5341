"""The rental business in the Glue Data Catalog: the days of stage and final, and the marts."""

import dagster as dg

from sakila_platform.orchestration.glue_crawls import crawled_asset
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.rentals.star import DAILY_TABLES

CRAWLERS = ("stage", "final", "marts")


def glue_catalogue_asset() -> dg.AssetsDefinition:
    """Partitions of stage and final, and marts, as Athena and QuickSight find them."""
    return crawled_asset(
        "sakila_catalogue",
        (*STAGE_TABLES, *DAILY_TABLES),
        CRAWLERS,
        "The days of stage and final in the Glue Data Catalog, found by its crawlers.",
    )
