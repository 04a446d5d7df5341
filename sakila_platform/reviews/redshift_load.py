"""The star of reviews into Redshift: one batch of the Data API is one transaction, and COPY reads the lake's own files.

The batch checks itself before it ends: a statement that finds other rows or sums than the lake has, or a broken rule,
divides by zero, which undoes all of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import duckdb

from sakila_platform.databases.redshift import Redshift, StatementFailed
from sakila_platform.errors import UsageError
from sakila_platform.lake.days import view_days
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.file_columns import require_contract
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table, postgres_ddl
from sakila_platform.model.naming import data_file, day_partition, year_partition
from sakila_platform.model.outcomes import LoadRefused, Outcomes, TableDay
from sakila_platform.model.queries import read_query
from sakila_platform.reviews import star
from sakila_platform.reviews import warehouse_star as warehouse
from sakila_platform.reviews.warehouse_load import LAKE_TABLES, VIEW_SQL, PublishYear
from sakila_platform.warehouse.load_audit import AGREEMENT, CONTRACT
from sakila_platform.warehouse.load_questions import LoadQuestions
from sakila_platform.warehouse.table_columns import REDSHIFT, require_contracts

MANIFESTS = "staging/reviews"
_BYTES_PER_CHARACTER = 4
_TABLES = (*warehouse.DAILY_TABLES, warehouse.DIM_DATE)


@dataclass(frozen=True)
class RedshiftLoading:
    """What a load works with: the warehouse, the lake on S3, and who publishes a year of dim_date there."""

    redshift: Redshift
    lake: Lake
    publish_year: PublishYear


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
    lake = loading.lake
    if not lake.location.startswith("s3://"):
        raise UsageError("Redshift copies from S3 alone. Set SAKILA_LAKE to s3://bucket/prefix.")
    _require_contracts(loading.redshift)
    folder = f"{MANIFESTS}/{days[0]}-{days[-1]}-{uuid4().hex}"
    with open_duckdb() as duck, lake.steady():
        for table in tables:
            view_days(duck, lake, LAKE_TABLES[table.name].name, days)
            # COPY takes columns by their places, whatever they are.
            require_contract(lake, LAKE_TABLES[table.name], [day_partition(day) for day in days])
        facts = [table for table in tables if table in warehouse.FACTS]
        years = _years(duck, facts, days)
        for year in years:
            if not lake.exists(data_file(star.DIM_DATE.name, year_partition(year))):
                loading.publish_year(lake, year)
        written = _Manifests(lake, folder)
        try:
            checks = [check for fact in facts for check in _checks(duck, fact, days)]
            statements = [*_prepared(), *_dates(written, years)]
            for table in tables:
                source = written.manifest(table, [day_partition(day) for day in days])
                statements += _replaced(table, source, days) if table in facts else _members(table, source)
            _transact(loading.redshift, statements, checks, days)
        finally:
            written.remove()
        return {table.name: _outcomes(duck, table, days) for table in tables}


def load_year_on_redshift(loading: RedshiftLoading, year: int) -> int:
    """Put the lake's year of dim_date into the warehouse, published there first when it is not. Returns its rows."""
    _require_contracts(loading.redshift)
    path = data_file(star.DIM_DATE.name, year_partition(year))
    if not loading.lake.exists(path):
        loading.publish_year(loading.lake, year)
    written = _Manifests(loading.lake, f"{MANIFESTS}/{year}-{uuid4().hex}")
    try:
        loading.redshift.transact([*_prepared(), *_dates(written, [year])], f"dim_date of {year}")
    finally:
        written.remove()
    return sum(loading.lake.row_counts([path]))


class _Manifests:
    """What COPY reads: for each table a list of the lake's files with their sizes, as files beside the lake's own."""

    def __init__(self, lake: Lake, folder: str) -> None:
        self._lake = lake
        self._folder = folder
        self._written: list[str] = []

    def manifest(self, table: Table, partitions: Sequence[str]) -> str:
        """The address of a manifest of these partitions of the lake's table."""
        name = LAKE_TABLES[table.name].name
        sizes = {found.path: found.size for found in self._lake.files(f"{name.path}/")}
        entries = [
            {
                "url": f"{self._lake.location}/{path}",
                "mandatory": True,
                "meta": {"content_length": sizes[path]},
            }
            for path in (data_file(name, partition) for partition in partitions)
        ]
        place = f"{self._folder}/{table.name.table}.manifest"
        self._lake.publish(place, json.dumps({"entries": entries}).encode())
        self._written.append(place)
        return f"{self._lake.location}/{place}"

    def remove(self) -> None:
        """Remove what was written. What a killed run leaves, the bucket's lifecycle removes."""
        for place in self._written:
            self._lake.delete(place)


def _require_contracts(redshift: Redshift) -> None:
    require_contracts(redshift.ask(REDSHIFT.columns_sql).rows, _TABLES, REDSHIFT)


