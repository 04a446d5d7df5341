"""Years of the Date dimension in a warehouse on MySQL, from the lake's."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.errors import PlatformError
from sakila_platform.lake.file_columns import by_contract, require_contract
from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import PublishYear
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import data_file, year_partition
from sakila_platform.warehouse.mysql.session import WarehouseSession


def load_year(connection: Connection, lake: Lake, dates: Table, year: int) -> int:
    """Replace a year of the warehouse's dates by the lake's (`dates`), in the caller's transaction. Returns its rows.

    Raises PlatformError when the lake has not that year.
    """
    path, table = data_file(dates.name, year_partition(year)), dates.name.table
    if not lake.exists(path):
        raise PlatformError(f"{dates.name} has no {year}. Run it for this year first, then the warehouse's.")
    require_contract(lake, dates, [year_partition(year)])
    rows = by_contract(pq.ParquetFile(pa.BufferReader(lake.read(path))).read(), dates)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM `{table}` WHERE year = %s", (year,))
    return load_batches(connection, table, [rows])


def ensure_dates(session: WarehouseSession, dates: Table, publish_year: PublishYear) -> None:
    """Make sure that the warehouse (and the lake) has every year that the run's days name (design rule 13)."""
    there = {year for (year,) in session.fetch(f"SELECT DISTINCT year FROM `{dates.name.table}`")}
    years = sorted({day.year for day in session.days})
    unpublished = session.lake.missing(dates.name, map(year_partition, years))
    for year in years:
        if year_partition(year) in unpublished:
            publish_year(session.lake, year)
        if year not in there or year_partition(year) in unpublished:
            load_year(session.connection, session.lake, dates, year)
