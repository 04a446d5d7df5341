"""Years of dim_date: published in the lake, loaded into the warehouse. What its rows are: `calendar`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pymysql

from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.errors import PlatformError
from sakila_platform.lake.file_columns import require_contract
from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import publish_year_rows
from sakila_platform.model.naming import data_file, year_partition
from sakila_platform.rentals import star
from sakila_platform.rentals.calendar import date_rows
from sakila_platform.settings.calendar import HOLIDAY_COUNTRY, HOLIDAY_LANGUAGE, HOLIDAY_SUBDIVISION
from sakila_platform.warehouse.mysql.session import WarehouseSession


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of dim_date with the holidays of the settings. Returns its rows (days)."""
    country, subdivision = HOLIDAY_COUNTRY.read(), HOLIDAY_SUBDIVISION.read()
    rows = date_rows(year, country, subdivision, HOLIDAY_LANGUAGE.read())
    return publish_year_rows(lake, star.DIM_DATE, year, rows)


def load_year(connection: pymysql.Connection, lake: Lake, year: int) -> int:
    """Replace a year of the warehouse's dim_date by the lake's, in the caller's transaction. Returns its rows."""
    path = data_file(star.DIM_DATE.name, year_partition(year))
    if not lake.exists(path):
        raise PlatformError(f"{star.DIM_DATE.name} has no {year}. Run it for this year first, then the warehouse's.")
    require_contract(lake, star.DIM_DATE, [year_partition(year)])
    rows = pq.ParquetFile(pa.BufferReader(lake.read(path))).read(list(star.DIM_DATE.column_names))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dim_date WHERE year = %s", (year,))
    return load_batches(connection, "dim_date", [rows])


def ensure_dates(session: WarehouseSession) -> None:
    """Make sure that the warehouse (and the lake) has every year that the run's days name (design rule 13)."""
    there = {year for (year,) in session.fetch("SELECT DISTINCT year FROM dim_date")}
    years = sorted({day.year for day in session.days})
    unpublished = session.lake.missing(star.DIM_DATE.name, map(year_partition, years))
    for year in years:
        if year_partition(year) in unpublished:
            publish_year(session.lake, year)
        if year not in there or year_partition(year) in unpublished:
            load_year(session.connection, session.lake, year)
