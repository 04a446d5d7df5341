"""Publishing in order: data source, data sets and schedules, dashboard and analysis; again, only what changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.dashboards.mart_contracts import Contract
from sakila_platform.dashboards.quicksight import requests
from sakila_platform.dashboards.quicksight.fields import Json
from sakila_platform.dashboards.quicksight.requests import Target
from sakila_platform.dashboards.quicksight.service import ENDED_WELL, QuickSight

Report = Callable[[str], None]


@dataclass(frozen=True)
class Publication:
    """A published dashboard: its address, whether its definition was sent now, and which marts' data sets were."""

    url: str
    is_changed: bool
    data_sets_sent: tuple[str, ...]


def publish_dashboard(
    quicksight: QuickSight,
    target: Target,
    dashboard: Dashboard,
    contracts: Mapping[str, Contract],
    report: Report,
) -> Publication:
    """Bring everything that a dashboard needs up to date in QuickSight, and publish it to the group.

    Raises PlatformError, with QuickSight's reason, when it refuses something.
    """
    sent = []
    _put(quicksight, "data_source", requests.data_source_request(target), report)
    for mart in dashboard.marts:
        wanted = requests.data_set_request(target, mart, contracts[mart], dashboard.dates.columns[mart])
        present = quicksight.describe("data_set", wanted["DataSetId"])
        if present is None or any(present.get(part) != wanted[part] for part in _DATA_SET_PARTS):
            _put(quicksight, "data_set", wanted, report)
            sent.append(mart)
        else:
            quicksight.grant("data_set", wanted["DataSetId"], wanted["Permissions"])
        quicksight.put_refresh_schedule(requests.refresh_schedule_request(target, mart))
    is_changed = _put_dashboard(quicksight, target, dashboard, contracts, report)
    return Publication(
        f"https://{target.region}.quicksight.aws.amazon.com/sn/dashboards/{requests.dashboard_id(dashboard)}",
        is_changed,
        tuple(sent),
    )


def refresh_data_sets(quicksight: QuickSight, dashboard: Dashboard, name: str, but: Collection[str] = ()) -> None:
    """Have SPICE read the marts of a dashboard again, now; `name` tells this refresh from others.

    `but` are marts whose data sets were just sent: those are read without being asked. Raises PlatformError, with
    QuickSight's reason, when it refuses.
    """
    for mart in dashboard.marts:
        if mart not in but:
            quicksight.start_ingestion(requests.data_set_id(mart), f"{dashboard.name}-{name}")


_DATA_SET_PARTS = ("Name", "ImportMode", "PhysicalTableMap", "LogicalTableMap")


def _put_dashboard(
    quicksight: QuickSight,
    target: Target,
    dashboard: Dashboard,
    contracts: Mapping[str, Contract],
    report: Report,
) -> bool:
    wanted = requests.dashboard_request(target, dashboard, contracts)
    present = quicksight.describe("dashboard", wanted["DashboardId"])
    version = (present or {}).get("Version", {})
    # A version tells what it was made from, so that a day without a change makes no version.
    is_changed = (version.get("Description"), version.get("Status")) not in {
        (wanted["VersionDescription"], status) for status in ENDED_WELL
    }
    if is_changed:
        _put(quicksight, "dashboard", wanted, report)
    else:
        quicksight.grant("dashboard", wanted["DashboardId"], wanted["Permissions"])
    # Also when nothing changed: a run that ended in between may have left it unpublished.
    quicksight.publish_newest(wanted["DashboardId"])
    analysis = requests.analysis_request(target, dashboard, contracts)
    if is_changed or quicksight.describe("analysis", analysis["AnalysisId"]) is None:
        _put(quicksight, "analysis", analysis, report)
    return is_changed


def _put(quicksight: QuickSight, kind: str, wanted: Json, report: Report) -> None:
    done = quicksight.put(kind, wanted)
    report(f"{kind.replace('_', ' ')} {wanted['Name']}: {done}")
