"""Years of dim_date, published in the lake. What its rows are: `calendar`."""

from __future__ import annotations

from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import publish_year_rows
from sakila_platform.rentals import star
from sakila_platform.rentals.dates.calendar import date_rows
from sakila_platform.settings.calendar import HOLIDAY_COUNTRY, HOLIDAY_LANGUAGE, HOLIDAY_SUBDIVISION


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of dim_date with the holidays of the settings. Returns its rows (days)."""
    country, subdivision = HOLIDAY_COUNTRY.read(), HOLIDAY_SUBDIVISION.read()
    rows = date_rows(year, country, subdivision, HOLIDAY_LANGUAGE.read())
    return publish_year_rows(lake, star.DIM_DATE, year, rows)
