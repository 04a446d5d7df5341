"""When things start: times of the shop's day as AWS's cron expressions. Pure.

Glue knows UTC only. In a zone with summer time the later of the year's two instants is taken, so that a job for the
day that has ended never starts before it has: 01:00 in New York's winter is 02:00 in its summer.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

# Far from the days on which clocks change, on both halves of the globe.
_SAMPLE_DAYS = (date(2025, 1, 15), date(2025, 7, 15))


def daily_cron_utc(hour: int, minute: int, zone: ZoneInfo) -> str:
    """Each day at a time of the shop's wall clock, in UTC: cron(0 6 * * ? *)."""
    instants = [datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone) for day in _SAMPLE_DAYS]
    # Compared by how long after its own day's midnight in UTC each comes.
    latest = max(
        instant.astimezone(timezone.utc) - datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
        for instant, day in zip(instants, _SAMPLE_DAYS, strict=True)
    )
    return _cron(latest, "*", "*", "?")


def new_year_cron_utc(hour: int, minute: int, zone: ZoneInfo) -> str:
    """On 1 January at a time of the shop's wall clock, in UTC: cron(30 5 1 1 ? *), or on 31 December in the east."""
    instant = datetime(2026, 1, 1, hour, minute, tzinfo=zone).astimezone(timezone.utc)
    return f"cron({instant.minute} {instant.hour} {instant.day} {instant.month} ? *)"


def _cron(after_midnight: timedelta, day: str, month: str, weekday: str) -> str:
    minutes = int(after_midnight / timedelta(minutes=1)) % (24 * 60)
    return f"cron({minutes % 60} {minutes // 60} {day} {month} {weekday} *)"
