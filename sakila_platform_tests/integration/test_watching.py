"""What goes wrong without a run that fails is reported too: checks, late data; layers send metrics to CloudWatch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import boto3
import dagster as dg
import pytest
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateChange
from moto import mock_aws

from sakila_platform.aws.metrics import send_metrics
from sakila_platform.orchestration.event_log import watching as watching_module
from sakila_platform.orchestration.event_log.instance import dagster_environment, ensure_dagster_home
from sakila_platform.orchestration.event_log.watching import watching
from sakila_platform_tests.platform import Platform

RENTAL = dg.AssetKey(["stage", "sakila", "rental"])


@dg.asset(key=RENTAL)
def rental() -> None:
    """What is watched."""


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """A state folder's own instance: one kept in memory answers questions that the real one's storage does not."""
    home = ensure_dagster_home(tmp_path)
    for name, value in dagster_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        yield instance


@pytest.fixture
def reported(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was sent to people."""
    sent: list[str] = []

    def send(message: str) -> Iterator[str]:
        sent.append(message)
        yield from ()

    monkeypatch.setattr(watching_module, "send", send)
    return sent


def evaluated(instance: dg.DagsterInstance, *days: str, passed: bool = False, severity: str = "ERROR") -> None:
    """A check was evaluated on these days."""

    for day in days:
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=RENTAL,
                check_name="contract",
                passed=passed,
                severity=dg.AssetCheckSeverity(severity),
                description="3 rows\nhave no customer.",
                partition=day,
            )
        )


class Watcher:
    """The sensor, asked again and again; it remembers as Dagster lets it."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.cursor: str | None = None
        self._repository = dg.Definitions(assets=[rental]).get_repository_def()

    def look(self) -> None:
        """One evaluation."""
        context = dg.build_sensor_context(self.instance, self.cursor, repository_def=self._repository)
        watching(context)
        self.cursor = context.cursor


@pytest.fixture
def watcher(instance: dg.DagsterInstance) -> Watcher:
    """A sensor that has looked once before anything happens."""
    watcher = Watcher(instance)
    watcher.look()
    return watcher


def test_a_check_that_did_not_pass_is_reported_with_asset_days_reason_and_page(
    watcher: Watcher, reported: list[str]
) -> None:
    evaluated(watcher.instance, "2005-05-24")
    watcher.look()
    [message] = reported
    assert message == (
        "Check failed: stage/sakila/rental contract on 2005-05-24: 3 rows have no customer. "
        "http://localhost:3000/assets/stage/sakila/rental?view=checks"
    )


def test_many_days_of_one_check_are_one_line(watcher: Watcher, reported: list[str]) -> None:
    evaluated(watcher.instance, "2005-05-25", "2005-05-24", "2005-05-30")
    watcher.look()
    [message] = reported
    assert message.startswith("Check failed: stage/sakila/rental contract on 3 days, 2005-05-24..2005-05-30: ")
    assert "\n" not in message


def test_a_warning_is_reported_as_one(watcher: Watcher, reported: list[str]) -> None:
    evaluated(watcher.instance, "2005-05-24", severity="WARN")
    watcher.look()
    assert reported[0].startswith("Check warns: stage/sakila/rental contract")


def test_what_passed_and_what_was_reported_already_is_not_reported(watcher: Watcher, reported: list[str]) -> None:
    evaluated(watcher.instance, "2005-05-24", passed=True)
    watcher.look()
    assert reported == []
    evaluated(watcher.instance, "2005-05-25")
    watcher.look()
    watcher.look()
    assert len(reported) == 1


def test_what_happened_before_anybody_watched_is_not_reported(
    instance: dg.DagsterInstance, reported: list[str]
) -> None:
    evaluated(instance, "2005-05-24")
    watcher = Watcher(instance)
    watcher.look()
    watcher.look()
    assert reported == []


def test_more_than_a_page_of_evaluations_is_read_to_the_end(
    watcher: Watcher, reported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching_module, "_EVENTS_AT_ONCE", 2)
    evaluated(watcher.instance, "2005-05-24", "2005-05-25", "2005-05-26", "2005-05-27", "2005-05-28")
    watcher.look()
    assert "on 5 days" in reported[0]


def test_late_data_is_reported_once_each_time_it_becomes_late(watcher: Watcher, reported: list[str]) -> None:
    def becomes(state: FreshnessState) -> None:
        at = datetime.now(timezone.utc).timestamp()
        change = FreshnessStateChange(
            key=RENTAL, new_state=state, previous_state=FreshnessState.UNKNOWN, state_change_timestamp=at
        )
        watcher.instance._report_runless_asset_event(change)
        watcher.look()

    becomes(FreshnessState.FAIL)
    watcher.look()
    becomes(FreshnessState.PASS)
    becomes(FreshnessState.FAIL)
    late = "Late: stage/sakila/rental should have been updated by now. http://localhost:3000/assets/stage/sakila/rental"
    assert reported == [late, late]


# Metrics


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield


def metrics() -> dict[tuple[str, str], list[float]]:
    """By layer and name, the metrics that CloudWatch was sent."""
    found: dict[tuple[str, str], list[float]] = {}
    client = boto3.client("cloudwatch", region_name="us-east-1")
    for metric in client.list_metrics(Namespace="Sakila")["Metrics"]:
        dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
        assert dimensions["Environment"] == "prod"
        points = client.get_metric_statistics(
            Namespace="Sakila",
            MetricName=metric["MetricName"],
            Dimensions=metric["Dimensions"],
            StartTime=datetime(2020, 1, 1),
            EndTime=datetime(2100, 1, 1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        found[dimensions["Layer"], metric["MetricName"]] = [point["Sum"] for point in points]
    return found


def test_rows_and_seconds_of_each_layer_are_reported(platform: Platform, cloudwatch: None) -> None:
    platform.set(METRICS_NAMESPACE="Sakila")
    assert platform.run_in_dagster("2005-05-24", "2005-05-25").success
    found = metrics()
    assert {layer for layer, _ in found} == {"stage", "final", "warehouse"}
    assert found["warehouse", "Days"] == [2]
    facts = [f"final/sakila/{fact}" for fact in ("fact_rental", "fact_return", "fact_payment")]
    rows = sum(len(platform.lake(fact, day)) for fact in facts for day in ("2005-05-24", "2005-05-25"))
    assert found["final", "Rows"][0] > rows
    assert found["stage", "Seconds"][0] > 0


def test_nothing_is_sent_unless_a_namespace_is_set(platform: Platform, cloudwatch: None) -> None:
    send_metrics("stage", 1, 1, 1.0)
    assert metrics() == {}


def test_metrics_that_can_not_be_sent_fail_nothing(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    platform.set(METRICS_NAMESPACE="Sakila")
    platform.monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    platform.monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    platform.monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    send_metrics("stage", 1, 1, 1.0)
    assert "Metrics of stage could not be sent to Sakila" in caplog.text
