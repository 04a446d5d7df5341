"""What the rental business gives to Dagster: its assets and checks, upstream first."""

from collections.abc import Sequence

import dagster as dg

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.orchestration.source_checks import stale_days_check
from sakila_platform.rentals.agreement import agreement_checks
from sakila_platform.rentals.analysis import analysis_assets
from sakila_platform.rentals.dashboard_assets import dashboard_assets
from sakila_platform.rentals.date_dimension import date_dimension_assets
from sakila_platform.rentals.final import final_assets
from sakila_platform.rentals.glue_catalogue import glue_catalogue_asset
from sakila_platform.rentals.marts import marts_assets
from sakila_platform.rentals.oltp import oltp_specs, simulation_asset
from sakila_platform.rentals.source import EVENT_TABLES
from sakila_platform.rentals.stage import stage_assets
from sakila_platform.rentals.warehouse import warehouse_assets


def rentals_definitions(site: Sequence[Dashboard]) -> dg.Definitions:
    """The domain's part. `site`: every dashboard that its pages lead to."""
    return dg.Definitions(
        assets=[
            *oltp_specs(),
            simulation_asset(),
            stage_assets(),
            final_assets(),
            warehouse_assets(),
            *date_dimension_assets(),
            *analysis_assets(),
            *marts_assets(),
            *dashboard_assets(site),
            glue_catalogue_asset(),
        ],
        asset_checks=[*(stale_days_check(table) for table in EVENT_TABLES), *agreement_checks()],
    )
