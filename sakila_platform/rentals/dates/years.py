"""Years of dim_date: published in the lake, loaded into the warehouse. What its rows are: `calendar`."""

from __future__ import annotations

from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import publish_year_rows
from sakila_platform.rentals import star
from sakila_platform.rentals.dates.calendar import date_rows
from sakila_platform.settings.calendar import HOLIDAY_COUNTRY, HOLIDAY_LANGUAGE, HOLIDAY_SUBDIVISION
from sakila_platform.warehouse.mysql import dates
from sakila_platform.warehouse.mysql.session import WarehouseSession


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of dim_date with the holidays of the settings. Returns its rows (days)."""
    country, subdivision = HOLIDAY_COUNTRY.read(), HOLIDAY_SUBDIVISION.read()
    rows = date_rows(year, country, subdivision, HOLIDAY_LANGUAGE.read())
    return publish_year_rows(lake, star.DIM_DATE, year, rows)


def load_year(connection: Connection, lake: Lake, year: int) -> int:
    """Replace a year of the warehouse's dim_date by the lake's, in the caller's transaction. Returns its rows."""
    return dates.load_year(connection, lake, star.DIM_DATE, year)


def ensure_dates(session: WarehouseSession) -> None:
    """Make sure that the warehouse (and the lake) has every year that the run's days name."""
    dates.ensure_dates(session, star.DIM_DATE, publish_year)
