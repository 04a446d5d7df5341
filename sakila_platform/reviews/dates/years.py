"""Years of dim_date of reviews, published in the lake. What its rows are: `calendar`."""

from __future__ import annotations

from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import publish_year_rows
from sakila_platform.reviews.dates.calendar import date_rows
from sakila_platform.reviews.star import DIM_DATE


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of dim_date. Returns its rows (days)."""
    return publish_year_rows(lake, DIM_DATE, year, date_rows(year))
