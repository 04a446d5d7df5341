"""Publishing in QuickSight: against moto where it has the call, else against answers held to AWS's model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import boto3
import dagster as dg
import pytest
from botocore.stub import Stubber
from moto import mock_aws

from sakila_platform.dashboards.mart_contracts import read_mart_contracts
from sakila_platform.dashboards.quicksight import requests
from sakila_platform.dashboards.quicksight.publishing import publish_dashboard, refresh_data_sets
from sakila_platform.dashboards.quicksight.service import QuickSight, open_quicksight
from sakila_platform.errors import PlatformError
from sakila_platform.orchestration.layers.dashboards import dashboard_assets
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals.dashboards import BUSINESS, RENTALS
from sakila_platform.rentals.domain import DOMAIN
from sakila_platform.settings.every import all_settings
from sakila_platform_tests.aws_requests import request_faults
from sakila_platform_tests.quicksight_snapshots import TARGET

CONTRACTS = read_mart_contracts(MARTS_PROJECT)
ARN = "arn:aws:quicksight:us-east-1:123456789012:dashboard/sakila-business"


@pytest.fixture(autouse=True)
def no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials of nobody, and no setting of the person who runs the tests."""
    for setting in all_settings():
        monkeypatch.delenv(setting.name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)


@dataclass
class Play:
    """A QuickSight that answers as it was set up to, in order; each request must be one that AWS would take."""

    stubber: Stubber
    quicksight: QuickSight
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def answers(self, call: str, **answer: Any) -> None:
        """The next call, and its answer."""
        self.stubber.add_response(call, answer)

    def lacks(self, call: str) -> None:
        """The next call finds nothing."""
        self.stubber.add_client_error(call, "ResourceNotFoundException")

    def refuses(self, call: str, reason: str) -> None:
        """The next call is refused."""
        self.stubber.add_client_error(call, "InvalidParameterValueException", reason)

    def calls(self) -> list[str]:
        """What was sent, describing aside."""
        return [name for name, _ in self.sent if not name.startswith("Describe")]


@pytest.fixture
def play() -> Iterator[Play]:
    """QuickSight played by botocore's stubber."""
    client = boto3.client("quicksight", region_name="us-east-1")
    waited: list[float] = []
    with Stubber(client) as stubber:
        play = Play(stubber, QuickSight(client, "123456789012", waited.append), waited=waited)

        def remember(params: dict[str, Any], model: Any, **_: Any) -> None:
            assert not request_faults("quicksight", model.name, params)
            play.sent.append((model.name, params))

        client.meta.events.register("provide-client-params.quicksight", remember)
        yield play
        stubber.assert_no_pending_responses()


def test_a_dashboard_is_published_from_nothing(play: Play) -> None:
    play.lacks("describe_data_source")
    play.answers("create_data_source", Arn=ARN)
    play.answers("describe_data_source", DataSource={"Status": "CREATION_IN_PROGRESS"})
    play.answers("describe_data_source", DataSource={"Status": "CREATION_SUCCESSFUL"})
    for _ in BUSINESS.marts:
        play.lacks("describe_data_set")
        play.lacks("describe_data_set")
        play.answers("create_data_set", Arn=ARN)
        play.answers("describe_data_set", DataSet={})
        play.lacks("describe_refresh_schedule")
        play.answers("create_refresh_schedule", Arn=ARN)
    play.lacks("describe_dashboard")
    play.lacks("describe_dashboard")
    play.answers("create_dashboard", Arn=ARN)
    play.answers("describe_dashboard", Dashboard=version(1))
    play.answers("describe_dashboard", Dashboard=version(1))
    play.answers("update_dashboard_published_version", DashboardArn=ARN)
    play.lacks("describe_analysis")
    play.answers("create_analysis", Arn=ARN)
    play.answers("describe_analysis", Analysis={"Status": "CREATION_SUCCESSFUL"})

    reported: list[str] = []
    published = publish_dashboard(play.quicksight, TARGET, BUSINESS, CONTRACTS, reported.append)

    assert published.is_changed
    assert published.data_sets_sent == BUSINESS.marts
    assert published.url.endswith("/sn/dashboards/sakila-business")
    assert play.waited, "what is still being made is waited for"
    assert reported[0] == "data source Sakila marts in Athena: created"
    permissions = dict(play.sent)["CreateDashboard"]["Permissions"]
    assert [each["Principal"] for each in permissions] == [
        "arn:aws:quicksight:us-east-1:123456789012:group/default/analysts"
    ]


