"""Dagster conducts Glue: the same assets, days and checks, worked on by job runs that it starts, follows and stops."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from botocore.exceptions import ClientError
from dagster import DagsterExecutionInterruptedError

from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcome_messages import outcome_messages
from sakila_platform.model.outcomes import TableDay
from sakila_platform.orchestration import glue_lane
from sakila_platform.orchestration.layers.data_catalog import data_catalog_asset
from sakila_platform.orchestration.resources import glue as glue_resource
from sakila_platform.orchestration.resources.glue import MESSAGES, Glue, JobRun
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform_tests.glue_account import GlueOnThisMachine
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.s3_servers import CREDENTIALS, S3Server, moto_application, served
from sakila_platform_tests.spark import jdbc_driver, small_spark_defaults

PREFIX = "sakila-test-"
DAY, NEXT_DAY = "2005-05-25", "2005-05-26"
STAGE = dg.AssetSelection.groups("rentals_stage")
FINAL = dg.AssetSelection.groups("rentals_final") - dg.AssetSelection.assets(
    dg.AssetKey(["final", "sakila", "dim_date"])
)


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with served(moto_application()) as endpoint:
        yield S3Server(endpoint)


@pytest.fixture
def bucket(s3: S3Server) -> Iterator[str]:
    with s3.bucket() as bucket:
        yield bucket


def by_glue(platform: Platform, glue: Any) -> None:
    """From now on the settings choose Glue, and it is this one."""
    platform.set(COMPUTE="glue")
    platform.monkeypatch.setattr(glue_lane, "chosen_glue", lambda: glue)


# The real scripts, started by Dagster


@pytest.fixture
def machine(platform: Platform, s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> GlueOnThisMachine:
    """A Glue whose jobs log in to the shop's real server, and tell Dagster over S3."""
    monkeypatch.setattr(glue_resource, "_SECONDS_BETWEEN_MESSAGES", 0.2)
    monkeypatch.setattr("dagster_aws.pipes.clients.glue.time", SimpleNamespace(sleep=lambda seconds: time.sleep(0.2)))
    defaults = {"--lake": str(platform.folder / "lake"), "--jars": str(jdbc_driver())}
    environment = {
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": s3.endpoint,
        "SAKILA_MYSQL_URL": platform.shop.on("").url,
        "SPARK_CONF_DIR": str(small_spark_defaults(platform.folder)),
    }
    return GlueOnThisMachine(PREFIX, defaults, environment)


def test_a_day_of_the_glue_lane_is_the_local_lanes_day_with_all_its_events(
    platform: Platform, machine: GlueOnThisMachine, s3: S3Server, bucket: str
) -> None:
    platform.run(DAY, layers=("stage", "final"))
    local = platform.lake_contents()
    platform.start_over()
    shop = platform.shop
    machine.defaults = {**machine.defaults, "--jdbc-url": f"jdbc:mysql://{shop.host}:{shop.port}/{shop.database}"}
    by_glue(platform, Glue(PREFIX, bucket, machine, s3.client()))

    done = platform.run_in_dagster(DAY, selection=STAGE | FINAL)

    assert done.success
    assert platform.lake_contents() == local
    [rental] = [e for e in done.asset_materializations_for_node("rentals_stage") if e.asset_key.path[-1] == "rental"]
    assert rental.partition == DAY
    assert rental.metadata["dagster/partition_row_count"].value == len(platform.lake("stage/sakila/rental", DAY))
    evaluated = {(check.asset_key, check.check_name) for check in done.get_asset_check_evaluations()}
    assert evaluated >= {(dg.AssetKey(t.name.key), "contract") for t in STAGE_TABLES}
    assert all(check.passed for check in done.get_asset_check_evaluations())
    # The context goes with the run; messages are left to the bucket's own rule.
    assert all(key.startswith(MESSAGES) for key in s3.keys(bucket))


def test_a_job_that_fails_fails_the_step_with_the_jobs_own_reason(
    platform: Platform, machine: GlueOnThisMachine, s3: S3Server, bucket: str
) -> None:
    machine.defaults = {"--lake": str(platform.folder / "lake"), "--SAKILA_DAYS_PER_CHUNK": "many"}
    by_glue(platform, Glue(PREFIX, bucket, machine, s3.client()))

    failed = platform.run_in_dagster(DAY, selection=STAGE)

    assert not failed.success
    assert reason_of(failed).startswith("The Glue job sakila-test-extract-stage failed: ")
    assert "SAKILA_DAYS_PER_CHUNK: 'many' is not usable" in reason_of(failed)


def test_a_run_that_is_stopped_stops_its_job(
    platform: Platform, machine: GlueOnThisMachine, s3: S3Server, bucket: str
) -> None:
    def interrupted(seconds: float) -> None:
        raise DagsterExecutionInterruptedError

    platform.monkeypatch.setattr("dagster_aws.pipes.clients.glue.time", SimpleNamespace(sleep=interrupted))
    by_glue(platform, Glue(PREFIX, bucket, machine, s3.client()))

    stopped = platform.run_in_dagster(DAY, selection=STAGE)

    assert not stopped.success
    assert machine.stopped == ["jr_0"]


# What a job tells


class Telling:
    """A Glue whose job tells this and then ends, or fails for this reason."""

    prefix = PREFIX

    def __init__(self, outcomes: dict[TableName, dict[date, TableDay]], failure: str = "") -> None:
        self._run = JobRun([{"outcomes": outcome_messages(outcomes)}], failure)

    def run_job(self, *asked: object) -> JobRun:
        """What became of it."""
        return self._run


