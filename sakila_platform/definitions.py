"""The composition root: every domain joined, with the resources and sensors that all of them share."""

from collections.abc import Sequence

import dagster as dg

from sakila_platform.declarations.domain import Domain
from sakila_platform.domains import DOMAINS
from sakila_platform.orchestration.domain_definitions import domain_definitions
from sakila_platform.orchestration.event_log.notifications import run_failure_notification
from sakila_platform.orchestration.event_log.watching import watching
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.orchestration.schedules import jobs_of, schedules_of, with_freshness
from sakila_platform.orchestration.work import CLOCK, LAKE


def platform_definitions(domains: Sequence[Domain] = DOMAINS) -> dg.Definitions:
    """Everything that Dagster shows and runs. Loads with an empty environment; nothing outside is touched."""
    site = [dashboard for domain in domains for dashboard in domain.dashboards]
    shared = dg.Definitions(
        jobs=[job for domain in domains for job in jobs_of(domain)],
        schedules=[schedule for domain in domains for schedule in schedules_of(domain)],
        sensors=[
            run_failure_notification,
            watching,
            dg.AutomationConditionSensorDefinition(
                "automation", target=dg.AssetSelection.all(), default_status=dg.DefaultSensorStatus.RUNNING
            ),
        ],
        resources={LAKE: LakeResource(), CLOCK: ClockResource()},
        # A process for each step costs more than the work of a step.
        executor=dg.in_process_executor,
    )
    return with_freshness(
        dg.Definitions.merge(shared, *(domain_definitions(domain, site) for domain in domains)), domains
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads."""
    return platform_definitions()