def test_publishing_again_sends_only_what_keeps_it_as_it_is(play: Play) -> None:
    there(play)
    play.answers("describe_dashboard", Dashboard=version(3, BUSINESS_SENT["VersionDescription"]))
    play.answers("update_dashboard_permissions", DashboardId="sakila-business")
    play.answers("describe_dashboard", Dashboard=version(3, BUSINESS_SENT["VersionDescription"]))
    play.answers("update_dashboard_published_version", DashboardArn=ARN)
    play.answers("describe_analysis", Analysis={"Status": "CREATION_SUCCESSFUL"})

    assert not publish_dashboard(play.quicksight, TARGET, BUSINESS, CONTRACTS, print).is_changed
    assert play.calls() == [
        "UpdateDataSource",
        "UpdateDataSourcePermissions",
        *["UpdateDataSetPermissions"] * len(BUSINESS.marts),
        "UpdateDashboardPermissions",
        "UpdateDashboardPublishedVersion",
    ]
    looks = [request for name, request in play.sent if name == "DescribeDashboard"]
    assert {look["AliasName"] for look in looks} == {"$LATEST"}, "the newest version, not the published one"


def test_a_changed_declaration_becomes_the_next_version_and_is_published(play: Play) -> None:
    there(play)
    old = version(3, "definition of before")
    play.answers("describe_dashboard", Dashboard=old)
    play.answers("describe_dashboard", Dashboard=old)
    play.answers("update_dashboard", DashboardId="sakila-business")
    play.answers("update_dashboard_permissions", DashboardId="sakila-business")
    play.answers("describe_dashboard", Dashboard=version(4))
    play.answers("describe_dashboard", Dashboard=version(4))
    play.answers("update_dashboard_published_version", DashboardArn=ARN)
    play.answers("describe_analysis", Analysis={"Status": "CREATION_SUCCESSFUL"})
    play.answers("update_analysis", Arn=ARN)
    play.answers("update_analysis_permissions", AnalysisId="sakila-business")
    play.answers("describe_analysis", Analysis={"Status": "UPDATE_SUCCESSFUL"})

    assert publish_dashboard(play.quicksight, TARGET, BUSINESS, CONTRACTS, print).is_changed
    assert dict(play.sent)["UpdateDashboardPublishedVersion"]["VersionNumber"] == 4


def test_a_version_that_failed_is_sent_again(play: Play) -> None:
    there(play)
    failed = version(3, BUSINESS_SENT["VersionDescription"], status="UPDATE_FAILED")
    play.answers("describe_dashboard", Dashboard=failed)
    play.answers("describe_dashboard", Dashboard=failed)
    play.answers("update_dashboard", DashboardId="sakila-business")
    play.answers("update_dashboard_permissions", DashboardId="sakila-business")
    play.answers("describe_dashboard", Dashboard=version(4))
    play.answers("describe_dashboard", Dashboard=version(4))
    play.answers("update_dashboard_published_version", DashboardArn=ARN)
    play.lacks("describe_analysis")
    play.answers("create_analysis", Arn=ARN)
    play.answers("describe_analysis", Analysis={"Status": "CREATION_SUCCESSFUL"})
    assert publish_dashboard(play.quicksight, TARGET, BUSINESS, CONTRACTS, print).is_changed


def test_a_definition_that_quicksight_can_not_build_is_reported_with_its_reason(play: Play) -> None:
    play.lacks("describe_dashboard")
    play.answers("create_dashboard", Arn=ARN)
    broken = version(1, status="CREATION_FAILED")
    broken["Version"]["Errors"] = [{"Type": "COLUMN_TYPE_MISMATCH", "Message": "no column rentals"}]
    play.answers("describe_dashboard", Dashboard=broken)
    with pytest.raises(PlatformError, match="could not make dashboard sakila-business: no column rentals"):
        play.quicksight.put("dashboard", BUSINESS_SENT)


def test_a_refusal_is_one_line(play: Play) -> None:
    play.lacks("describe_data_source")
    play.refuses("create_data_source", "Workgroup primary is not there")
    with pytest.raises(PlatformError) as refused:
        play.quicksight.put("data_source", requests.data_source_request(TARGET))
    assert str(refused.value) == "QuickSight refused create_data_source: Workgroup primary is not there"


