"""QuickSight's data source, data sets and dashboards, by the requests that Dagster publishes them with too."""

from __future__ import annotations

from typing import Any

from sakila_platform.dashboards.quicksight.service import QuickSight
from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping

_SCHEDULE_PARTS = ("ScheduleFrequency", "RefreshType")


def describe_data_source(aws: Aws, name: str) -> dict[str, Any] | None:
    """A data source."""
    return _described(aws, "data_source", name)


def ensure_data_source(aws: Aws, change: Change) -> None:
    """Create or update the data source."""
    _ensure(aws, "data_source", change)


def delete_data_source(aws: Aws, name: str) -> None:
    """Delete the data source."""
    aws.remove("quicksight", "delete_data_source", AwsAccountId=aws.account(), DataSourceId=name)


def names_of_data_sources(aws: Aws, prefix: str) -> list[str]:
    """Our data sources: all environments call theirs the same, tags say whose they are."""
    return _names(aws, "list_data_sources", "DataSources", "DataSourceId", prefix)


def describe_data_set(aws: Aws, name: str) -> dict[str, Any] | None:
    """A data set, and when it reads its mart."""
    present = _described(aws, "data_set", name)
    if present is None:
        return None
    found = aws.ask(
        "quicksight", "describe_refresh_schedule", AwsAccountId=aws.account(), DataSetId=name, ScheduleId="daily"
    )
    schedule = (found or {}).get("RefreshSchedule") or {}
    return {**present, "Schedule": {part: schedule.get(part) for part in _SCHEDULE_PARTS}}


def ensure_data_set(aws: Aws, change: Change) -> None:
    """Create or update the data set and its schedule."""
    if change.concerns(*(part for part in change.wanted if part != "Schedule")):
        _ensure(aws, "data_set", change)
    _quicksight(aws).put_refresh_schedule(change.at_creation["Schedule"])


def delete_data_set(aws: Aws, name: str) -> None:
    """Delete the data set, its rows in SPICE and its schedule."""
    aws.remove("quicksight", "delete_data_set", AwsAccountId=aws.account(), DataSetId=name)


def names_of_data_sets(aws: Aws, prefix: str) -> list[str]:
    """Our data sets."""
    return _names(aws, "list_data_sets", "DataSetSummaries", "DataSetId", prefix)


def describe_dashboard(aws: Aws, name: str) -> dict[str, Any] | None:
    """A dashboard: what its newest version was made from, and whether that is what readers see."""
    present = _described(aws, "dashboard", name)
    if present is None:
        return None
    seen = aws.ask("quicksight", "describe_dashboard", AwsAccountId=aws.account(), DashboardId=name) or {}
    newest, published = (found.get("Version") or {} for found in (present, seen.get("Dashboard") or {}))
    return {
        **present,
        "VersionDescription": newest.get("Description"),
        "Published": published.get("VersionNumber") == newest.get("VersionNumber"),
        "Analysis": _quicksight(aws).describe("analysis", name) is not None,
    }


def ensure_dashboard(aws: Aws, change: Change) -> None:
    """Create or update the dashboard, show readers its newest version, and keep the analysis beside it."""
    if change.concerns("Name", "VersionDescription", TAGS):
        _ensure(aws, "dashboard", change)
    quicksight = _quicksight(aws)
    quicksight.publish_newest(change.name)
    quicksight.put("analysis", change.at_creation["Analysis"])


def delete_dashboard(aws: Aws, name: str) -> None:
    """Delete the dashboard and its analysis."""
    aws.remove("quicksight", "delete_analysis", AwsAccountId=aws.account(), AnalysisId=name)
    aws.remove("quicksight", "delete_dashboard", AwsAccountId=aws.account(), DashboardId=name)


def names_of_dashboards(aws: Aws, prefix: str) -> list[str]:
    """Our dashboards."""
    return _names(aws, "list_dashboards", "DashboardSummaryList", "DashboardId", prefix)


def _described(aws: Aws, kind: str, name: str) -> dict[str, Any] | None:
    found = _quicksight(aws).describe(kind, name)
    if found is None:
        return None
    tags = aws.ask("quicksight", "list_tags_for_resource", ResourceArn=found["Arn"]) or {}
    return {**found, TAGS: as_mapping(tags.get("Tags"))}


def _ensure(aws: Aws, kind: str, change: Change) -> None:
    request = {**change.at_creation["Request"], "Tags": as_list(change.wanted[TAGS])}
    _quicksight(aws).put(kind, request)
    if change.present is not None and change.concerns(TAGS):
        aws.call("quicksight", "tag_resource", ResourceArn=change.present["Arn"], Tags=request["Tags"])


def _quicksight(aws: Aws) -> QuickSight:
    return QuickSight(aws.client("quicksight"), aws.account(), aws.wait)


def _names(aws: Aws, operation: str, key: str, name: str, prefix: str) -> list[str]:
    found = aws.each("quicksight", operation, key, AwsAccountId=aws.account())
    return [each[name] for each in found if each[name].startswith(prefix)]
