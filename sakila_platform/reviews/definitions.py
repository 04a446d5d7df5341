"""What movie-review analytics give to Dagster: assets and checks, upstream first, and the sensor of arrivals."""

from collections.abc import Sequence

import dagster as dg

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.reviews.agreement import agreement_checks
from sakila_platform.reviews.analysis import analysis_assets
from sakila_platform.reviews.dashboard_assets import dashboard_assets
from sakila_platform.reviews.date_dimension import date_dimension_asset
from sakila_platform.reviews.final import final_assets
from sakila_platform.reviews.marts import marts_assets
from sakila_platform.reviews.raw_assets import source_specs
from sakila_platform.reviews.stage import stage_assets
from sakila_platform.reviews.vendors.arrivals import reviews_arrivals
from sakila_platform.reviews.warehouse import warehouse_assets, warehouse_date_asset


def reviews_definitions(site: Sequence[Dashboard]) -> dg.Definitions:
    """The domain's part. `site`: every dashboard that its pages lead to."""
    return dg.Definitions(
        assets=[
            *source_specs(),
            stage_assets(),
            final_assets(),
            date_dimension_asset(),
            warehouse_assets(),
            warehouse_date_asset(),
            *analysis_assets(),
            *marts_assets(),
            *dashboard_assets(site),
        ],
        asset_checks=[*agreement_checks()],
        sensors=[reviews_arrivals],
    )