def outcomes(days: Sequence[str], **changed: TableDay) -> dict[TableName, dict[date, TableDay]]:
    """One row in each table and day; those named otherwise are as they are given."""
    passed = TableDay(1, checks={"matches_source": ""})
    return {
        table.name: {date.fromisoformat(day): changed.get(table.name.table, passed) for day in days}
        for table in STAGE_TABLES
    }


def materialised(done: dg.ExecuteInProcessResult) -> set[str | None]:
    return {event.partition for event in done.asset_materializations_for_node("rentals_stage")}


def reason_of(done: dg.ExecuteInProcessResult) -> str:
    [failure] = [event.step_failure_data for event in done.all_events if event.is_step_failure]
    return str(failure.user_failure_data.description)


def test_what_was_committed_before_the_job_failed_is_known(platform: Platform) -> None:
    by_glue(platform, Telling(outcomes([DAY]), "OutOfMemoryError"))
    failed = platform.run_in_dagster(DAY, NEXT_DAY, selection=STAGE)
    assert reason_of(failed) == "The Glue job sakila-test-extract-stage failed: OutOfMemoryError"
    assert materialised(failed) == {DAY}


def test_a_day_that_the_job_refused_has_a_failed_check_and_no_materialisation(platform: Platform) -> None:
    refused = outcomes([DAY]) | {
        name: {date.fromisoformat(DAY): TableDay(0, 9, {"amount >= 0": 9}, "9 of 9 rows break the contract")}
        for name in outcomes([DAY])
        if name.table == "payment"
    }
    by_glue(platform, Telling(refused, "1 day refused"))

    failed = platform.run_in_dagster(DAY, selection=STAGE)

    assert reason_of(failed) == "Refused stage/sakila/payment on 2005-05-25: 9 of 9 rows break the contract"
    assert "payment" not in {e.asset_key.path[-1] for e in failed.asset_materializations_for_node("rentals_stage")}
    assert [c.asset_key.path[-1] for c in failed.get_asset_check_evaluations() if not c.passed] == ["payment"]


def test_a_check_that_did_not_pass_in_the_job_stops_what_is_downstream(platform: Platform) -> None:
    odd = TableDay(1, checks={"matches_source": "the source has 2 rows, stage 1"})
    by_glue(platform, Telling(outcomes([DAY], rental=odd), "stage/sakila/rental: matches_source"))

    failed = platform.run_in_dagster(DAY, selection=STAGE | FINAL)

    assert materialised(failed) == {DAY}
    assert not failed.asset_materializations_for_node("rentals_final")
    assert not failed.success


# Settings and AWS's refusals


def test_glue_needs_a_lake_on_s3(platform: Platform) -> None:
    platform.set(COMPUTE="glue", LAKE=platform.folder / "lake")
    with pytest.raises(UsageError, match="set SAKILA_LAKE to s3://bucket/prefix"):
        glue_lane.chosen_glue()


def test_a_job_that_is_not_there_is_reported_in_one_line(platform: Platform, s3: S3Server, bucket: str) -> None:
    platform.set(COMPUTE="glue", LAKE=f"s3://{bucket}/lake", ENVIRONMENT="nowhere")
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": s3.endpoint}.items():
        platform.monkeypatch.setenv(name, value)

    failed = platform.run_in_dagster(DAY, selection=STAGE)

    assert reason_of(failed).startswith("The Glue job sakila-nowhere-extract-stage can't be started or followed: ")
    assert reason_of(failed).endswith("`sakila-platform deploy plan`.")


# Crawlers


class Crawlers:
    """boto3's Glue client of an account where each look at a crawler finds the next of these states."""

    class exceptions:
        """As boto3 has them."""

        class CrawlerRunningException(ClientError):
            """It runs already."""

    def __init__(self, *states: str, already_running: bool = False) -> None:
        self.states = list(states)
        self.started: list[str] = []
        self._already_running = already_running

    def start_crawler(self, *, Name: str) -> None:
        """Start one."""
        if self._already_running:
            raise self.exceptions.CrawlerRunningException({"Error": {}}, "StartCrawler")
        self.started.append(Name)

    def list_crawls(self, *, CrawlerName: str, MaxResults: int) -> dict[str, Any]:
        """The newest crawl."""
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"Crawls": [{"State": state, "ErrorMessage": "no such folder"}] if state else []}


def crawl(client: Crawlers) -> list[float]:
    """Have two crawlers run; how long was waited between looks."""
    waits: list[float] = []
    Glue(PREFIX, "bucket", client, None, waits.append).crawl(("stage", "final"), limit_seconds=60)
    return waits


def test_crawlers_are_started_and_waited_for() -> None:
    client = Crawlers("", "RUNNING", "RUNNING", "COMPLETED")
    waits = crawl(client)
    assert client.started == ["sakila-test-stage", "sakila-test-final"]
    assert len(waits) == 2


def test_a_crawler_that_runs_already_is_waited_for_too() -> None:
    assert crawl(Crawlers("RUNNING", "RUNNING", "COMPLETED", already_running=True))


def test_a_crawler_that_fails_is_reported_with_its_reason() -> None:
    with pytest.raises(PlatformError, match="sakila-test-stage did not end well: no such folder"):
        crawl(Crawlers("FAILED"))


def test_a_crawler_that_never_ends_is_given_up() -> None:
    with pytest.raises(PlatformError, match="sakila-test-stage has not ended after 60 s"):
        crawl(Crawlers("RUNNING"))


def test_no_crawler_is_started_while_this_process_does_the_work() -> None:
    done = dg.materialize([data_catalog_asset(RENTALS.catalog)])
    assert done.success
    assert not done.get_asset_materialization_events()
