"""Stage to final on Spark: the same SELECT per table as in the local lane, rendered for Spark, audited and published.

What building a star means is in `star.builds`, which both lanes share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as f

from sakila_platform.model.contracts import Table, TableKind, unknown_member
from sakila_platform.model.naming import DAY_PARTITION
from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform.model.queries import Query
from sakila_platform.model.rules import Members
from sakila_platform.spark.judging import judged
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.publishing import Publication, publish_judged
from sakila_platform.spark.session import failing_in_one_line
from sakila_platform.spark.source.columns import file_schema, typed_columns
from sakila_platform.star.builds import (
    ALWAYS_KNOWN,
    StarBuild,
    checks_of,
    days_not_held_up,
    days_with_same_inputs,
    events_sql,
    matched,
    member_tables,
    require_days,
    require_inputs,
    with_check,
)
from sakila_platform.star.table_checks import TableCheck


def build_days(build: StarBuild, views: LakeViews, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Build these tables for these days, in the order given: each after those that its rows and keys come from.

    A day that a table refuses holds up the tables made from it, and no other. Returns an outcome per table and day; a
    table that was held up on a day has none for it. Raises PlatformError when stage lacks a day.
    """
    outcomes: Outcomes = {}
    wanted = sorted(set(days))
    # A dimension is read only once it has been built, and stage does not change here.
    views = views.remembering()
    for table in tables:
        query = build.query(table)
        going = days_not_held_up(query, table, wanted, outcomes)
        outcomes[table.name] = _build_table(build, views, table, query, going)
    for check, published in checks_of(build, outcomes):
        with_check(outcomes, check, published, _faults(build, views, check, published))
    return outcomes


def _faults(build: StarBuild, views: LakeViews, check: TableCheck, days: Sequence[date]) -> dict[date, str | None]:
    for name in check.query.lake_inputs:
        views.show(build.contracts[name], days)
    with failing_in_one_line(f"{check.query.where} can't be run"):
        return {row.dt: row.fault for row in views.sql(check.query.sql, build.functions).collect()}


def _build_table(
    build: StarBuild, views: LakeViews, table: Table, query: Query, days: Sequence[date]
) -> dict[date, TableDay]:
    if not days:
        return {}
    day_groups = days_with_same_inputs(build, query, days)
    firsts = list(day_groups)
    require_inputs(build, query, firsts)
    for name in query.lake_inputs:
        views.show(build.contracts[name], firsts)
    with failing_in_one_line(f"{query.where} can't be run"):
        rows = views.sql(query.sql, build.functions).selectExpr(DAY_PARTITION, *typed_columns(table))
        if table.kind is TableKind.DIMENSION:
            rows = rows.unionByName(_unknown_members(views, table, firsts))
    judged_rows = judged(rows, table, _members(build, views, table, firsts))
    publication = Publication(views.lake_location, table, build.allowed_bad_share, build.version(table), day_groups)
    published = publish_judged(judged_rows, publication, firsts).days
    checked = matched(table, published, _events(views, table))
    return {day: checked[first] for first, group in day_groups.items() for day in group}


def _unknown_members(views: LakeViews, table: Table, days: Sequence[date]) -> DataFrame:
    """The Unknown row of each day."""
    member = {**unknown_member(table, ALWAYS_KNOWN), DAY_PARTITION: days[0]}
    schema = file_schema(table)
    one = views.spark.createDataFrame([tuple(member[name] for name in schema.names)], schema)
    return one.withColumn(DAY_PARTITION, f.explode(f.array(*(f.lit(day) for day in days))))


def _members(build: StarBuild, views: LakeViews, table: Table, days: Sequence[date]) -> dict[str, Members[DataFrame]]:
    members = member_tables(table)
    require_days(build.lake, tuple(members.values()), days, "its dimensions")
    contracts = {target: build.contracts[name] for target, name in members.items()}
    return {target: Members(views.read(one, days), one.primary_key[0]) for target, one in contracts.items()}


def _events(views: LakeViews, table: Table) -> Mapping[date, int]:
    if not table.taken_from:
        return {}
    with failing_in_one_line(f"The events of {table.name} can't be counted"):
        return {row[0]: row[1] for row in views.sql(events_sql(table)).collect()}
