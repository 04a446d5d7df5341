"""The Glue lane of reviews on real Spark, by a real JDBC driver, from a real PostgreSQL: it does what the local lane
does.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.errors import PlatformError
from sakila_platform.model.days import Clock
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.reviews.source import LOG_REVIEWS, MOVIE_REVIEW, STAGE_TABLES
from sakila_platform.reviews.stage.on_spark import SparkStaging, stage_days
from sakila_platform.reviews.star import DAILY_TABLES
from sakila_platform.reviews.star_build import star_build
from sakila_platform.settings.calendar import TIME_ZONE
from sakila_platform.settings.places import POSTGRES_URL, lake_location
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.source.postgres_jdbc import PostgresJdbc
from sakila_platform.spark.star import build_days
from sakila_platform_tests.lake_places import FolderPlace
from sakila_platform_tests.postgres_servers import postgres_database
from sakila_platform_tests.reviews_domain import DAY, ReviewsDomain, reviews_domain
from sakila_platform_tests.spark import POSTGRES, small_spark

SCRIPTS = Path(__file__).resolve().parents[2] / "glue_scripts"
DAYS = [date.fromisoformat(day) for day in (DAY, "2021-04-26", "2021-04-27", "2021-04-30")]
PURCHASES = """
    invoice_number | stock_code | detail    | quantity | invoice_date        | unit_price | customer_id | country
    1001           | A          | null      | 2        | 2021-04-25 08:26:00 | 1.250      | 7           | Colombia
    1001           | A          | null      | 2        | 2021-04-25 08:26:00 | 1.250      | 7           | Colombia
    1001           | A          | T. "light" | 2       | 2021-04-25 08:26:00 | 1.250      | 7           | Colombia
    C1002          | a          | éß        | -1       | 2021-04-25 23:59:59 | 1.250      | 7           | null
    1003           | B          |           | 3        | 2021-04-25 00:00:00 | 0.333      | null        | null
    1004           | B          | x         | 1        | 2021-04-26 00:00:00 | 9.999      | 8           | EIRE
    1005           | B          | x         | null     | 2021-04-26 00:00:01 | 9.999      | 8           | EIRE
    1006           | B          | x         | 1        | 2021-04-26 00:00:01 | NaN        | 8           | EIRE
    1007           | B          | x         | 1        | 2021-04-27 00:00:01 | NaN        | 8           | EIRE
    1008           | B          | x         | 1        | infinity            | 1          | 8           | EIRE
    1009           | B          | x         | 1        | null                | 1          | 8           | EIRE
"""
REVIEWS = b"""cid,review_str,id_review
7,"A ""GOOD"" film, he
said.",1
7,goodness,2
x,good,3
8,good,4
8,good,4
9,no log,5
8,too,many,6
"""
WITH_BACKSLASHES = rb"""cid,review_str,id_review
7,"Seen on a screen of 10\"
and it was \"good\"",1
8,"goodness, \\",2
8,"not "closed" well",3
"""
LOGS = """
    id_review | logDate    | device   | location    | os
    1         | 04-20-2021 | Mobile   | Pensylvania | Apple iOS
    2         | 04-20-2021 | Computer | Paris       | Microsoft Windows
    4         | 04-21-2021 | Tablet   | TX          | Google Android
    6         | 02-30-2021 | Tablet   | TX          | Google Android
    7         | 04-21-2021 | Tablet   | TX          | BeOS
    8         | 04-21-2021 | Tablet   | Unknown     | Linux
"""


@dataclass
class Lanes:
    """One source, and a lake for each lane."""

    local: ReviewsDomain
    glue: ReviewsDomain
    spark: SparkSession

    def deliver(self) -> None:
        """The same files and purchases for both."""
        for lane in (self.local, self.glue):
            with at(lane):
                lane.set(ALLOWED_BAD_SHARE=0.7)
                lane.deliver(MOVIE_REVIEW, REVIEWS)
                lane.deliver_logs(LOGS)
                lane.deliver(MOVIE_REVIEW, b"cid;review_str;id_review\n", "2021-04-27")
                lane.deliver(MOVIE_REVIEW, WITH_BACKSLASHES, "2021-04-30")
                lane.deliver(LOG_REVIEWS, b"id_review,log\n1,<a", "2021-04-30")
        self.local.purchases(PURCHASES)

    def run_local(self, days: Sequence[date]) -> Outcomes:
        """Each day by itself in the local lane; refused ones described."""
        outcomes: Outcomes = {}
        with at(self.local):
            for day in days:
                add(outcomes, self.local.stage(STAGE_TABLES, [day]))
            add(outcomes, self.local.final([day for day in days if not refused(outcomes, day)]))
        return outcomes

    def run_glue(self, days: Sequence[date]) -> Outcomes:
        """The days in the Glue lane, as its scripts run them."""
        with at(self.glue):
            views = LakeViews(self.spark, lake_location())
            clock = Clock(TIME_ZONE.read(), None)
            share = ALLOWED_BAD_SHARE.read()
            staging = SparkStaging(PostgresJdbc(self.glue.source), views, clock, 3, share)
            outcomes = stage_days(staging, STAGE_TABLES, days)
            going = [day for day in days if not refused(outcomes, day)]
            add(outcomes, build_days(star_build(self.glue.lake), views, DAILY_TABLES, going))
        return outcomes


@contextmanager
def at(lane: ReviewsDomain) -> Iterator[None]:
    """The settings pointing at a lane's lake."""
    for name, value in lane.place.environment.items():
        lane.monkeypatch.setenv(name, value)
    yield


