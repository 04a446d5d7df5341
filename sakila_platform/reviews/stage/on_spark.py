"""Days of reviews to stage on Spark: vendors' files by the local lane's own function, purchases by JDBC.

A worker takes a whole file, and does with it what the local lane does. Purchases are numbered and made usable by the
same SQL; what is kept of them is judged by Spark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from sakila_platform.capture.captured_days import MATCHES_SOURCE, with_undated, with_unknown
from sakila_platform.databases.postgres.address import connected
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.publishing import Quarantine
from sakila_platform.model.contracts import Table, quarantine_schema
from sakila_platform.model.days import Clock, consecutive_runs
from sakila_platform.model.naming import DAY_PARTITION, UNDATED, day_partition
from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform.reviews.purchases import sql as purchase_sql
from sakila_platform.reviews.purchases.source_columns import require_purchase_columns
from sakila_platform.reviews.purchases.totals import NO_LINES, Totals, disagreement
from sakila_platform.reviews.source import STAGE_TABLES, USER_PURCHASE
from sakila_platform.reviews.vendors.days import VENDORS, intake_by_settings, take_in
from sakila_platform.spark.day_tasks import each_day
from sakila_platform.spark.judging import judged
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.publishing import Publication, publish_judged
from sakila_platform.spark.session import failing_in_one_line
from sakila_platform.spark.source.postgres_jdbc import PostgresJdbc, typed

# As exact as a price, and as long as Spark has it.
_AMOUNT = f"decimal(38, {USER_PURCHASE.column('unit_price').type.arrow.scale})"
_TOTALS = f"`{DAY_PARTITION}` date, `lines` bigint, `amount` {_AMOUNT}"


@dataclass(frozen=True)
class VendorDay:
    """A vendor's table and the lake, as a task of a worker: called with the day of a file."""

    location: str
    table: str

    def __call__(self, day: date) -> TableDay:
        """Take in the day's file as the local lane does."""
        (table,) = (one for one in STAGE_TABLES if one.name.table == self.table)
        return take_in(intake_by_settings(open_lake(self.location)), table, day)


@dataclass(frozen=True)
class SparkStaging:
    """What stage works with: the source of purchases, the lake, how many connections, bad rows allowed."""

    source: PostgresJdbc
    views: LakeViews
    clock: Clock
    most_connections: int
    allowed_bad_share: float


def stage_days(staging: SparkStaging, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Bring these days of these tables to stage, gaps allowed. Returns an outcome per table and day."""
    outcomes: Outcomes = {}
    location = staging.views.lake_location
    for table in tables:
        if table.name in VENDORS:
            task = VendorDay(location, table.name.table)
            outcomes[table.name] = each_day(staging.views.spark, f"{table.name} can't be staged", task, days)
        else:
            outcomes[table.name] = _capture_purchases(staging, days)
    return outcomes


def _capture_purchases(staging: SparkStaging, days: Sequence[date]) -> dict[date, TableDay]:
    spark, lake = staging.views.spark, open_lake(staging.views.lake_location)
    with connected(staging.source.address) as connection:
        unknown = require_purchase_columns(connection, staging.source.address)
    conditions = [purchase_sql.within(days) for days in _parts(days, staging.most_connections)]
    queries = [purchase_sql.lines_sql(condition) for condition in (*conditions, purchase_sql.UNDATED)]
    rows = staging.source.read(spark, queries, typed(USER_PURCHASE))
    publication = Publication(staging.views.lake_location, USER_PURCHASE, staging.allowed_bad_share)
    published = publish_judged(judged(rows, USER_PURCHASE), publication, days)
    if not published.undated:
        nothing = quarantine_schema(USER_PURCHASE).empty_table()
        Quarantine(lake, USER_PURCHASE).set_aside(day_partition(UNDATED), nothing)
    noted = {day: with_unknown(one, unknown) for day, one in published.days.items()}
    outcomes = {day: with_undated(one, USER_PURCHASE, published.undated) for day, one in noted.items()}
    return _checked(staging, outcomes)


def _parts(days: Sequence[date], most: int) -> list[list[date]]:
    """The days in consecutive pieces, at least as many as there may be connections, where there are as many days."""
    size = -(-len(days) // max(most, 1))
    return [run[n : n + size] for run in consecutive_runs(days) for n in range(0, len(run), size)]


def _checked(staging: SparkStaging, outcomes: Mapping[date, TableDay]) -> dict[date, TableDay]:
    """Compare ended days with the source, a moment after they were read: those still going on would differ."""
    published = [day for day, outcome in outcomes.items() if not outcome.refused]
    ended = [day for day in published if staging.clock.has_ended(day)]
    source, held = _source_totals(staging, ended), _stage_totals(staging, ended)
    faults = {day: disagreement(source.get(day, NO_LINES), held.get(day, NO_LINES)) for day in ended}
    return {
        day: outcome if outcome.refused else replace(outcome, checks={MATCHES_SOURCE: faults.get(day, "")})
        for day, outcome in outcomes.items()
    }


def _source_totals(staging: SparkStaging, days: Sequence[date]) -> Mapping[date, Totals]:
    if not days:
        return {}
    queries = [purchase_sql.totals_sql(purchase_sql.within(run)) for run in consecutive_runs(days)]
    return _collected(staging.source.read(staging.views.spark, queries, _TOTALS))


def _stage_totals(staging: SparkStaging, days: Sequence[date]) -> Mapping[date, Totals]:
    if not days:
        return {}
    lake = open_lake(staging.views.lake_location)
    present = set(lake.present(USER_PURCHASE.name.in_layer("quarantine"), map(day_partition, days)))
    set_aside_on = [day for day in days if day_partition(day) in present]
    columns = [DAY_PARTITION, "quantity", "unit_price"]
    rows = staging.views.read(USER_PURCHASE, days).select(columns)
    if set_aside_on:
        rows = rows.unionByName(staging.views.read_quarantine(USER_PURCHASE, set_aside_on).select(columns))
    amount = f.coalesce(f.sum(f.col("quantity") * f.col("unit_price")), f.lit(0)).cast(_AMOUNT)
    return _collected(rows.groupBy(DAY_PARTITION).agg(f.count("*").alias("lines"), amount.alias("amount")))


def _collected(rows: DataFrame) -> dict[date, Totals]:
    with failing_in_one_line(f"{USER_PURCHASE.name} can't be compared with its source"):
        return {row.dt: (row.lines, Decimal(row.amount)) for row in rows.collect()}
