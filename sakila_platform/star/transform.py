"""Stage to final: one SELECT per table, run for many days at once, audited, and published day by day.

Dimensions of days whose captures are byte for byte the same are computed once and published under each of them; a
backfill of history captures its reference tables once, so this is the common case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

import duckdb
import pyarrow as pa

from sakila_platform.errors import PlatformError
from sakila_platform.lake.audits.rows import Audit, audit_rows
from sakila_platform.lake.duckdb import create_view, open_duckdb, sql_type
from sakila_platform.lake.publishing import publish_days, publish_rejected, split_by_day
from sakila_platform.model.contracts import Table, TableKind, arrow_schema, unknown_member
from sakila_platform.model.naming import DAY_PARTITION, day_partition
from sakila_platform.model.outcomes import Outcomes, TableDay, judge
from sakila_platform.model.queries import Query
from sakila_platform.model.rejections import named_rows
from sakila_platform.model.rules import Members
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
from sakila_platform.star.sql_functions import macros

_BUILT = "built"


def build_days(build: StarBuild, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Build these tables for these days, in the order given: each after those that its rows and keys come from.

    A day that a table refuses holds up the tables made from it, and no other. Returns an outcome per table and day; a
    table that was held up on a day has none for it. Raises PlatformError when stage lacks a day.
    """
    outcomes: Outcomes = {}
    with open_duckdb() as connection, build.lake.steady():
        for statement in macros(build.functions):
            connection.execute(statement)
        for table in tables:
            query = build.query(table)
            going = days_not_held_up(query, table, days, outcomes)
            outcomes[table.name] = _build_table(connection, build, table, query, going)
            for relation in (_BUILT, f"{_BUILT}_rejected"):
                connection.execute(f"DROP TABLE IF EXISTS {relation}")
        for check, published in checks_of(build, outcomes):
            _create_inputs(connection, build, check.query, published)
            faults = dict(connection.execute(f"SELECT dt, fault FROM ({check.query.sql}\n)").fetchall())
            with_check(outcomes, check, published, faults)
    return outcomes


def _build_table(
    connection: duckdb.DuckDBPyConnection, build: StarBuild, table: Table, query: Query, days: Sequence[date]
) -> dict[date, TableDay]:
    if not days:
        return {}
    day_groups = days_with_same_inputs(build, query, days)
    _create_inputs(connection, build, query, list(day_groups))
    members = _create_members(connection, build, table, list(day_groups))
    _compute(connection, query, table, list(day_groups))
    audit = audit_rows(connection, _BUILT, table, members)
    return _publish(connection, build, table, day_groups, audit)


def _create_inputs(connection: duckdb.DuckDBPyConnection, build: StarBuild, query: Query, days: Sequence[date]) -> None:
    require_inputs(build, query, days)
    for name in query.lake_inputs:
        create_view(connection, build.lake, build.contracts[name], [day_partition(day) for day in days])


def _create_members(
    connection: duckdb.DuckDBPyConnection, build: StarBuild, table: Table, days: Sequence[date]
) -> dict[str, Members[str]]:
    members = member_tables(table)
    require_days(build.lake, tuple(members.values()), days, "its dimensions")
    for name in members.values():
        create_view(connection, build.lake, build.contracts[name], [day_partition(day) for day in days])
    return {target: Members(name.sql, build.contracts[name].primary_key[0]) for target, name in members.items()}


def _compute(connection: duckdb.DuckDBPyConnection, query: Query, table: Table, days: Sequence[date]) -> None:
    schema = arrow_schema(table)
    columns = ", ".join(f'CAST("{f.name}" AS {sql_type(f.type)}) AS "{f.name}"' for f in schema)
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_BUILT} AS SELECT {DAY_PARTITION}, {columns} FROM ({query.sql}\n)"
        )
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise PlatformError(f"{query.where} can't be run: {reason}. Fix the file.") from None
    if table.kind is TableKind.DIMENSION:
        unknown = pa.Table.from_pylist([unknown_member(table, ALWAYS_KNOWN)], schema=schema)
        connection.register("unknown_member", unknown)
        connection.register("days_built", pa.table({DAY_PARTITION: pa.array(days, pa.date32())}))
        connection.execute(f"INSERT INTO {_BUILT} SELECT * FROM days_built, unknown_member")


def _publish(
    connection: duckdb.DuckDBPyConnection,
    build: StarBuild,
    table: Table,
    day_groups: Mapping[date, Sequence[date]],
    audit: Audit,
) -> dict[date, TableDay]:
    """Publish the days that may be, with what was set aside of them, and say of each what it came to."""
    counts = dict(connection.execute(f"SELECT {DAY_PARTITION}, count(*) FROM {_BUILT} GROUP BY 1").fetchall())
    judged = {}
    for day in day_groups:
        rejected, broken = audit.rejected.get(day, 0), audit.broken.get(day, {})
        named = partial(_named, connection, table, day)
        judged[day] = judge(counts.get(day, 0), rejected, broken, build.allowed_bad_share, named)
    allowed = {day: group for day, group in day_groups.items() if not judged[day].refused}
    publish_rejected(connection, build.lake, _BUILT, table, allowed)
    built = split_by_day(connection, _BUILT, table, list(allowed))
    publish_days(build.lake, table, built, day_groups, build.version(table))
    checked = _against_stage(connection, table, judged)
    return {day: checked[first] for first, group in day_groups.items() for day in group}


def _named(connection: duckdb.DuckDBPyConnection, table: Table, day: date) -> str:
    """Some of the rows of a day that were set aside."""
    order = ", ".join((*table.primary_key, "reason"))
    query = f"SELECT * FROM {_BUILT}_rejected WHERE {DAY_PARTITION} = ? ORDER BY {order}"
    return named_rows(connection.execute(query, [day]).to_arrow_table(), table)


def _against_stage(
    connection: duckdb.DuckDBPyConnection, table: Table, judged: Mapping[date, TableDay]
) -> dict[date, TableDay]:
    events = dict(connection.execute(events_sql(table)).fetchall()) if table.taken_from else {}
    return matched(table, judged, events)
