"""What any Date dimension says of a day: numbers, English names, ISO weeks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Any

from sakila_platform.errors import UsageError
from sakila_platform.model.days import ONE_DAY, day_key

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def days_of_year(year: int) -> Iterator[date]:
    """Every day of a year, in order. Raises UsageError for a year that a calendar does not have."""
    if not MINYEAR <= year < MAXYEAR:
        raise UsageError(f"{year} is not a year of the calendar. Give one from {MINYEAR} to {MAXYEAR - 1}.")
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first) // ONE_DAY))


def day_columns(day: date) -> dict[str, Any]:
    """The columns that every Date dimension has of a day."""
    day_of_week = day.isoweekday()
    return {
        "date_key": day_key(day),
        "date": day,
        "day": day.day,
        "day_of_week": day_of_week,
        "day_name": DAY_NAMES[day_of_week - 1],
        "week": day.isocalendar()[1],
        "month": day.month,
        "month_name": MONTH_NAMES[day.month - 1],
        "quarter": (day.month + 2) // 3,
        "year": day.year,
    }
