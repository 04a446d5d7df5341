"""Glue job: days of final into the warehouse, one transaction per run of consecutive days. Arguments: README.md."""

from __future__ import annotations

from datetime import date

from sakila_platform.databases.mysql.warehouse_connection import warehouse_connection
from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import consecutive_runs
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.rentals.dates.years import publish_year
from sakila_platform.rentals.warehouse_star import DAILY_TABLES, STAR
from sakila_platform.settings.places import MYSQL_URL, WAREHOUSE_URL
from sakila_platform.spark.arguments import Arguments, job_clock
from sakila_platform.spark.job import ReportOutcomes, run_chunks, run_job
from sakila_platform.warehouse.mysql.load import Loading, load_days


def load(arguments: Arguments, report: ReportOutcomes) -> None:
    """Load the days that the arguments name."""
    tables = arguments.selected(DAILY_TABLES)
    by_settings = WAREHOUSE_URL.read() or MYSQL_URL.read()
    address = arguments.login.address(by_settings, "datawarehouse_sakila")
    lake, clock = open_lake(arguments.lake), job_clock()

    def load_run(days: list[date]) -> Outcomes:
        with warehouse_connection(address) as connection:
            return load_days(Loading(STAR, connection, lake, clock, publish_year, print), tables, days)

    run_chunks(consecutive_runs(arguments.days), load_run, report)


if __name__ == "__main__":
    run_job(load)
