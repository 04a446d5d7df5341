"""Films and series in the Glue Data Catalog: the days of what TMDB told. Tables without days need no crawler."""

import dagster as dg

from sakila_platform.catalogue.trusted_tables import TMDB_TABLES
from sakila_platform.orchestration.glue_crawls import crawled_asset

CRAWLERS = ("trusted-catalogue", "marts")


def glue_catalogue_asset() -> dg.AssetsDefinition:
    """Days of the TMDB-born tables, and marts, as Athena and QuickSight find them."""
    return crawled_asset(
        "titles_catalogue",
        TMDB_TABLES,
        CRAWLERS,
        "The days of what TMDB told in the Glue Data Catalog, found by its crawlers.",
    )
