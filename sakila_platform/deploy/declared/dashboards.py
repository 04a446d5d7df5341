"""What is declared of QuickSight: Athena as its source, a data set per mart, the dashboards. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.dashboards.mart_contracts import Contract
from sakila_platform.dashboards.quicksight import requests
from sakila_platform.dashboards.quicksight.requests import Target
from sakila_platform.deploy.declarations import Declaration
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import DASHBOARD, DATA_SET, DATA_SOURCE
from sakila_platform.deploy.tags import TAGS

_DATA_SOURCE_PARTS = ("Name", "Type", "DataSourceParameters")
_DATA_SET_PARTS = ("Name", "ImportMode", "PhysicalTableMap", "LogicalTableMap")


@dataclass(frozen=True)
class Published:
    """The dashboards, the columns of the marts they read, and where in QuickSight they go."""

    target: Target
    dashboards: tuple[Dashboard, ...]
    contracts: Mapping[str, Contract]


def dashboards(environment: Environment, published: Published | None) -> list[Declaration]:
    """Everything of QuickSight; nothing where the settings name no account and group of it."""
    if published is None:
        return []
    target, contracts = published.target, published.contracts
    dated = {mart: shown.dates.columns[mart] for shown in published.dashboards for mart in shown.marts}
    return [
        _of(environment, DATA_SOURCE, "DataSourceId", requests.data_source_request(target), _DATA_SOURCE_PARTS),
        *(_data_set(environment, target, mart, contracts[mart], dated[mart]) for mart in sorted(dated)),
        *(_dashboard(environment, target, shown, contracts) for shown in published.dashboards),
    ]


def _data_set(environment: Environment, target: Target, mart: str, contract: Contract, date_column: str) -> Declaration:
    schedule = requests.refresh_schedule_request(target, mart)
    declared = _of(
        environment,
        DATA_SET,
        "DataSetId",
        requests.data_set_request(target, mart, contract, date_column),
        _DATA_SET_PARTS,
    )
    shown = {part: schedule["Schedule"][part] for part in ("ScheduleFrequency", "RefreshType")}
    return Declaration(
        declared.kind,
        declared.name,
        {**declared.wanted, "Schedule": shown},
        {**declared.at_creation, "Schedule": schedule},
    )


def _dashboard(
    environment: Environment, target: Target, shown: Dashboard, contracts: Mapping[str, Contract]
) -> Declaration:
    request = requests.dashboard_request(target, shown, contracts)
    declared = _of(environment, DASHBOARD, "DashboardId", request, ("Name", "VersionDescription"))
    return Declaration(
        declared.kind,
        declared.name,
        {**declared.wanted, "Published": True, "Analysis": True},
        {**declared.at_creation, "Analysis": requests.analysis_request(target, shown, contracts)},
    )


def _of(
    environment: Environment, kind: str, name: str, request: Mapping[str, Any], parts: tuple[str, ...]
) -> Declaration:
    wanted = {part: request[part] for part in parts}
    return Declaration(kind, request[name], {**wanted, TAGS: environment.tags}, {"Request": request})
