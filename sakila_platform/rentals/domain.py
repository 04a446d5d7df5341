"""The rental business as other rooms know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sakila_platform.declarations.domain import DataModel, Domain
from sakila_platform.declarations.jobs import Job, Partition, Schedule
from sakila_platform.declarations.layers import (
    DataCatalog,
    Questions,
    SourceTable,
    Work,
)
from sakila_platform.declarations.mysql_stage import mysql_stage
from sakila_platform.declarations.mysql_warehouse import answers_on_mysql, mysql_dates, mysql_warehouse
from sakila_platform.declarations.star_layers import star_layer
from sakila_platform.embedded.sakila.verification import TABLES
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.rentals import source, star
from sakila_platform.rentals import warehouse_star as warehouse
from sakila_platform.rentals.dashboards import DASHBOARDS
from sakila_platform.rentals.databases import SHOP, WAREHOUSE
from sakila_platform.rentals.dates.years import holiday_settings, publish_year, require_holidays
from sakila_platform.rentals.on_aws import ON_AWS
from sakila_platform.rentals.shop.demonstration import DEMONSTRATION
from sakila_platform.rentals.shop.loading import data_origin
from sakila_platform.rentals.source import SIMULATED_RENTALS
from sakila_platform.rentals.star_build import FINAL_SQL, star_build
from sakila_platform.star.transform import build_days

STALE_DAYS = "stale_days"
FIVE_QUESTIONS = ("rentals_per_customer", "rentals_over_time", "rentals_by_weekday", "top_categories", "top_customers")
"""What the platform exists to answer, in the order in which answers are shown."""


def _stage_inputs(table: Table) -> list[TableName]:
    # Named although the shop's table depends on it: Dagster orders a run by direct dependencies only.
    simulated = [SIMULATED_RENTALS] if table.kind is TableKind.EVENT else []
    return [table.name.in_layer("oltp"), *simulated]


def _final(work: Work, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    return build_days(star_build(work.lake), tables, days)


def _at_the_counter(table: Table) -> SourceTable:
    written = (SIMULATED_RENTALS,) if table.kind is TableKind.EVENT else ()
    description = f"The shop's table `{source.SOURCE}.{table.name.table}`, as the counter writes it."
    return SourceTable(table.name.in_layer("oltp"), description, "mysql", table, written)


_FILM_TEXT = SourceTable(
    TableName("oltp", source.SOURCE, "film_text"),
    f"The shop's table `{source.SOURCE}.film_text`: film again, for full-text search. Not carried on.",
    "mysql",
    made_of=(TableName("oltp", source.SOURCE, "film"),),
)
STAGE = mysql_stage(source.STAGE_TABLES, "extract-stage", _stage_inputs)
FINAL = star_layer(star.DAILY_TABLES, FINAL_SQL, _final, "event", "build-final")
DOMAIN = Domain(
    name="rentals",
    source=source.SOURCE,
    data_model=DataModel(
        page="data_model.md",
        star=(*warehouse.DAILY_TABLES, warehouse.DIM_DATE),
        note=(
            "As it is in the warehouse, a process at a time. In the lake a star is one day: the same tables, joined by "
            "the shop's own numbers (`customer_id` for `customer_key`) and the same `dt`, without what only time "
            "completes."
        ),
        answers=(("analysis", "rentals/analysis"), ("mart", "marts/models/rentals")),
    ),
    sources=(*map(_at_the_counter, source.STAGE_TABLES), _FILM_TEXT),
    daily=(STAGE, FINAL),
    warehouse=mysql_warehouse(
        warehouse.STAR, publish_year, "Rows, ids and money of the day are those of final.", "load-warehouse"
    ),
    dates=mysql_dates(warehouse.STAR, publish_year, holiday_settings),
    questions=Questions("mysql", answers_on_mysql(source.BUSINESS), answers="", shown=FIVE_QUESTIONS),
    dashboards=DASHBOARDS,
    jobs=(
        Job(
            "rentals_daily",
            "Simulate, stage, final, warehouse: for each of its days.",
            "days",
            Schedule("rentals_every_day", "0 1 * * *", "At 01:00, the day that has just ended.", Partition.ENDED_DAY),
            layers=("stage", "final", "warehouse"),
            assets=(source.SIMULATED_RENTALS,),
        ),
        Job(
            "rentals_dates",
            "The Date dimension of a year.",
            "years",
            Schedule("rentals_every_year", "30 0 1 1 *", "On 1 January, next year's dates.", Partition.NEXT_YEAR),
            assets=(star.DIM_DATE.name, warehouse.DIM_DATE.name),
        ),
        Job(
            "rentals_stale_days",
            "Lists the days whose source has changed since they were staged.",
            "",
            Schedule("rentals_stale_days_every_day", "0 5 * * *", "At 05:00, which staged days must be run again."),
            checks=tuple((table.name, STALE_DAYS) for table in source.EVENT_TABLES),
        ),
    ),
    catalog=DataCatalog(
        "sakila_catalogue",
        (*source.STAGE_TABLES, *star.DAILY_TABLES),
        ("stage", "final", "marts"),
        "The days of stage and final in the Glue Data Catalog, found by its crawlers.",
    ),
    source_database=SHOP,
    source_tables=TABLES,
    warehouse_database=WAREHOUSE,
    last_days={"rental": "rental_date", "payment": "payment_date"},
    places={"warehouse": WAREHOUSE, "sakila": SHOP},
    origins={"Sakila's data": data_origin},
    settings_checks=(require_holidays,),
    demonstration=DEMONSTRATION,
    aws=ON_AWS,
    own_assets="sakila_platform.rentals.assets",
)
"""From the shop's counter to answers about who rents what, and when."""
