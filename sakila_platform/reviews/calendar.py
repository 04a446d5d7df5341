"""The Date dimension of reviews: a year of it published in the lake, with the season of each day."""

from __future__ import annotations

from datetime import date

from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import publish_year_rows
from sakila_platform.model.calendar_days import day_columns, days_of_year
from sakila_platform.reviews.star import DIM_DATE

SEASONS = ("Winter", "Spring", "Summer", "Autumn")


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of dim_date. Returns its rows (days). Raises UsageError for no year."""
    rows = [{**day_columns(day), "season": season(day)} for day in days_of_year(year)]
    return publish_year_rows(lake, DIM_DATE, year, rows)


def season(day: date) -> str:
    """The meteorological season of the northern hemisphere: Winter is December to February."""
    return SEASONS[day.month % 12 // 3]