def add(outcomes: Outcomes, more: Outcomes) -> None:
    for name, by_day in more.items():
        outcomes.setdefault(name, {}).update(by_day)


def refused(outcomes: Outcomes, day: date) -> bool:
    return any(by_day[day].refused for by_day in outcomes.values() if day in by_day)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One session for this file."""
    with small_spark(tmp_path_factory.mktemp("spark"), POSTGRES) as spark:
        yield spark


@pytest.fixture(scope="module")
def lanes(
    postgres_server: PostgresAddress, spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lanes]:
    """Both lanes, with files and purchases."""
    folder = tmp_path_factory.mktemp("lanes")
    with (
        postgres_database(postgres_server) as source,
        reviews_domain(source, FolderPlace(folder / "local"), folder) as local,
        reviews_domain(source, FolderPlace(folder / "glue"), folder) as glue,
    ):
        found = Lanes(local, glue, spark)
        found.deliver()
        yield found


@pytest.fixture(scope="module")
def history(lanes: Lanes) -> tuple[Outcomes, Outcomes]:
    """Some days in both lanes, of all kinds: whole, faulty, refused, empty."""
    return lanes.run_local(DAYS), lanes.run_glue(DAYS)


def test_the_same_days_come_to_the_same(history: tuple[Outcomes, Outcomes]) -> None:
    local, glue = history
    assert glue == local
    reported = {f"{name.path} {day}" for name, days in glue.items() for day, one in days.items() if one.refused}
    assert reported == {
        "stage/reviews/classified_movie_review 2021-04-27",
        "stage/reviews/user_purchase 2021-04-27",
        "stage/reviews/review_logs 2021-04-30",
    }


def test_both_lakes_hold_the_same_rows_under_the_same_types(lanes: Lanes, history: tuple[Outcomes, Outcomes]) -> None:
    with at(lanes.local):
        local = lanes.local.contents()
    with at(lanes.glue):
        glue = lanes.glue.contents()
    assert {path: rows.to_pylist() for path, rows in glue.items()} == {
        path: rows.to_pylist() for path, rows in local.items()
    }
    assert {path: rows.schema for path, rows in glue.items()} == {path: rows.schema for path, rows in local.items()}
    assert any(path.startswith("quarantine/reviews/fact_review") for path in glue)


def test_a_file_with_backslashes_before_its_marks_is_read_to_the_end_of_its_texts_in_both_lanes(
    lanes: Lanes, history: tuple[Outcomes, Outcomes]
) -> None:
    for lane in (lanes.local, lanes.glue):
        with at(lane):
            found = lane.rows("stage/reviews/classified_movie_review", "2021-04-30")
            assert found.column("positive_review") == [1, 0]
            assert lane.rows("quarantine/reviews/classified_movie_review", "2021-04-30").column("reason") == [
                "record 3: quotation marks are in pairs (text follows a closing quotation mark)"
            ]


def test_the_scripts_do_a_day_and_say_so(
    lanes: Lanes, history: tuple[Outcomes, Outcomes], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with at(lanes.glue):
        before = lanes.glue.contents()
        monkeypatch.setenv(POSTGRES_URL.name, lanes.glue.source.url)
        place = f"jdbc:postgresql://{lanes.glue.source.host}:{lanes.glue.source.port}/{lanes.glue.source.database}"
        for script, more in (("reviews_stage.py", ["--jdbc-url", place]), ("reviews_final.py", [])):
            words = [script, "--days", DAY, "--lake", lake_location(), *more]
            monkeypatch.setattr(sys, "argv", words)
            runpy.run_path(str(SCRIPTS / script), run_name="__main__")
        reported = capfd.readouterr().out
        assert "stage/reviews/classified_movie_review 2021-04-25: 4 rows, 3 rows set aside" in reported
        assert "final/reviews/fact_review 2021-04-25: 3 rows, 1 rows set aside" in reported
        assert lanes.glue.contents() == before


def test_a_file_that_cannot_be_used_fails_the_script_with_its_line(
    lanes: Lanes, history: tuple[Outcomes, Outcomes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with at(lanes.glue):
        words = ["reviews_stage.py", "--days", "2021-04-27", "--tables", "classified_movie_review"]
        monkeypatch.setattr(sys, "argv", words)
        monkeypatch.setenv(POSTGRES_URL.name, lanes.glue.source.url)
        with pytest.raises(SystemExit, match="its fields are separated by semicolons, not by commas"):
            runpy.run_path(str(SCRIPTS / "reviews_stage.py"), run_name="__main__")


def test_a_session_without_a_driver_for_postgresql_is_reported(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sakila_platform.spark.source.postgres_jdbc._DRIVER", "org.example.Driver")
    with pytest.raises(PlatformError, match="libpostgresql-jdbc-java"):
        lanes.run_glue(DAYS[:1])


def test_a_day_without_logs_fails_the_script_with_its_line(lanes: Lanes, monkeypatch: pytest.MonkeyPatch) -> None:
    with at(lanes.glue):
        day = date(2021, 5, 2)
        lanes.glue.deliver(MOVIE_REVIEW, REVIEWS, str(day))
        lanes.glue.stage(STAGE_TABLES, [day])
        words = ["reviews_final.py", "--days", str(day), "--lake", lake_location()]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit, match=r"none of its 4 reviews has a session, because log_reviews\.csv was not"):
            runpy.run_path(str(SCRIPTS / "reviews_final.py"), run_name="__main__")
