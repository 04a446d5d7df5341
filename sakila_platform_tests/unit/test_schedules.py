"""When jobs are run by the clock, and for which day or year."""

from __future__ import annotations

from datetime import datetime, timezone

import dagster as dg
import pytest

from sakila_platform.definitions import platform_definitions
from sakila_platform.settings.calendar import FIRST_DAY

AT_NIGHT = datetime(2026, 12, 31, 3, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def repository() -> dg.RepositoryDefinition:
    return platform_definitions().get_repository_def()


@pytest.mark.parametrize(
    ("schedule", "job", "chosen"),
    [
        ("rentals_every_day", "rentals_daily", "2026-12-30"),
        ("rentals_every_year", "rentals_dates", "2027"),
        ("rentals_stale_days_every_day", "rentals_stale_days", None),
        ("reviews_every_day", "reviews_daily", "2026-12-30"),
        ("reviews_every_year", "reviews_dates", "2027"),
        ("catalogue_every_day", "catalogue_daily", "2026-12-31"),
    ],
)
def test_a_clock_chooses_the_day_that_has_ended_next_year_or_what_is_true_now(
    repository: dg.RepositoryDefinition, schedule: str, job: str, chosen: str | None
) -> None:
    declared = repository.get_schedule_def(schedule)
    context = dg.build_schedule_context(scheduled_execution_time=AT_NIGHT, repository_def=repository)
    (request,) = declared.evaluate_tick(context).run_requests or []
    assert (declared.job_name, request.partition_key, request.run_key) == (job, chosen, chosen)


@pytest.mark.parametrize(
    ("first_day", "schedule"),
    [("2026-12-31", "rentals_every_day"), ("2027-01-05", "catalogue_every_day"), ("2029-01-01", "rentals_every_year")],
)
def test_a_calendar_that_has_not_begun_has_nothing_to_run(
    monkeypatch: pytest.MonkeyPatch, first_day: str, schedule: str
) -> None:
    monkeypatch.setenv(FIRST_DAY.name, first_day)
    repository = platform_definitions().get_repository_def()
    context = dg.build_schedule_context(scheduled_execution_time=AT_NIGHT, repository_def=repository)
    tick = repository.get_schedule_def(schedule).evaluate_tick(context)
    assert not tick.run_requests
    assert first_day in (tick.skip_message or "") and FIRST_DAY.name in (tick.skip_message or "")


def test_no_clock_is_left_out_of_this_table(repository: dg.RepositoryDefinition) -> None:
    assert {declared.name for declared in repository.schedule_defs} == {
        "rentals_every_day",
        "rentals_every_year",
        "rentals_stale_days_every_day",
        "reviews_every_day",
        "reviews_every_year",
        "catalogue_every_day",
    }
