"""The one calendar: Dagster's partitions for every daily and yearly asset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import dagster as dg

from sakila_platform.model.days import ONE_DAY, Clock, days_between
from sakila_platform.settings.calendar import CLOCK, FIRST_DAY, TIME_ZONE


class Calendar(dg.DailyPartitionsDefinition):
    """Days without a gap, listed fast: Dagster asks for all of them a dozen times a run, and computes each by cron."""

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: Any = None
    ) -> Sequence[str]:
        """All days, in order, as of the given moment or the one that Dagster's context names."""
        with dg.partition_loading_context(current_time, dynamic_partitions_store):
            first, last = self.get_first_partition_key(), self.get_last_partition_key()
        if not first or not last:
            return []
        return list(map(str, days_between(day_of(first), day_of(last))))


def daily_partitions() -> Calendar:
    """Days from the first Sakila rental to today. Today is a partition too, provisional until it has ended.

    Where the settings have the clock stand still, its day is the last: in every process, Dagster's web UI included.
    """
    zone, stands_at = TIME_ZONE.read(), CLOCK.read()
    after_last = Clock(zone, stands_at).today() + ONE_DAY if stands_at else None
    return Calendar(
        start_date=FIRST_DAY.read().isoformat(),
        end_date=after_last.isoformat() if after_last else None,
        timezone=zone.key,
        end_offset=1,
    )


def yearly_partitions() -> dg.TimeWindowPartitionsDefinition:
    """Years of the Date dimension: from the first Sakila rental's to the end of next year."""
    return dg.TimeWindowPartitionsDefinition(
        start=str(FIRST_DAY.read().year),
        fmt="%Y",
        cron_schedule="0 0 1 1 *",
        timezone=TIME_ZONE.read().key,
        end_offset=2,
    )


def year_of(partition_key: str) -> int:
    """The year that a yearly partition is about."""
    return int(partition_key)


def day_of(partition_key: str) -> date:
    """The day that a daily partition is about."""
    return date.fromisoformat(partition_key)
