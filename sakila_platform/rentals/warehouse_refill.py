"""The warehouse emptied, to be filled from another lake: its days are loaded next, as any other."""

from __future__ import annotations

from datetime import date

from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.lake.file_columns import require_contract
from sakila_platform.lake.files import Lake
from sakila_platform.model.days import Clock
from sakila_platform.model.naming import day_partition
from sakila_platform.rentals import star
from sakila_platform.rentals.date_years import load_year
from sakila_platform.rentals.warehouse_load import BELONGING, EVERYTHING
from sakila_platform.warehouse.lake_of_warehouse import whole_days
from sakila_platform.warehouse.mysql_session import warehouse_session


def refill(connection: Connection, lake: Lake, clock: Clock) -> list[date]:
    """Empty the warehouse and note the lake as its own. Returns the days to be loaded next, as the lake has them.

    Changes nothing and raises PlatformError when another contract wrote one of those days: it could not be loaded.
    """
    days = whole_days(lake, [table.name for table in star.DAILY_TABLES])
    for table in star.DAILY_TABLES:
        require_contract(lake, table, [day_partition(day) for day in days])
    with warehouse_session(connection, lake, EVERYTHING, [], clock) as session, session.transaction():
        for table in reversed(EVERYTHING):
            session.execute(f"DELETE FROM `{table.name.table}`")
        BELONGING.note(session)
        for partition in lake.partitions(star.DIM_DATE.name):
            load_year(connection, lake, int(partition.partition("=")[2]))
    return days
