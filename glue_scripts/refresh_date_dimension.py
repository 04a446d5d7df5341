"""Glue job: years of dim_date into the lake and the warehouse. Arguments: README.md."""

from __future__ import annotations

from datetime import date

from sakila_platform.databases.mysql.warehouse_connection import warehouse_connection
from sakila_platform.errors import UsageError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.ddl import mysql_ddl
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import TableDay
from sakila_platform.rentals import star, warehouse_star
from sakila_platform.rentals.dates.years import publish_year
from sakila_platform.settings.places import MYSQL_URL, WAREHOUSE_URL
from sakila_platform.spark.arguments import Arguments
from sakila_platform.spark.job import ReportOutcomes, run_job, say
from sakila_platform.warehouse.mysql.dates import load_year

PLACES = ("lake", "warehouse")


def refresh(arguments: Arguments, report: ReportOutcomes) -> None:
    """Publish the years that the arguments name, then load them in one transaction."""
    if not set(arguments.into) <= set(PLACES):
        raise UsageError(f"--into: give {' or '.join(PLACES)}, or both with a comma between.")
    lake = open_lake(arguments.lake)
    if "lake" in arguments.into:
        published = {_first_day(year): TableDay(rows=publish_year(lake, year)) for year in arguments.years}
        _report(star.DIM_DATE.name, published, report)
    if "warehouse" in arguments.into:
        by_settings = WAREHOUSE_URL.read() or MYSQL_URL.read()
        with warehouse_connection(arguments.login.address(by_settings, "datawarehouse_sakila")) as connection:
            with connection.cursor() as cursor:
                cursor.execute(mysql_ddl(warehouse_star.DIM_DATE))
            rows = {
                _first_day(year): TableDay(rows=load_year(connection, lake, star.DIM_DATE, year))
                for year in arguments.years
            }
            connection.commit()
        _report(warehouse_star.DIM_DATE.name, rows, report)


def _first_day(year: int) -> date:
    return date(year, 1, 1)


def _report(name: TableName, outcomes: dict[date, TableDay], report: ReportOutcomes) -> None:
    for first, outcome in outcomes.items():
        say(f"{name} {first.year}: {outcome.rows} rows")
    report({name: outcomes})


if __name__ == "__main__":
    run_job(refresh)
