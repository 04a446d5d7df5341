"""Stage and final of reviews as assets: days through Dagster, what its pages show of them, years of dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.definitions import platform_definitions
from sakila_platform.model.naming import TableName, data_file, year_partition
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.reviews.databases import PURCHASES_DATABASE
from sakila_platform.reviews.source import LOG_REVIEWS, MOVIE_REVIEW
from sakila_platform_tests.lake_places import FolderPlace
from sakila_platform_tests.parsed_marts import bring_parsed_marts
from sakila_platform_tests.reviews_domain import DAY, ReviewsDomain, reviews_domain

NEXT_DAY = "2021-04-26"
LOGS = """
    id_review | logDate    | device | location | os
    1         | 04-20-2021 | Mobile | Texas    | Linux
    9         | 04-20-2021 | Mobile | Texas    | Linux
"""


@pytest.fixture
def domain(empty_postgres: PostgresAddress, tmp_path: Path) -> Iterator[ReviewsDomain]:
    """A day's files, and a purchase on the next."""
    with reviews_domain(empty_postgres, FolderPlace(tmp_path / "lake"), tmp_path) as domain:
        domain.deliver_reviews("cid | review_str | id_review\n7 | good | 1")
        domain.deliver_logs(LOGS)
        domain.purchases("quantity | unit_price | invoice_date | customer_id\n2 | 1.5 | 2021-04-26 10:00:00 | 7")
        bring_parsed_marts()
        yield domain


def run(domain: ReviewsDomain, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """Both days of stage and final, as a backfill runs them."""
    selection = dg.AssetSelection.groups("reviews_stage", "reviews_final") - dg.AssetSelection.assets(
        "final/reviews/dim_date"
    )
    jobs = [dg.define_asset_job("days", selection=selection)]
    definitions = dg.Definitions.merge(platform_definitions(), dg.Definitions(jobs=jobs))
    return definitions.resolve_job_def("days").execute_in_process(
        instance=instance,
        raise_on_error=False,
        resources={
            "reviews_source": DatabaseResource.of(PURCHASES_DATABASE.at(domain.source.url, domain.source.database))
        },
        tags={"dagster/asset_partition_range_start": DAY, "dagster/asset_partition_range_end": NEXT_DAY},
    )


def test_days_run_in_one_step_each_and_every_check_has_its_outcome(domain: ReviewsDomain) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(domain, instance)
        assert result.success
        facts = dg.AssetKey(["final", "reviews", "fact_review"])
        records = instance.fetch_materializations(dg.AssetRecordsFilter(facts), limit=10).records
        rows = {
            record.partition_key: record.asset_materialization.metadata["dagster/partition_row_count"].value
            for record in records
            if record.asset_materialization
        }
    assert rows == {DAY: 1, NEXT_DAY: 0}
    failed = {
        (one.check_name, one.partition, one.severity) for one in result.get_asset_check_evaluations() if not one.passed
    }
    # Reported, and nothing is stopped by it.
    assert failed == {("logs_without_review", DAY, dg.AssetCheckSeverity.WARN)}
    assert domain.rows("final/reviews/fact_customer_spending", NEXT_DAY).column("line_count") == [1]


def test_a_file_that_cannot_be_used_fails_the_run_in_one_line_and_stops_final(domain: ReviewsDomain) -> None:
    domain.deliver(MOVIE_REVIEW, b"cid;review_str;id_review\n")
    domain.deliver(LOG_REVIEWS, b"id_review,log\n", NEXT_DAY)
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(domain, instance)
    assert not result.success
    (failure,) = result.filter_events(lambda event: event.is_step_failure)
    reported = failure.step_failure_data.user_failure_data
    assert reported is not None and reported.description is not None
    assert f"Refused stage/reviews/classified_movie_review on {DAY}" in reported.description
    assert "separated by semicolons" in reported.description
    # What could be published was; nothing follows from half a day.
    assert domain.has("stage/reviews/review_logs")
    assert not domain.has("final/reviews/fact_review")


def test_a_year_of_dates_knows_its_seasons(domain: ReviewsDomain) -> None:
    job = platform_definitions().resolve_job_def("reviews_dates")
    with dg.DagsterInstance.ephemeral() as instance:
        lake_only = [dg.AssetKey(["final", "reviews", "dim_date"])]
        assert job.execute_in_process(instance=instance, partition_key="2021", asset_selection=lake_only).success
    path = data_file(TableName("final", "reviews", "dim_date"), year_partition(2021))
    rows = {row["date"]: row for row in domain.contents()[path].to_pylist()}
    assert len(rows) == 365
    seasons = {date(2021, month, 1): rows[date(2021, month, 1)]["season"] for month in range(1, 13)}
    assert list(seasons.values()) == [
        *["Winter"] * 2, *["Spring"] * 3, *["Summer"] * 3, *["Autumn"] * 3, "Winter",
    ]  # fmt: skip
    assert rows[date(2021, 4, 25)]["date_key"] == 20210425