def test_a_refresh_at_another_time_replaces_the_old_one(play: Play) -> None:
    wanted = requests.refresh_schedule_request(TARGET, "rentals")
    old = {**wanted["Schedule"], "ScheduleFrequency": {"Interval": "DAILY", "TimeOfTheDay": "02:00"}}
    play.answers("describe_refresh_schedule", RefreshSchedule=old)
    play.answers("update_refresh_schedule", Arn=ARN)
    play.quicksight.put_refresh_schedule(wanted)
    play.answers("describe_refresh_schedule", RefreshSchedule=wanted["Schedule"])
    play.quicksight.put_refresh_schedule(wanted)
    assert play.calls() == ["UpdateRefreshSchedule"]


def test_spice_reads_every_mart_of_a_dashboard_again(play: Play) -> None:
    for _ in RENTALS.marts:
        play.answers("create_ingestion", Arn=ARN)
    refresh_data_sets(play.quicksight, RENTALS, "run-1")
    assert [request["IngestionId"] for _, request in play.sent] == ["rentals-run-1"] * len(RENTALS.marts)


def test_a_data_set_that_is_being_read_already_is_left_to_it(play: Play) -> None:
    play.stubber.add_client_error("create_ingestion", "ConflictException", "An ingestion is in progress")
    assert not play.quicksight.start_ingestion("sakila-rentals", "run-1")


def test_a_data_set_that_was_just_sent_reads_by_itself(play: Play) -> None:
    play.answers("create_ingestion", Arn=ARN)
    refresh_data_sets(play.quicksight, RENTALS, "run-1", but=["rentals"])
    assert [request["DataSetId"] for _, request in play.sent] == ["sakila-rentals_by_day"]


@mock_aws
def test_moto_takes_what_it_knows() -> None:
    quicksight = open_quicksight("123456789012", "us-east-1")
    source = requests.data_source_request(TARGET)
    quicksight.client.create_data_source(**source)
    found = quicksight.describe("data_source", source["DataSourceId"])
    assert found and found["DataSourceParameters"] == source["DataSourceParameters"]
    assert quicksight.describe("data_source", "another") is None
    for mart in BUSINESS.marts:
        request = requests.data_set_request(TARGET, mart, CONTRACTS[mart], BUSINESS.dates.columns[mart])
        assert quicksight.client.create_data_set(**request)["DataSetId"] == request["DataSetId"]
    refresh_data_sets(quicksight, BUSINESS, "run-1")
    quicksight.client.create_dashboard(**BUSINESS_SENT)
    dashboard = quicksight.describe("dashboard", "sakila-business")
    assert dashboard and dashboard["Name"] == "Business"


def test_without_an_account_nothing_is_published_and_the_log_says_which_settings_are_missing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    published = [asset for asset in dashboard_assets(DOMAIN, DOMAIN.dashboards) if asset.key.path[1] == "quicksight"]
    result = dg.materialize(published, resources={"lake": LakeResource(), "clock": ClockResource()})
    assert result.success
    assert not result.get_asset_materialization_events()
    assert "set SAKILA_QUICKSIGHT_ACCOUNT and SAKILA_QUICKSIGHT_GROUP" in capfd.readouterr().err


BUSINESS_SENT = requests.dashboard_request(TARGET, BUSINESS, CONTRACTS)


def version(number: int, description: str = "", status: str = "CREATION_SUCCESSFUL") -> dict[str, Any]:
    """A dashboard as QuickSight describes it."""
    made: dict[str, Any] = {
        "VersionNumber": number,
        "Status": status,
        "CreatedTime": datetime(2026, 1, 1, tzinfo=timezone.utc),
    }
    return {"Arn": ARN, "Version": {**made, **({"Description": description} if description else {})}}


def there(play: Play) -> None:
    """Data source, data sets and schedules as the declarations have them."""
    play.answers("describe_data_source", DataSource={"Status": "CREATION_SUCCESSFUL"})
    play.answers("update_data_source", Arn=ARN)
    play.answers("update_data_source_permissions", DataSourceArn=ARN)
    play.answers("describe_data_source", DataSource={"Status": "UPDATE_SUCCESSFUL"})
    for mart in BUSINESS.marts:
        made = requests.data_set_request(TARGET, mart, CONTRACTS[mart], BUSINESS.dates.columns[mart])
        parts = ("Name", "ImportMode", "PhysicalTableMap", "LogicalTableMap")
        play.answers("describe_data_set", DataSet={part: made[part] for part in parts})
        play.answers("update_data_set_permissions", DataSetId=made["DataSetId"])
        schedule = requests.refresh_schedule_request(TARGET, mart)["Schedule"]
        play.answers("describe_refresh_schedule", RefreshSchedule=schedule)
