"""The one calendar, held against Dagster's own daily partitions."""

from __future__ import annotations

from datetime import datetime, timezone

import dagster as dg
import pytest

from sakila_platform.orchestration.partitions import Calendar, daily_partitions

ZONES = ("UTC", "America/Bogota", "Europe/Berlin", "Australia/Lord_Howe")
MOMENTS = (
    datetime(2005, 5, 22, 23, 59, tzinfo=timezone.utc),
    datetime(2005, 5, 23, 22, 0, tzinfo=timezone.utc),
    datetime(2005, 5, 24, 5, 0, tzinfo=timezone.utc),
    # The hours in which clocks are set, in Berlin.
    datetime(2010, 3, 28, 0, 30, tzinfo=timezone.utc),
    datetime(2010, 10, 31, 0, 30, tzinfo=timezone.utc),
    datetime(2012, 2, 29, 23, 30, tzinfo=timezone.utc),
)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("now", MOMENTS)
def test_the_calendar_lists_the_days_that_dagster_would_list(zone: str, now: datetime) -> None:
    ours = Calendar(start_date="2005-05-24", timezone=zone, end_offset=1)
    theirs = dg.DailyPartitionsDefinition(start_date="2005-05-24", timezone=zone, end_offset=1)
    assert ours.get_partition_keys(now) == theirs.get_partition_keys(now)
    with dg.partition_loading_context(effective_dt=now):
        assert ours.get_partition_keys() == theirs.get_partition_keys()


def test_a_clock_that_stands_still_ends_the_calendar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAKILA_CLOCK", "2024-09-08T23:30:00+00:00")
    monkeypatch.setenv("SAKILA_TIME_ZONE", "Europe/Berlin")
    calendar = daily_partitions()
    assert calendar.get_partition_keys()[-1] == calendar.get_last_partition_key() == "2024-09-09"
    assert calendar.has_partition_key("2024-09-09")
    assert not calendar.has_partition_key("2024-09-10")


def test_a_clock_that_stands_at_this_day_ends_the_calendar_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(timezone.utc)
    monkeypatch.setenv("SAKILA_CLOCK", now.isoformat())
    assert daily_partitions().get_last_partition_key() == str(now.date())
