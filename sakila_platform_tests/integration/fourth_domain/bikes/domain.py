"""Bikes as other rooms know them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sakila_platform.bikes.contracts import DIM_DATE, RIDE, SOURCE, STAR, STATION

from sakila_platform.declarations.domain import DataModel, Domain
from sakila_platform.declarations.jobs import Job, Partition, Schedule
from sakila_platform.declarations.layers import Questions, SourceTable, Work
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.declarations.mysql_stage import mysql_stage
from sakila_platform.declarations.mysql_warehouse import answers_on_mysql, mysql_dates, mysql_warehouse
from sakila_platform.declarations.star_layers import star_layer
from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import publish_year_rows
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import day_key
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.settings.places import MYSQL_URL
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.star.builds import StarBuild
from sakila_platform.star.transform import build_days

FINAL_SQL = SQL_FOLDER / SOURCE / "final"


def _final(work: Work, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    contracts = {table.name: table for table in (STATION, RIDE, *STAR.lake_tables)}
    return build_days(StarBuild(work.lake, FINAL_SQL, contracts, ALLOWED_BAD_SHARE.read()), tables, days)


def _publish_year(lake: Lake, year: int) -> int:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    rows = [{"date_key": day_key(day), "date": day, "year": year} for day in days if day.year == year]
    return publish_year_rows(lake, DIM_DATE, year, rows)


WAREHOUSE = MySQLDatabase("datawarehouse_bikes", (MYSQL_URL,), is_made=True)
DOMAIN = Domain(
    name="bikes",
    source=SOURCE,
    data_model=DataModel(
        "data_model_bikes.md", (*STAR.tables, STAR.dates), "As it is.", (("analysis", "bikes/analysis"),)
    ),
    sources=tuple(SourceTable(table.name.in_layer("oltp"), table.grain, "mysql", table) for table in (STATION, RIDE)),
    daily=(
        mysql_stage((STATION, RIDE)),
        star_layer(STAR.lake_tables, FINAL_SQL, _final, "ride", ""),
    ),
    warehouse=mysql_warehouse(STAR, _publish_year, "Rides of the day are those of final."),
    dates=mysql_dates(STAR, _publish_year),
    questions=Questions("mysql", answers_on_mysql(SOURCE), answers=SOURCE),
    jobs=(
        Job(
            "bikes_daily",
            "Rides of a day.",
            "days",
            Schedule("bikes_every_day", "0 3 * * *", "At 03:00, the day that has just ended.", Partition.ENDED_DAY),
            layers=("stage", "final", "warehouse"),
        ),
        Job(
            "bikes_dates",
            "The Date dimension of a year.",
            "years",
            Schedule("bikes_every_year", "15 0 1 1 *", "On 1 January, next year's dates.", Partition.NEXT_YEAR),
            assets=(DIM_DATE.name, STAR.dates.name),
        ),
    ),
    source_database=MySQLDatabase(SOURCE, (MYSQL_URL,)),
    warehouse_database=WAREHOUSE,
    last_days={"ride": "ride_at"},
    places={"bikes": WAREHOUSE},
)
