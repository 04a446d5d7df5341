"""The composition root: the only module that knows every domain, resource and clock."""

import dagster as dg

from sakila_platform.all_dashboards import ALL_DASHBOARDS
from sakila_platform.catalogue.definitions import catalogue_definitions
from sakila_platform.orchestration.event_log.notifications import run_failure_notification
from sakila_platform.orchestration.event_log.watching import watching
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.database import OltpResource, WarehouseResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.orchestration.resources.postgres import PurchasesResource, ReviewsWarehouseResource
from sakila_platform.orchestration.schedules import all_jobs, all_schedules, with_freshness
from sakila_platform.rentals.definitions import rentals_definitions
from sakila_platform.reviews.definitions import reviews_definitions

RESOURCES = {
    "oltp": OltpResource(),
    "database": WarehouseResource(),
    "lake": LakeResource(),
    "clock": ClockResource(),
    "purchases": PurchasesResource(),
    "reviews_database": ReviewsWarehouseResource(),
}
DOMAINS = (rentals_definitions, reviews_definitions, catalogue_definitions)


def platform_definitions() -> dg.Definitions:
    """Everything that Dagster shows and runs. Loads with an empty environment; nothing outside is touched."""
    shared = dg.Definitions(
        jobs=all_jobs(),
        schedules=all_schedules(),
        sensors=[
            run_failure_notification,
            watching,
            dg.AutomationConditionSensorDefinition(
                "automation", target=dg.AssetSelection.all(), default_status=dg.DefaultSensorStatus.RUNNING
            ),
        ],
        resources=RESOURCES,
        # A process for each step costs more than the work of a step.
        executor=dg.in_process_executor,
    )
    return with_freshness(dg.Definitions.merge(shared, *(domain(ALL_DASHBOARDS) for domain in DOMAINS)))


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads."""
    return platform_definitions()
