"""A star into its warehouse on Redshift: one batch of the Data API is one transaction, and COPY reads the lake's files.

The batch checks itself before it ends: a statement that finds other rows or sums than the lake has, or a broken rule,
divides by zero, which undoes all of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any
from uuid import uuid4

import duckdb

from sakila_platform.databases.redshift import Redshift, StatementFailed
from sakila_platform.errors import UsageError
from sakila_platform.lake.days import view_days
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.file_columns import require_same_columns
from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import PublishYear
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.ddl import postgres_ddl
from sakila_platform.model.naming import data_file, day_partition, year_partition
from sakila_platform.model.outcomes import (
    LoadRefused,
    Outcomes,
    TableChanges,
    TableDay,
    unreported,
    with_table_changes,
)
from sakila_platform.warehouse.changing.differences import Kind, changes, reported
from sakila_platform.warehouse.changing.found import REDSHIFT, REDSHIFT_BYTES_PER_CHARACTER, found_tables
from sakila_platform.warehouse.changing.statements import redshift_statements
from sakila_platform.warehouse.changing.versions import noting_statements, versions_table
from sakila_platform.warehouse.load_questions import LoadQuestions
from sakila_platform.warehouse.load_rules import AGREEMENT, CONTRACT
from sakila_platform.warehouse.rows import date_keys, view_query
from sakila_platform.warehouse.star import WarehouseStar


@dataclass(frozen=True)
class RedshiftLoading:
    """What a load works with: the star, the warehouse, the lake on S3, and who publishes a year of dates there.

    `report` is called with a line for each change of a table, once that is so.
    """

    star: WarehouseStar
    redshift: Redshift
    lake: Lake
    publish_year: PublishYear
    report: Callable[[str], None] = unreported

    def __post_init__(self) -> None:
        """Refuse a star whose rows are not the lake's: COPY takes them as they are."""
        if odd := [str(t.name) for t in self.star.tables if t.column_names != self.star.lake_table(t).column_names]:
            raise ValueError(f"{', '.join(odd)} has not the columns of the lake, which COPY takes as they are.")


@dataclass(frozen=True)
class _Check:
    """A statement that fails the batch, and what its failure means."""

    sql: str
    fact: Table
    name: str
    meaning: str


