"""Every request that makes a dashboard in QuickSight, as arguments of boto3's calls: nothing is sent from here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.dashboards.mart_contracts import Contract
from sakila_platform.dashboards.quicksight.definition import definition
from sakila_platform.dashboards.quicksight.fields import DATE, Json, quicksight_type

PREFIX = "sakila"
_GLUE_CATALOG = "AwsDataCatalog"
_READ_DATA_SOURCE = ("DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource")
_READ_DATA_SET = (
    "DescribeDataSet",
    "DescribeDataSetPermissions",
    "PassDataSet",
    "DescribeIngestion",
    "ListIngestions",
)
_READ_DASHBOARD = ("DescribeDashboard", "ListDashboardVersions", "QueryDashboard")
_EDIT_ANALYSIS = (
    "RestoreAnalysis",
    "UpdateAnalysisPermissions",
    "DeleteAnalysis",
    "DescribeAnalysisPermissions",
    "QueryAnalysis",
    "DescribeAnalysis",
    "UpdateAnalysis",
)


@dataclass(frozen=True)
class Target:
    """Where in AWS dashboards are published: account, region, the group that may see them, Athena, time of refresh."""

    account: str
    region: str
    group: str
    namespace: str = "default"
    workgroup: str = "primary"
    database: str = "marts"
    refresh_at: str = "04:00"
    time_zone: str = "UTC"

    def arn(self, kind: str, name: str) -> str:
        """The address of something of QuickSight's in this account and region."""
        return f"arn:aws:quicksight:{self.region}:{self.account}:{kind}/{name}"

    def data_set_arn(self, mart: str) -> str:
        """The address of a mart's data set."""
        return self.arn("dataset", data_set_id(mart))

    def granted(self, actions: Sequence[str]) -> list[Json]:
        """These actions for the group."""
        group = self.arn("group", f"{self.namespace}/{self.group}")
        return [{"Principal": group, "Actions": [f"quicksight:{action}" for action in actions]}]


def data_source_id() -> str:
    """What the data source is called: one for all dashboards."""
    return f"{PREFIX}-athena"


def data_set_id(mart: str) -> str:
    """What a mart's data set is called: dashboards share it."""
    return f"{PREFIX}-{mart}"


def dashboard_id(dashboard: Dashboard) -> str:
    """What a dashboard and its analysis are called."""
    return f"{PREFIX}-{dashboard.name}"


def data_source_request(target: Target) -> Json:
    """Athena, through its workgroup."""
    return {
        "AwsAccountId": target.account,
        "DataSourceId": data_source_id(),
        "Name": "Sakila marts in Athena",
        "Type": "ATHENA",
        "DataSourceParameters": {"AthenaParameters": {"WorkGroup": target.workgroup}},
        "Permissions": target.granted(_READ_DATA_SOURCE),
    }


def data_set_request(target: Target, mart: str, contract: Contract, date_column: str) -> Json:
    """A mart in SPICE, its day of filtering called `date` as in every other data set."""
    columns = [{"Name": name, "Type": quicksight_type(kind)} for name, kind in contract.items()]
    names = [DATE if name == date_column else name for name in contract]
    renamed = [{"RenameColumnOperation": {"ColumnName": date_column, "NewColumnName": DATE}}]
    transforms = [*(renamed if date_column != DATE else []), {"ProjectOperation": {"ProjectedColumns": names}}]
    return {
        "AwsAccountId": target.account,
        "DataSetId": data_set_id(mart),
        "Name": f"Sakila {mart}",
        "ImportMode": "SPICE",
        "PhysicalTableMap": {
            "mart": {
                "RelationalTable": {
                    "DataSourceArn": target.arn("datasource", data_source_id()),
                    "Catalog": _GLUE_CATALOG,
                    "Schema": target.database,
                    "Name": mart,
                    "InputColumns": columns,
                }
            }
        },
        "LogicalTableMap": {
            "mart": {"Alias": mart, "Source": {"PhysicalTableId": "mart"}, "DataTransforms": transforms}
        },
        "Permissions": target.granted(_READ_DATA_SET),
    }


def refresh_schedule_request(target: Target, mart: str) -> Json:
    """A full refresh a day, after the marts."""
    return {
        "AwsAccountId": target.account,
        "DataSetId": data_set_id(mart),
        "Schedule": {
            "ScheduleId": "daily",
            "ScheduleFrequency": {
                "Interval": "DAILY",
                "Timezone": target.time_zone,
                "TimeOfTheDay": target.refresh_at,
            },
            "RefreshType": "FULL_REFRESH",
        },
    }


def dashboard_request(target: Target, dashboard: Dashboard, contracts: Mapping[str, Contract]) -> Json:
    """The dashboard, with a fingerprint of its definition as the version's description."""
    made = definition(dashboard, contracts, target.data_set_arn)
    return {
        "AwsAccountId": target.account,
        "DashboardId": dashboard_id(dashboard),
        "Name": dashboard.title,
        "Definition": made,
        "VersionDescription": f"definition {_fingerprint(made)}",
        "DashboardPublishOptions": {
            "AdHocFilteringOption": {"AvailabilityStatus": "ENABLED"},
            "ExportToCSVOption": {"AvailabilityStatus": "ENABLED"},
        },
        "Permissions": target.granted(_READ_DASHBOARD),
    }


def analysis_request(target: Target, dashboard: Dashboard, contracts: Mapping[str, Contract]) -> Json:
    """The analysis, where the group's authors may go on from what is published."""
    return {
        "AwsAccountId": target.account,
        "AnalysisId": dashboard_id(dashboard),
        "Name": dashboard.title,
        "Definition": definition(dashboard, contracts, target.data_set_arn),
        "Permissions": target.granted(_EDIT_ANALYSIS),
    }


def _fingerprint(made: Json) -> str:
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]
