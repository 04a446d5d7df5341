"""Stage to final: one SELECT per table, run for many days at once, audited, and published day by day.

Dimensions of days whose captures are byte for byte the same are computed once and published under each of them; a
backfill of history captures its reference tables once, so this is the common case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from pathlib import Path

import duckdb
import pyarrow as pa

from sakila_platform.contracts import Kind, Table, arrow_schema, unknown_member
from sakila_platform.engine.audit import Audit, audit_rows
from sakila_platform.engine.outcomes import Outcomes, TableDay, judge
from sakila_platform.engine.publishing import publish_days, publish_rejected, split_by_day
from sakila_platform.engine.queries import Query, read_query
from sakila_platform.errors import PlatformError
from sakila_platform.naming import DAY_PARTITION, TableName, data_file, day_partition
from sakila_platform.resources.duckdb import create_view, open_duckdb, sql_type
from sakila_platform.resources.lake_files import Lake

# The Unknown row is known since ever, so that it never counts as captured late.
_ALWAYS_KNOWN = datetime(1970, 1, 1, tzinfo=timezone.utc)
_BUILT = "built"
MATCHES_STAGE = "matches_stage"


@dataclass(frozen=True)
class StarBuild:
    """How a star is built: where lake and SQL are, every table's contract, the share of bad rows allowed."""

    lake: Lake
    sql_folder: Path
    contracts: Mapping[TableName, Table]
    allowed_bad_share: float

    def query(self, table: Table) -> Query:
        """The table's SELECT. Raises PlatformError when its columns are not the contract's, or it reads what is not."""
        query = read_query(self.sql_folder / f"{table.name.table}.sql", "duckdb")
        strangers = [str(name) for name in query.lake_inputs if name not in self.contracts]
        if strangers:
            raise PlatformError(
                f"sql/final/{query.name}.sql reads {', '.join(strangers)}, which no contract declares. "
                "Correct the name, or declare the table."
            )
        expected = {DAY_PARTITION, *table.column_names}
        if set(query.columns) != expected:
            odd = sorted(expected ^ set(query.columns))
            raise PlatformError(
                f"sql/final/{query.name}.sql and the contract of {table.name} differ in {', '.join(odd)}. "
                "Select exactly the contract's columns and dt."
            )
        return query


