"""What the film and series catalogue gives to Dagster: its assets and checks, upstream first."""

from collections.abc import Sequence

import dagster as dg

from sakila_platform.catalogue.dashboard_assets import dashboard_assets
from sakila_platform.catalogue.glue_catalogue import glue_catalogue_asset
from sakila_platform.catalogue.marts import marts_assets
from sakila_platform.catalogue.raw_assets import csv_assets, tmdb_assets
from sakila_platform.catalogue.refined import refined_assets
from sakila_platform.catalogue.trusted import history_assets, trusted_tmdb_assets
from sakila_platform.dashboards.declarations import Dashboard


def catalogue_definitions(site: Sequence[Dashboard]) -> dg.Definitions:
    """The domain's part. `site`: every dashboard that its pages lead to."""
    return dg.Definitions(
        assets=[
            csv_assets(),
            tmdb_assets(),
            trusted_tmdb_assets(),
            history_assets(),
            refined_assets(),
            *marts_assets(),
            *dashboard_assets(site),
            glue_catalogue_asset(),
        ]
    )
