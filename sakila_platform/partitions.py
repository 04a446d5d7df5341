"""The one calendar: Dagster's partitions for every daily and yearly asset."""

from __future__ import annotations

from datetime import date

import dagster as dg

from sakila_platform import settings


def daily_partitions() -> dg.DailyPartitionsDefinition:
    """Days from the first Sakila rental to today. Today is a partition too, provisional until it has ended."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.FIRST_DAY.read().isoformat(),
        timezone=settings.TIME_ZONE.read().key,
        end_offset=1,
    )


def yearly_partitions() -> dg.TimeWindowPartitionsDefinition:
    """Years of the Date dimension: from the first Sakila rental's to the end of next year."""
    return dg.TimeWindowPartitionsDefinition(
        start=str(settings.FIRST_DAY.read().year),
        fmt="%Y",
        cron_schedule="0 0 1 1 *",
        timezone=settings.TIME_ZONE.read().key,
        end_offset=2,
    )


def year_of(partition_key: str) -> int:
    """The year that a yearly partition is about."""
    return int(partition_key)


def day_of(partition_key: str) -> date:
    """The day that a daily partition is about."""
    return date.fromisoformat(partition_key)