def build_days(build: StarBuild, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Build these tables for these days, in the order given. A day that one table refuses is built no further.

    Returns an outcome per table and day; of a refused day only the refusing table has one. Raises PlatformError when
    stage lacks a day.
    """
    outcomes: Outcomes = {}
    going = list(days)
    with open_duckdb() as connection:
        for table in tables:
            outcomes[table.name] = _build_table(connection, build, table, going)
            going = [day for day in going if not outcomes[table.name][day].refused]
            for relation in (_BUILT, f"{_BUILT}_rejected"):
                connection.execute(f"DROP TABLE IF EXISTS {relation}")
    return outcomes


def _build_table(
    connection: duckdb.DuckDBPyConnection, build: StarBuild, table: Table, days: Sequence[date]
) -> dict[date, TableDay]:
    if not days:
        return {}
    query = build.query(table)
    twins = _twins(build, query, days)
    _create_inputs(connection, build.lake, query, list(twins))
    members = _create_members(connection, build.lake, table, list(twins))
    _compute(connection, query, table, list(twins))
    audit = audit_rows(connection, _BUILT, table, members)
    return _publish(connection, build, table, twins, audit)


def _twins(build: StarBuild, query: Query, days: Sequence[date]) -> dict[date, list[date]]:
    """One day of each group of days with the same inputs, and the whole group."""
    inputs = query.lake_inputs
    if any(build.contracts[name].kind is not Kind.SNAPSHOT for name in inputs):
        return {day: [day] for day in days}
    _require_days(build.lake, inputs, days, "stage")
    groups: dict[tuple[bytes, ...], list[date]] = {}
    for day in days:
        digests = tuple(build.lake.digest(data_file(name, day_partition(day))) for name in inputs)
        groups.setdefault(digests, []).append(day)
    return {group[0]: group for group in groups.values()}


def _create_inputs(connection: duckdb.DuckDBPyConnection, lake: Lake, query: Query, days: Sequence[date]) -> None:
    _require_days(lake, query.lake_inputs, days, "stage")
    for name in query.lake_inputs:
        create_view(connection, lake, name, [day_partition(day) for day in days])


def _create_members(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, days: Sequence[date]
) -> dict[str, str]:
    members = {target: TableName("final", table.name.source, target) for target in set(table.references.values())}
    _require_days(lake, tuple(members.values()), days, "its dimensions")
    for name in members.values():
        create_view(connection, lake, name, [day_partition(day) for day in days])
    return {target: name.sql for target, name in members.items()}


def _require_days(lake: Lake, tables: Sequence[TableName], days: Sequence[date], layer: str) -> None:
    for name in tables:
        missing = lake.missing(name, [day_partition(day) for day in days])
        if missing:
            more = f" and {len(missing) - 1} more days" if len(missing) > 1 else ""
            raise PlatformError(f"{name} has no {missing[0]}{more}. Run {layer} for these days first.")


def _compute(connection: duckdb.DuckDBPyConnection, query: Query, table: Table, days: Sequence[date]) -> None:
    schema = arrow_schema(table)
    columns = ", ".join(f'CAST("{f.name}" AS {sql_type(f.type)}) AS "{f.name}"' for f in schema)
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_BUILT} AS SELECT {DAY_PARTITION}, {columns} FROM ({query.sql}\n)"
        )
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise PlatformError(f"sql/final/{query.name}.sql can't be run: {reason}. Mend the file.") from None
    if table.kind is Kind.DIMENSION:
        unknown = pa.Table.from_pylist([unknown_member(table, _ALWAYS_KNOWN)], schema=schema)
        connection.register("unknown_member", unknown)
        connection.register("days_built", pa.table({DAY_PARTITION: pa.array(days, pa.date32())}))
        connection.execute(f"INSERT INTO {_BUILT} SELECT * FROM days_built, unknown_member")


def _publish(
    connection: duckdb.DuckDBPyConnection,
    build: StarBuild,
    table: Table,
    twins: Mapping[date, Sequence[date]],
    audit: Audit,
) -> dict[date, TableDay]:
    """Publish the days that may be, with what was set aside of them, and say of each what it came to."""
    counts = dict(connection.execute(f"SELECT {DAY_PARTITION}, count(*) FROM {_BUILT} GROUP BY 1").fetchall())
    judged = {
        day: judge(counts.get(day, 0), audit.rejected.get(day, 0), audit.broken.get(day, {}), build.allowed_bad_share)
        for day in twins
    }
    publish_rejected(connection, build.lake, _BUILT, table, {d: g for d, g in twins.items() if not judged[d].refused})
    built = split_by_day(connection, _BUILT, table, [day for day in twins if not judged[day].refused])
    publish_days(build.lake, table, built, twins)
    checked = _against_stage(connection, table, judged)
    return {day: checked[first] for first, group in twins.items() for day in group}


def _against_stage(
    connection: duckdb.DuckDBPyConnection, table: Table, judged: Mapping[date, TableDay]
) -> dict[date, TableDay]:
    """Of facts: whether every event of the day in stage became one row, published or set aside (rule 9)."""
    if table.taken_from is None:
        return dict(judged)
    stage, day_column = table.taken_from
    name = TableName("stage", table.name.source, stage)
    events = dict(
        connection.execute(
            f"SELECT {DAY_PARTITION}, count(*) FROM {name.sql} "
            f"WHERE CAST({day_column} AS DATE) = {DAY_PARTITION} GROUP BY 1"
        ).fetchall()
    )
    return {day: _matched(outcome, name, events.get(day, 0)) for day, outcome in judged.items()}


def _matched(outcome: TableDay, stage: TableName, events: int) -> TableDay:
    fault = f"{stage} has {events} events, final and quarantine {outcome.taken}" if events != outcome.taken else ""
    return replace(outcome, checks={MATCHES_STAGE: "" if outcome.refused else fault})