def _prepared() -> Iterator[str]:
    for table in _TABLES:
        yield postgres_ddl(table, _BYTES_PER_CHARACTER)
    # Two loads wait for each other here, where else the later one would be refused at its end.
    yield "LOCK dim_date"
    yield f"CREATE OR REPLACE VIEW {warehouse.VIEW} AS {read_query(VIEW_SQL, 'redshift').sql}"


def _dates(written: _Manifests, years: Sequence[int]) -> Iterator[str]:
    yield f"DELETE FROM dim_date WHERE year IN ({', '.join(map(str, years))})"
    yield _copy("dim_date", written.manifest(warehouse.DIM_DATE, [year_partition(year) for year in years]))


def _members(table: Table, source: str) -> Iterator[str]:
    name, arriving, key = table.name.table, f"arriving_{table.name.table}", table.primary_key[0]
    columns = ", ".join(table.column_names)
    yield f"CREATE TEMPORARY TABLE {arriving} (LIKE {name})"
    yield _copy(arriving, source)
    yield f"DELETE FROM {name} USING {arriving} WHERE {name}.{key} = {arriving}.{key}"
    # A member is in the file of every day that has it.
    yield (
        f"INSERT INTO {name} SELECT {columns} FROM (SELECT {columns}, "
        f"ROW_NUMBER() OVER (PARTITION BY {key} ORDER BY {columns}) AS place FROM {arriving}) AS member WHERE place = 1"
    )


def _replaced(fact: Table, source: str, days: Sequence[date]) -> Iterator[str]:
    yield f"DELETE FROM {fact.name.table} WHERE {LoadQuestions(fact, LAKE_TABLES[fact.name]).of_days(days)}"
    yield _copy(fact.name.table, source)


def _copy(table: str, manifest: str) -> str:
    # The namespace's default role, which may read the lake's final and these manifests, and nothing else.
    address = manifest.replace("'", "''")
    return f"COPY {table} FROM '{address}' IAM_ROLE default FORMAT PARQUET MANIFEST"


def _checks(duck: duckdb.DuckDBPyConnection, fact: Table, days: Sequence[date]) -> Iterator[_Check]:
    questions = LoadQuestions(fact, LAKE_TABLES[fact.name])
    rules = len(questions.conditions)
    sums = 1 + len(questions.summed)
    judged = f"({questions.judged(days)}) AS judged (day, {', '.join(f'c{n}' for n in range(sums + rules))})"
    broken = " + ".join(f"c{n}" for n in range(sums, sums + rules))
    yield _Check(_asserted(f"COALESCE(SUM({broken}), 0) = 0", judged), fact, CONTRACT, "rows break the contract")
    wanted = ", ".join(f"COALESCE(SUM(c{n}), 0) AS t{n}" for n in range(sums))
    lake = f"({questions.sums(LAKE_TABLES[fact.name].name.sql)}) AS delivered (day, {_listed('c', sums)})"
    totals: Any = duck.execute(f"SELECT {wanted} FROM {lake}").fetchone()
    # Numbers that DuckDB counted, never text.
    same = " AND ".join(f"COALESCE(SUM(c{n}), 0) = {total}" for n, total in enumerate(totals))
    yield _Check(_asserted(same, judged), fact, AGREEMENT, "rows or sums are not those of final")


def _asserted(condition: str, judged: str) -> str:
    return f"SELECT 1 / (CASE WHEN {condition} THEN 1 ELSE 0 END) AS checked FROM {judged}"


def _transact(redshift: Redshift, statements: list[str], checks: list[_Check], days: Sequence[date]) -> None:
    try:
        redshift.transact([*statements, *(check.sql for check in checks)], f"reviews {days[0]} to {days[-1]}")
    except StatementFailed as failed:
        number = failed.number - len(statements)
        if 0 <= number < len(checks) and "zero" in failed.reason:
            check = checks[number]
            raise LoadRefused(check.fact.name, check.name, dict.fromkeys(days, check.meaning)) from None
        raise


def _years(duck: duckdb.DuckDBPyConnection, facts: Sequence[Table], days: Sequence[date]) -> list[int]:
    years = {day.year for day in days}
    for fact in facts:
        named = duck.execute(f"SELECT DISTINCT date_key // 10000 FROM {LAKE_TABLES[fact.name].name.sql}")
        years |= {year for (year,) in named.fetchall()}
    return sorted(years)


def _outcomes(duck: duckdb.DuckDBPyConnection, table: Table, days: Sequence[date]) -> dict[date, TableDay]:
    counted = duck.execute(f"SELECT dt, count(*) FROM {LAKE_TABLES[table.name].name.sql} GROUP BY dt")
    counts = dict(counted.fetchall())
    checks = {AGREEMENT: ""} if table in warehouse.FACTS else {}
    return {day: TableDay(rows=counts.get(day, 0), checks=checks) for day in days}


def _listed(letter: str, count: int) -> str:
    return ", ".join(f"{letter}{n}" for n in range(count))
