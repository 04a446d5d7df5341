"""The composition root: the only module that knows every domain, resource and clock."""

import dagster as dg

from sakila_platform.all_dashboards import ALL_DASHBOARDS
from sakila_platform.catalogue.dashboard_assets import dashboard_assets as catalogue_dashboard_assets
from sakila_platform.catalogue.marts import marts_assets as catalogue_marts_assets
from sakila_platform.catalogue.raw_assets import csv_assets, tmdb_assets
from sakila_platform.catalogue.refined import refined_assets
from sakila_platform.catalogue.trusted import history_assets, trusted_tmdb_assets
from sakila_platform.checks import stale_days_check
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
from sakila_platform.resources.clock import ClockResource
from sakila_platform.resources.database import OltpResource, WarehouseResource
from sakila_platform.resources.lake import LakeResource
from sakila_platform.resources.notifications import run_failure_notification
from sakila_platform.resources.postgres import PurchasesResource, ReviewsWarehouseResource
from sakila_platform.resources.watching import watching
from sakila_platform.reviews.agreement import agreement_checks as reviews_agreement_checks
from sakila_platform.reviews.analysis import analysis_assets as reviews_analysis_assets
from sakila_platform.reviews.arrivals import reviews_arrivals
from sakila_platform.reviews.dashboard_assets import dashboard_assets as reviews_dashboard_assets
from sakila_platform.reviews.date_dimension import date_dimension_asset as reviews_date_dimension_asset
from sakila_platform.reviews.final import final_assets as reviews_final_assets
from sakila_platform.reviews.marts import marts_assets as reviews_marts_assets
from sakila_platform.reviews.raw_assets import source_specs as reviews_source_specs
from sakila_platform.reviews.stage import stage_assets as reviews_stage_assets
from sakila_platform.reviews.warehouse import warehouse_assets as reviews_warehouse_assets
from sakila_platform.reviews.warehouse import warehouse_date_asset as reviews_warehouse_date_asset
from sakila_platform.schedules import (
    all_schedules,
    catalogue_daily_job,
    rentals_daily_job,
    rentals_dates_job,
    rentals_stale_days_job,
    reviews_daily_job,
    reviews_dates_job,
    with_freshness,
)

RESOURCES = {
    "oltp": OltpResource(),
    "database": WarehouseResource(),
    "lake": LakeResource(),
    "clock": ClockResource(),
    "purchases": PurchasesResource(),
    "reviews_database": ReviewsWarehouseResource(),
}


def platform_definitions() -> dg.Definitions:
    """Everything that Dagster shows and runs. Loads with an empty environment; nothing outside is touched."""
    definitions = dg.Definitions(
        assets=[
            *oltp_specs(),
            simulation_asset(),
            stage_assets(),
            final_assets(),
            warehouse_assets(),
            *date_dimension_assets(),
            *analysis_assets(),
            *marts_assets(),
            *dashboard_assets(ALL_DASHBOARDS),
            glue_catalogue_asset(),
            *reviews_source_specs(),
            reviews_stage_assets(),
            reviews_final_assets(),
            reviews_date_dimension_asset(),
            reviews_warehouse_assets(),
            reviews_warehouse_date_asset(),
            *reviews_analysis_assets(),
            *reviews_marts_assets(),
            *reviews_dashboard_assets(ALL_DASHBOARDS),
            csv_assets(),
            tmdb_assets(),
            trusted_tmdb_assets(),
            history_assets(),
            refined_assets(),
            *catalogue_marts_assets(),
            *catalogue_dashboard_assets(ALL_DASHBOARDS),
        ],
        asset_checks=[
            *(stale_days_check(table) for table in EVENT_TABLES),
            *agreement_checks(),
            *reviews_agreement_checks(),
        ],
        jobs=[
            rentals_daily_job(),
            rentals_dates_job(),
            rentals_stale_days_job(),
            catalogue_daily_job(),
            reviews_daily_job(),
            reviews_dates_job(),
        ],
        schedules=all_schedules(),
        sensors=[
            run_failure_notification,
            watching,
            reviews_arrivals,
            dg.AutomationConditionSensorDefinition(
                "automation", target=dg.AssetSelection.all(), default_status=dg.DefaultSensorStatus.RUNNING
            ),
        ],
        resources=RESOURCES,
        # A process for each step costs more than the work of a step.
        executor=dg.in_process_executor,
    )
    return with_freshness(definitions)


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads."""
    return platform_definitions()
