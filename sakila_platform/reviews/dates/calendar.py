"""The rows of the Date dimension of reviews, a year at a time, with the season. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from sakila_platform.model.calendar_days import day_columns, days_of_year

SEASONS = ("Winter", "Spring", "Summer", "Autumn")


def date_rows(year: int) -> list[dict[str, Any]]:
    """One row per day of the year, in calendar order: the columns of `dim_date`. Raises UsageError for no year."""
    return [{**day_columns(day), "season": season(day)} for day in days_of_year(year)]


def season(day: date) -> str:
    """The meteorological season of the northern hemisphere: Winter is December to February."""
    return SEASONS[day.month % 12 // 3]
