"""The shop's calendar: its time zone, first day, holidays, and what time it is."""

from __future__ import annotations

from datetime import datetime, timezone

from sakila_platform.errors import UsageError
from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import day, optional_instant, plain_text, time_zone

TIME_ZONE = Setting("SAKILA_TIME_ZONE", "UTC", "the shop's time zone: calendar, schedules and every 'now'", time_zone)
FIRST_DAY = Setting("SAKILA_FIRST_DAY", "2005-05-24", "the first day of the calendar", day)
CLOCK = Setting("SAKILA_CLOCK", "", "a fixed instant to use as now (empty: the real clock)", optional_instant)
HOLIDAY_COUNTRY = Setting(
    "SAKILA_HOLIDAY_COUNTRY", "CO", "whose holidays dim_date marks, as an ISO country", plain_text
)
HOLIDAY_SUBDIVISION = Setting("SAKILA_HOLIDAY_SUBDIVISION", "", "a state or region of that country", plain_text)
HOLIDAY_LANGUAGE = Setting(
    "SAKILA_HOLIDAY_LANGUAGE", "", "language of holiday names (empty: the country's)", plain_text
)


def require_a_day() -> None:
    """Raises UsageError, naming the settings, when the calendar's first day is later than today: it has no day then."""
    stands_at, first = CLOCK.read(), FIRST_DAY.read()
    today = (stands_at or datetime.now(timezone.utc)).astimezone(TIME_ZONE.read()).date()
    if first > today:
        at = f"{today}, where {CLOCK.name} stands" if stands_at else f"today, {today}"
        remedy = f"{FIRST_DAY.name} or {CLOCK.name}" if stands_at else FIRST_DAY.name
        raise UsageError(
            f"{FIRST_DAY.name}: the calendar has no day, since its first, {first}, is after {at}. Correct {remedy}."
        )
