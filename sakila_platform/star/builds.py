"""What building a star means, whatever engine computes it: its queries, its inputs by day, its match with stage.

Belongs here: nothing that needs an engine. DuckDB's way is `transform`; Spark's is `sakila_platform.spark`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from pathlib import Path

from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.naming import DAY_PARTITION, TableName, day_partition
from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform.model.queries import Query, read_query, require_contract
from sakila_platform.model.versions import Version, version_of
from sakila_platform.star.sql_functions import SqlFunction
from sakila_platform.star.table_checks import TableCheck

# The Unknown row is known since ever, so that it never counts as captured late.
ALWAYS_KNOWN = datetime(1970, 1, 1, tzinfo=timezone.utc)
MATCHES_STAGE = "matches_stage"


@dataclass(frozen=True)
class StarBuild:
    """How a star is built: where lake and SQL are, every table's contract, the share of bad rows allowed."""

    lake: Lake
    sql_folder: Path
    contracts: Mapping[TableName, Table]
    allowed_bad_share: float
    functions: Sequence[SqlFunction] = ()
    """What the SQL may call beyond what engines know."""
    checks: Sequence[TableCheck] = ()

    def version(self, table: Table) -> Version:
        """What the table's rows are made by."""
        return version_by_sql(table, self.query(table), self.functions)

    def query(self, table: Table) -> Query:
        """The table's SELECT. Raises PlatformError when its columns are not the contract's, or it reads what is not."""
        query = read_query(self.sql_folder / f"{table.name.table}.sql", "duckdb")
        require_contract(query, table, self.contracts, further=(DAY_PARTITION,))
        return query


def version_by_sql(table: Table, query: Query, functions: Sequence[SqlFunction] = ()) -> Version:
    """What rows are made by that a SELECT makes, which may call these functions."""
    return version_of(table, query.sql, [function.body for function in functions])


def days_with_same_inputs(build: StarBuild, query: Query, days: Sequence[date]) -> dict[date, list[date]]:
    """One day of each group of days with the same inputs, and the whole group."""
    inputs = query.lake_inputs
    if any(build.contracts[name].kind is not TableKind.SNAPSHOT for name in inputs):
        return {day: [day] for day in days}
    require_inputs(build, query, days)
    contents = [build.lake.fingerprints(name, map(day_partition, days)) for name in inputs]
    groups: dict[tuple[str, ...], list[date]] = {}
    for day in days:
        groups.setdefault(tuple(of_input[day_partition(day)] for of_input in contents), []).append(day)
    return {group[0]: group for group in groups.values()}


def member_tables(table: Table) -> dict[str, TableName]:
    """The dimensions that a table's keys are checked against, by their plain names."""
    return {target: TableName(table.name.layer, table.name.source, target) for target in set(table.references.values())}


def require_inputs(build: StarBuild, query: Query, days: Sequence[date]) -> None:
    """Raise PlatformError, naming the first day that a table lacks which the query reads, and what to run for it."""
    for name in query.lake_inputs:
        require_days(build.lake, [name], days, name.layer)


def days_not_held_up(
    query: Query, table: Table, days: Sequence[date], outcomes: Mapping[TableName, Mapping[date, TableDay]]
) -> list[date]:
    """The days on which no table was refused, or held up in its turn, that this one's rows or keys come from.

    `outcomes` are those of the tables built before; what is not among them is taken as the lake has it.
    """
    before = [outcomes[name] for name in {*query.lake_inputs, *member_tables(table).values()} if name in outcomes]
    return [day for day in days if all(day in by_day and not by_day[day].refused for by_day in before)]


def checks_of(build: StarBuild, outcomes: Outcomes) -> Iterator[tuple[TableCheck, list[date]]]:
    """The checks of the tables that were built, and the days of each that were published."""
    for check in build.checks:
        days = [day for day, outcome in outcomes.get(check.table, {}).items() if not outcome.refused]
        if days:
            yield check, days


def with_check(outcomes: Outcomes, check: TableCheck, days: Sequence[date], faults: Mapping[date, str | None]) -> None:
    """Note in the outcomes what a check found on these days."""
    by_day = outcomes[check.table]
    for day in days:
        found = {check.name: faults.get(day) or ""}
        if check.is_warning:
            by_day[day] = replace(by_day[day], warnings={**by_day[day].warnings, **found})
        else:
            by_day[day] = replace(by_day[day], checks={**by_day[day].checks, **found})


def require_days(lake: Lake, tables: Sequence[TableName], days: Sequence[date], layer: str) -> None:
    """Raise PlatformError, naming the first day that one of the tables lacks and the layer to run for it."""
    for name in tables:
        missing = lake.missing(name, [day_partition(day) for day in days])
        if missing:
            more = f" and {len(missing) - 1} more days" if len(missing) > 1 else ""
            raise PlatformError(f"{name} has no {missing[0]}{more}. Run {layer} for these days first.")


def events_sql(table: Table) -> str:
    """The query (DuckDB's dialect) for how many events stage has of each day of a fact: day, events."""
    assert table.taken_from is not None
    stage, day_column = table.taken_from
    return (
        f"SELECT {DAY_PARTITION}, count(*) AS events FROM {TableName('stage', table.name.source, stage).sql} "
        f"WHERE CAST({day_column} AS DATE) = {DAY_PARTITION} GROUP BY 1"
    )


def matched(table: Table, judged: Mapping[date, TableDay], events: Mapping[date, int]) -> dict[date, TableDay]:
    """Of facts: whether every event of the day in stage became one row, published or set aside (rule 9)."""
    if table.taken_from is None:
        return dict(judged)
    stage = TableName("stage", table.name.source, table.taken_from[0])
    return {day: _matched(outcome, stage, events.get(day, 0)) for day, outcome in judged.items()}


def _matched(outcome: TableDay, stage: TableName, events: int) -> TableDay:
    fault = f"{stage} has {events} events, final and quarantine {outcome.taken}" if events != outcome.taken else ""
    return replace(outcome, checks={MATCHES_STAGE: "" if outcome.refused else fault})