def load_days_on_redshift(loading: RedshiftLoading, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Load these tables for these consecutive days in one transaction. Returns an outcome per table and day.

    Changes nothing and raises PlatformError when the lake lacks a day, LoadRefused when a check would fail.
    """
    lake, star = loading.lake, loading.star
    if not lake.location.startswith("s3://"):
        raise UsageError("Redshift copies from S3 alone. Set SAKILA_LAKE to s3://bucket/prefix.")
    brought = _bring(loading)
    folder = f"{manifests(star)}/{days[0]}-{days[-1]}-{uuid4().hex}"
    with open_duckdb() as duck, lake.steady():
        lake_tables = {table: star.lake_table(table) for table in tables}
        for lake_table in lake_tables.values():
            view_days(duck, lake, lake_table, days)
            # COPY takes columns by their places, whatever they are.
            require_same_columns(lake, lake_table, [day_partition(day) for day in days])
        facts = {table: lake_table for table, lake_table in lake_tables.items() if table.kind is TableKind.FACT}
        years = _years(duck, facts.values(), days)
        for year in years:
            if not lake.exists(data_file(star.lake_dates.name, year_partition(year))):
                loading.publish_year(lake, year)
        written = _Manifests(lake, folder)
        try:
            checks = [check for fact in facts.items() for check in _checks(duck, *fact, days)]
            statements = [*_prepared(star), *_dates(star, written, years)]
            for table, lake_table in lake_tables.items():
                source = written.manifest(lake_table, [day_partition(day) for day in days])
                if table in facts:
                    statements += _replaced(table, lake_table, source, days)
                else:
                    statements += _members(table, lake_table, source)
            statements += noting_statements(tables, days)
            _transact(loading, statements, checks, days)
        finally:
            written.remove()
        outcomes = {table.name: _outcomes(duck, table, lake_table, days) for table, lake_table in lake_tables.items()}
        return with_table_changes(outcomes, brought)


def manifests(star: WarehouseStar) -> str:
    """The folder of the lake that has what COPY reads while a load lasts."""
    return f"staging/{star.domain}"


def load_year_on_redshift(loading: RedshiftLoading, year: int) -> int:
    """Put the lake's year of dim_date into the warehouse, published there first when it is not. Returns its rows."""
    _bring(loading)
    path = data_file(loading.star.lake_dates.name, year_partition(year))
    if not loading.lake.exists(path):
        loading.publish_year(loading.lake, year)
    written = _Manifests(loading.lake, f"{manifests(loading.star)}/{year}-{uuid4().hex}")
    try:
        statements = [*_prepared(loading.star), *_dates(loading.star, written, [year])]
        loading.redshift.transact(statements, f"dim_date of {year}")
    finally:
        written.remove()
    return sum(loading.lake.row_counts([path]))


class _Manifests:
    """What COPY reads: for each table a list of the lake's files with their sizes, as files beside the lake's own."""

    def __init__(self, lake: Lake, folder: str) -> None:
        self._lake = lake
        self._folder = folder
        self._written: list[str] = []

    def manifest(self, lake_table: Table, partitions: Sequence[str]) -> str:
        """The address of a manifest of these partitions of the lake's table."""
        name = lake_table.name
        sizes = {found.path: found.size for found in self._lake.files(f"{name.path}/")}
        entries = [
            {
                "url": f"{self._lake.location}/{path}",
                "mandatory": True,
                "meta": {"content_length": sizes[path]},
            }
            for path in (data_file(name, partition) for partition in partitions)
        ]
        place = f"{self._folder}/{name.table}.manifest"
        self._lake.publish(place, json.dumps({"entries": entries}).encode())
        self._written.append(place)
        return f"{self._lake.location}/{place}"

    def remove(self) -> None:
        """Remove what was written. What a killed run leaves, the bucket's lifecycle removes."""
        for place in self._written:
            self._lake.delete(place)


def _bring(loading: RedshiftLoading) -> TableChanges:
    """Bring tables that are there up to their contracts, each in a batch of its own: a batch has few statements.

    What a load that dies has changed stays, and the next one goes on from there. Views that read the tables are
    dropped; the load makes them anew.
    """
    tables = _tables(loading.star)
    found = found_tables(loading.redshift.ask(REDSHIFT.columns_sql).rows)
    brought = changes(found, tables, REDSHIFT)
    is_read = any(change.kind is not Kind.ADDED for change in brought)
    views = [f"DROP VIEW IF EXISTS {view}" for view in loading.star.views if is_read]
    for statements in redshift_statements(brought):
        loading.redshift.transact([*views, *statements], f"{loading.star.domain} follows its contracts")
    lines = reported(found, tables, brought)
    for line in chain.from_iterable(lines.values()):
        loading.report(line)
    return lines


def _tables(star: WarehouseStar) -> tuple[Table, ...]:
    return (*star.tables, star.dates, versions_table(star))


def _prepared(star: WarehouseStar) -> Iterator[str]:
    for table in _tables(star):
        yield postgres_ddl(table, REDSHIFT_BYTES_PER_CHARACTER)
    # Two loads wait for each other here, where else the later one would be refused at its end.
    yield f"LOCK {star.dates.name.table}"
    for view in star.views:
        yield f"CREATE OR REPLACE VIEW {view} AS {view_query(star, view, 'redshift').sql}"


def _dates(star: WarehouseStar, written: _Manifests, years: Sequence[int]) -> Iterator[str]:
    yield f"DELETE FROM {star.dates.name.table} WHERE year IN ({', '.join(map(str, years))})"
    manifest = written.manifest(star.lake_dates, [year_partition(year) for year in years])
    yield _copy(star.dates.name.table, star.lake_dates, manifest)


def _members(table: Table, lake_table: Table, source: str) -> Iterator[str]:
    name, arriving, key = table.name.table, f"arriving_{table.name.table}", table.primary_key[0]
    columns = ", ".join(table.column_names)
    yield f"CREATE TEMPORARY TABLE {arriving} (LIKE {name})"
    yield _copy(arriving, lake_table, source)
    yield f"DELETE FROM {name} USING {arriving} WHERE {name}.{key} = {arriving}.{key}"
    # A member is in the file of every day that has it.
    yield (
        f"INSERT INTO {name} ({columns}) SELECT {columns} FROM (SELECT {columns}, "
        f"ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {columns}) AS place FROM {arriving}) AS member WHERE place = 1"
    )


def _replaced(fact: Table, lake_table: Table, source: str, days: Sequence[date]) -> Iterator[str]:
    yield f"DELETE FROM {fact.name.table} WHERE {LoadQuestions(fact, lake_table).of_days(days)}"
    yield _copy(fact.name.table, lake_table, source)


def _copy(table: str, lake_table: Table, manifest: str) -> str:
    # A file's columns come by their places in it, which are those of its contract; the table may have others.
    columns = ", ".join(lake_table.column_names)
    # The namespace's default role, which may read the lake's final and these manifests, and nothing else.
    address = manifest.replace("'", "''")
    return f"COPY {table} ({columns}) FROM '{address}' IAM_ROLE default FORMAT PARQUET MANIFEST"


def _checks(duck: duckdb.DuckDBPyConnection, fact: Table, lake_table: Table, days: Sequence[date]) -> Iterator[_Check]:
    questions = LoadQuestions(fact, lake_table)
    rules = len(questions.conditions)
    sums = 1 + len(questions.summed)
    judged = f"({questions.judged(days)}) AS judged (day, {', '.join(f'c{n}' for n in range(sums + rules))})"
    broken = " + ".join(f"c{n}" for n in range(sums, sums + rules))
    yield _Check(_asserted(f"COALESCE(SUM({broken}), 0) = 0", judged), fact, CONTRACT, "rows break the contract")
    wanted = ", ".join(f"COALESCE(SUM(c{n}), 0) AS t{n}" for n in range(sums))
    lake = f"({questions.sums(lake_table.name.sql)}) AS delivered (day, {_listed('c', sums)})"
    totals: Any = duck.execute(f"SELECT {wanted} FROM {lake}").fetchone()
    # Numbers that DuckDB counted, never text.
    same = " AND ".join(f"COALESCE(SUM(c{n}), 0) = {total}" for n, total in enumerate(totals))
    yield _Check(_asserted(same, judged), fact, AGREEMENT, "rows or sums are not those of final")


def _asserted(condition: str, judged: str) -> str:
    return f"SELECT 1 / (CASE WHEN {condition} THEN 1 ELSE 0 END) AS checked FROM {judged}"


def _transact(loading: RedshiftLoading, statements: list[str], checks: list[_Check], days: Sequence[date]) -> None:
    name = f"{loading.star.domain} {days[0]} to {days[-1]}"
    try:
        loading.redshift.transact([*statements, *(check.sql for check in checks)], name)
    except StatementFailed as failed:
        number = failed.number - len(statements)
        if 0 <= number < len(checks) and "zero" in failed.reason:
            check = checks[number]
            raise LoadRefused(check.fact.name, check.name, dict.fromkeys(days, check.meaning)) from None
        raise


def _years(duck: duckdb.DuckDBPyConnection, lake_facts: Iterable[Table], days: Sequence[date]) -> list[int]:
    years = {day.year for day in days}
    for lake_table in lake_facts:
        for column in date_keys(lake_table):
            named = duck.execute(f"SELECT DISTINCT {column} // 10000 FROM {lake_table.name.sql}")
            years |= {year for (year,) in named.fetchall() if year is not None}
    return sorted(years)


def _outcomes(
    duck: duckdb.DuckDBPyConnection, table: Table, lake_table: Table, days: Sequence[date]
) -> dict[date, TableDay]:
    counted = duck.execute(f"SELECT dt, count(*) FROM {lake_table.name.sql} GROUP BY dt")
    counts = dict(counted.fetchall())
    checks = {AGREEMENT: ""} if table.kind is TableKind.FACT else {}
    return {day: TableDay(rows=counts.get(day, 0), checks=checks) for day in days}


def _listed(letter: str, count: int) -> str:
    return ", ".join(f"{letter}{n}" for n in range(count))
