"""Movie-review analytics as other rooms know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sakila_platform.capture.captured_days import MATCHES_SOURCE
from sakila_platform.declarations.domain import DataModel, Domain
from sakila_platform.declarations.jobs import Job, Partition, Schedule
from sakila_platform.declarations.layers import (
    DailyLayer,
    LayerCheck,
    Questions,
    SourceTable,
    Work,
)
from sakila_platform.declarations.postgres_warehouse import (
    answers_on_postgres,
    postgres_dates,
    postgres_warehouse,
)
from sakila_platform.declarations.star_layers import layer_checks, query_of, star_layer
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.reviews import star
from sakila_platform.reviews import warehouse_star as warehouse
from sakila_platform.reviews.calendar import publish_year
from sakila_platform.reviews.dashboards import DASHBOARDS
from sakila_platform.reviews.databases import PURCHASES_DATABASE, WAREHOUSE
from sakila_platform.reviews.demonstration import DEMONSTRATION
from sakila_platform.reviews.on_aws import ON_AWS
from sakila_platform.reviews.purchases.table import PURCHASES
from sakila_platform.reviews.source import SOURCE, STAGE_TABLES, USER_PURCHASE, VENDOR_FILES
from sakila_platform.reviews.stage.days import Staging, stage_days
from sakila_platform.reviews.star_build import CHECKS, FINAL_SQL, FUNCTIONS, star_build, with_missing_logs_named
from sakila_platform.reviews.vendors.days import VENDORS, intake_by_settings
from sakila_platform.reviews.vendors.raw import raw_path
from sakila_platform.star.builds import version_by_sql
from sakila_platform.star.transform import build_days


def _stage(work: Work, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    return stage_days(Staging(intake_by_settings(work.lake), work.database.address), tables, days)


def _stage_inputs(table: Table) -> list[TableName]:
    return [VENDORS[table.name].raw if table.name in VENDORS else table.name.in_layer("oltp")]


def _final(work: Work, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    return with_missing_logs_named(work.lake, build_days(star_build(work.lake), tables, days))


_SOURCES = (
    SourceTable(
        PURCHASES.name, f"{PURCHASES.grain} Loaded by `sakila-platform load-purchases`.", "postgres", PURCHASES
    ),
    *(
        SourceTable(
            vendor.raw,
            f"One file per day, `{raw_path(vendor, 'DAY')}`, as the vendor delivers it: "
            f"{', '.join(vendor.columns)}. The sensor reviews_arrivals tells when a day's is taken.",
            "csv",
            is_by_day=True,
        )
        for vendor in VENDOR_FILES
    ),
)
STAGE = DailyLayer(
    layer="stage",
    tables=STAGE_TABLES,
    make=_stage,
    inputs=_stage_inputs,
    kinds=lambda table: ("csv" if table.name in VENDORS else "postgres", "parquet"),
    checks=(LayerCheck(USER_PURCHASE.name, MATCHES_SOURCE, "Lines and amount of the day are the source's."),),
    prepare=lambda work, tables, days: work.lake.sweep(),
    needs_source=True,
    glue_job="reviews-stage",
)
_STAR = star_layer(star.DAILY_TABLES, FINAL_SQL, _final, "review", "reviews-final")
FINAL = replace(
    _STAR,
    checks=(*_STAR.checks, *layer_checks(CHECKS)),
    version=lambda table: version_by_sql(table, query_of(FINAL_SQL, table), FUNCTIONS),
)
DOMAIN = Domain(
    name="reviews",
    source=SOURCE,
    data_model=DataModel(
        page="data_model_reviews.md",
        star=(*warehouse.DAILY_TABLES, warehouse.DIM_DATE),
        note="As it is in the warehouse. The lake has the same tables by day, and the reviews one by one.",
        answers=(("analysis", "reviews/analysis"), ("mart", "marts/models/reviews")),
    ),
    sources=_SOURCES,
    sources_group="raw",
    daily=(STAGE, FINAL),
    warehouse=postgres_warehouse(warehouse.STAR, publish_year, "Rows and sums of the day are those of final."),
    dates=postgres_dates(warehouse.STAR, publish_year),
    questions=Questions(
        "postgres",
        answers_on_postgres(SOURCE),
        answers=SOURCE,
        views={warehouse.VIEW: tuple(table.name for table in warehouse.VIEW_READS)},
    ),
    dashboards=DASHBOARDS,
    jobs=(
        Job(
            "reviews_daily",
            "Stage, final and warehouse of reviews, for each of its days.",
            "days",
            # Purchases come by the clock; a day whose files arrive later is run again by the sensor of arrivals.
            Schedule("reviews_every_day", "30 1 * * *", "At 01:30, the day that has just ended.", Partition.ENDED_DAY),
            layers=("stage", "final", "warehouse"),
        ),
        Job(
            "reviews_dates",
            "The Date dimension of reviews, of a year.",
            "years",
            Schedule("reviews_every_year", "45 0 1 1 *", "On 1 January, next year's dates.", Partition.NEXT_YEAR),
            assets=(star.DIM_DATE.name, warehouse.DIM_DATE.name),
        ),
    ),
    source_database=PURCHASES_DATABASE,
    warehouse_database=WAREHOUSE,
    last_days={"user_purchase": "invoice_date", "fact_movie_analytics": "insert_date"},
    places={"reviews": WAREHOUSE},
    demonstration=DEMONSTRATION,
    aws=ON_AWS,
    own_assets="sakila_platform.reviews.assets",
)
"""From vendors' files and a retailer's purchases to what its customers think and spend."""
