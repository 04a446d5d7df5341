"""The sensor of arrivals on a real raw zone, in a folder and on S3: what it asks Dagster to run, and tells it of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.orchestration.layers.source import source_specs
from sakila_platform.orchestration.partitions import daily_partitions
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.reviews.assets import JOB, reviews_arrivals
from sakila_platform.reviews.domain import DOMAIN
from sakila_platform.reviews.generated import deliveries as generated
from sakila_platform.reviews.generated.deliveries import deliver_days
from sakila_platform.reviews.source import (
    CLASSIFIED_MOVIE_REVIEW,
    LOG_REVIEWS,
    MOVIE_REVIEW,
    REVIEW_LOGS,
    VENDOR_FILES,
    VendorFile,
)
from sakila_platform.reviews.vendors.days import intake_by_settings, take_in
from sakila_platform.reviews.vendors.raw import content_hash, deliveries, raw_path
from sakila_platform.settings.places import HOME
from sakila_platform_tests.lake_places import FolderPlace, LakePlace, s3_place

FIRST, SECOND, THIRD, LATER = (date(2021, 4, number) for number in (25, 26, 27, 30))
Requested = tuple[list[tuple[str, str]], list[tuple[str, str]]]


@pytest.fixture(params=["folder", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LakePlace]:
    """An empty lake of either kind, which the settings lead to."""
    monkeypatch.setenv(HOME.name, str(tmp_path / "home"))
    if request.param == "folder":
        yield led_to(FolderPlace(tmp_path / "lake"), monkeypatch)
    else:
        with s3_place(request.getfixturevalue("s3_server")) as place:
            yield led_to(place, monkeypatch)


def led_to(place: LakePlace, monkeypatch: pytest.MonkeyPatch) -> LakePlace:
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    return place


class Watch:
    """Ticks of the sensor as Dagster evaluates them, with the cursor kept between them."""

    def __init__(self) -> None:
        @dg.asset(partitions_def=daily_partitions(), backfill_policy=dg.BackfillPolicy.single_run())
        def reviews() -> None: ...

        job = dg.define_asset_job(JOB, selection=[reviews])
        self.repository = dg.Definitions(
            assets=[*source_specs(DOMAIN), reviews], jobs=[job], sensors=[reviews_arrivals]
        ).get_repository_def()
        self.cursor: str | None = None
        self.reported = ""
        self.run_keys: list[str | None] = []

    def tick(self) -> Requested:
        """What a tick asks for, as (first, last) days of each run; and the assets and days that it tells of."""
        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(
                instance,
                cursor=self.cursor,
                repository_def=self.repository,
                resources={"lake": LakeResource(), "clock": ClockResource()},
            )
            reported = self.repository.get_sensor_def("reviews_arrivals").evaluate_tick(context)
        self.cursor, self.reported = reported.cursor, reported.skip_message or ""
        self.run_keys += [request.run_key for request in reported.run_requests or ()]
        ranges = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
        runs = [
            (request.partition_key, request.partition_key)
            if request.partition_key
            else (request.tags[ranges[0]], request.tags[ranges[1]])
            for request in reported.run_requests or ()
        ]
        events = [(event.asset_key.to_user_string(), str(event.partition)) for event in reported.asset_events]
        return runs, sorted(events)

    def runs(self) -> list[tuple[str, str]]:
        return self.tick()[0]


def deliver(*days: date, reviews: int = 3) -> None:
    deliver_days(open_lake(), days, lambda _: None, reviews)


def put(path: str, content: bytes) -> None:
    open_lake().publish(path, content)


NONE: Requested = ([], [])


def test_deliveries_are_run_by_stretches_of_days_and_reported_as_raw_assets(place: LakePlace) -> None:
    watch = Watch()
    assert watch.tick() == NONE
    deliver(FIRST, SECOND, THIRD, LATER)
    assert watch.tick() == NONE
    runs, reported = watch.tick()
    assert runs == [("2021-04-25", "2021-04-27"), ("2021-04-30", "2021-04-30")]
    days = [str(day) for day in (FIRST, SECOND, THIRD, LATER)]
    assert reported == [(f"raw/reviews/{name}", day) for name in ("log_reviews", "movie_review") for day in days]
    assert watch.tick() == NONE


def test_a_corrected_file_is_run_again_under_a_key_of_its_own(place: LakePlace) -> None:
    watch = Watch()
    deliver(FIRST, SECOND)
    watch.tick(), watch.tick()
    path = raw_path(LOG_REVIEWS, SECOND)
    as_it_was = open_lake().read(path)
    for content in (as_it_was + b"1,<reviewlog/>\n", as_it_was):
        put(path, content)
        assert watch.tick() == NONE
        assert watch.tick() == ([("2021-04-26", "2021-04-26")], [("raw/reviews/log_reviews", "2021-04-26")])
    assert len(set(watch.run_keys)) == len(watch.run_keys) == 3


def test_what_was_run_from_a_shell_is_not_run_again_until_it_is_corrected(place: LakePlace) -> None:
    deliver(FIRST, SECOND, THIRD)
    intake = intake_by_settings(open_lake())
    for day in (FIRST, SECOND):
        for table in (CLASSIFIED_MOVIE_REVIEW, REVIEW_LOGS):
            assert not take_in(intake, table, day).refused
    watch = Watch()
    assert watch.tick() == NONE
    assert watch.runs() == [("2021-04-27", "2021-04-27")]
    path = raw_path(LOG_REVIEWS, SECOND)
    put(path, open_lake().read(path) + b"1,<reviewlog/>\n")
    assert watch.tick() == NONE
    assert watch.tick() == ([("2021-04-26", "2021-04-26")], [("raw/reviews/log_reviews", "2021-04-26")])
    assert watch.tick() == NONE


def test_a_file_of_stage_that_cannot_be_read_has_its_day_run(place: LakePlace) -> None:
    deliver(FIRST)
    for table in (CLASSIFIED_MOVIE_REVIEW, REVIEW_LOGS):
        put(data_file(table.name, day_partition(FIRST)), b"not Parquet at all, of any length that a footer may have")
    watch = Watch()
    assert [watch.runs(), watch.runs()] == [[], [("2021-04-25", "2021-04-25")]]


def test_a_look_that_is_repeated_asks_for_the_same_runs(place: LakePlace) -> None:
    watch = Watch()
    deliver(FIRST)
    watch.tick()
    before = watch.cursor
    watch.tick()
    # Dagster died before it kept the cursor: by the key it knows the run that it has started.
    watch.cursor = before
    watch.tick()
    first, again = watch.run_keys
    assert first == again


def test_files_of_other_names_and_days_outside_of_the_calendar_are_left_alone(place: LakePlace) -> None:
    watch = Watch()
    folder = raw_path(MOVIE_REVIEW, FIRST).rpartition("/")[0]
    for path in (f"{folder}/movie_review.csv.tmp", f"{folder}/notes.txt", "raw/reviews/movie_review/dt=soon/a.csv"):
        put(path, b"not a delivery")
    for vendor in VENDOR_FILES:
        put(raw_path(vendor, date(1999, 12, 31)), b"too early")
    assert [watch.tick() for _ in range(3)] == [NONE] * 3
    assert "Not what vendors deliver, and left alone: raw/reviews/movie_review/dt=2021-04-25/movie_review.csv.tmp" in (
        watch.reported
    )
    assert "Of days that the calendar does not have (yet): raw/reviews/log_reviews/dt=1999-12-31" in watch.reported


def test_the_content_of_a_file_that_was_written_to_since_it_was_listed_is_not_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "lake"
    led_to(FolderPlace(folder), monkeypatch)
    deliver(FIRST)
    (logs, reviews), strays = deliveries(open_lake())
    assert (logs.path, reviews.path, strays) == (raw_path(LOG_REVIEWS, FIRST), raw_path(MOVIE_REVIEW, FIRST), [])
    assert content_hash(open_lake(), logs) != content_hash(open_lake(), reviews)
    with (folder / logs.path).open("ab") as file:
        file.write(b"1,more\n")
    (folder / reviews.path).unlink()
    assert [content_hash(open_lake(), each) for each in (logs, reviews)] == [None, None]


def test_what_was_delivered_stays_as_it_is_when_days_are_generated_again(place: LakePlace) -> None:
    put(raw_path(MOVIE_REVIEW, FIRST), b"cid,review_str,id_review\n")
    delivered = deliver_days(open_lake(), [FIRST, SECOND], lambda _: None, 3)
    assert delivered == [SECOND]
    assert open_lake().read(raw_path(MOVIE_REVIEW, FIRST)) == b"cid,review_str,id_review\n"
    assert deliver_days(open_lake(), [SECOND], lambda _: None, 3) == []


def test_a_generated_delivery_that_was_cut_off_is_completed(place: LakePlace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = generated.deliver

    def cut_off(lake: Lake, vendor: VendorFile, *rest: Any) -> bool:
        if vendor == LOG_REVIEWS:
            raise KeyboardInterrupt
        return whole(lake, vendor, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(generated, "deliver", cut_off)
        with pytest.raises(KeyboardInterrupt):
            deliver_days(open_lake(), [FIRST], lambda _: None, 3)
    assert not open_lake().exists(raw_path(LOG_REVIEWS, FIRST))
    assert deliver_days(open_lake(), [FIRST], lambda _: None, 3) == [FIRST]
    assert open_lake().exists(raw_path(LOG_REVIEWS, FIRST))
