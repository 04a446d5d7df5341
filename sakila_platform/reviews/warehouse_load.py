"""The star of reviews into the warehouse on PostgreSQL: what is loaded, in which order, and what is checked first.

One transaction per run: dimensions' rows are put in or brought up to date, the run's days of both facts give way to the
lake's by COPY, dates are made sure of, and all of it is audited before anybody sees it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.lake.file_columns import require_contract
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import day_key
from sakila_platform.model.naming import data_file, day_partition, year_partition
from sakila_platform.model.outcomes import LoadRefused, Outcomes, TableDay
from sakila_platform.model.queries import SQL_FOLDER, read_query
from sakila_platform.reviews import star
from sakila_platform.reviews import warehouse_star as warehouse
from sakila_platform.warehouse.lake_of_warehouse import belonging, whole_days
from sakila_platform.warehouse.load_audit import AGREEMENT, CONTRACT
from sakila_platform.warehouse.load_questions import LoadQuestions
from sakila_platform.warehouse.load_rules import faults_by_rule
from sakila_platform.warehouse.postgres_session import PostgresSession, listed, postgres_session

VIEW_SQL = SQL_FOLDER / "reviews" / "warehouse" / f"{warehouse.VIEW}.sql"
LAKE_TABLES = {table.name.in_layer("warehouse"): table for table in (*star.DAILY_TABLES, star.DIM_DATE)}
BELONGING = belonging("reviews", star.DIM_DATE.name)
EVERYTHING = (*warehouse.DAILY_TABLES, warehouse.DIM_DATE, BELONGING.record)
"""All tables of the warehouse."""
_ROWS_AT_ONCE = 50_000
PublishYear = Callable[[Lake, int], Any]


@dataclass(frozen=True)
class Loading:
    """What a load works with: the warehouse's connection, the lake, and who publishes a year of dim_date there."""

    connection: psycopg.Connection
    lake: Lake
    publish_year: PublishYear


def load_days(loading: Loading, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Load these tables for these consecutive days in one transaction. Returns an outcome per table and day.

    Changes nothing and raises PlatformError when the lake lacks a day, LoadRefused when a check would fail.
    """
    with postgres_session(loading.connection, loading.lake, EVERYTHING, days) as session:
        BELONGING.require_own(session, _days_loaded(session), star.FACT_MOVIE_ANALYTICS.name)
        _ensure_view(session)
        for table in tables:
            session.view_lake(LAKE_TABLES[table.name])
        for year in _years_named(session, tables):
            _put_year(session, year, loading.publish_year)
        for dimension in (table for table in tables if table in warehouse.DIMENSIONS):
            _put_members(session, dimension)
        facts = [table for table in tables if table in warehouse.FACTS]
        for fact in facts:
            _replace_days(session, fact)
        for fact in facts:
            _audit(session, fact)
        return {table.name: _outcomes(session, table) for table in tables}


def load_year(loading: Loading, year: int) -> int:
    """Put the lake's year of dim_date into the warehouse, published there first when it is not. Returns its rows."""
    with postgres_session(loading.connection, loading.lake, [warehouse.DIM_DATE], []) as session:
        return _put_year(session, year, loading.publish_year)


def refill(loading: Loading) -> list[date]:
    """Empty the warehouse and note the lake as its own. Returns the days to be loaded next, as the lake has them.

    Changes nothing and raises PlatformError when another contract wrote one of those days: it could not be loaded.
    """
    of_lake = [LAKE_TABLES[table.name] for table in warehouse.DAILY_TABLES]
    days = whole_days(loading.lake, [table.name for table in of_lake])
    for table in of_lake:
        require_contract(loading.lake, table, [day_partition(day) for day in days])
    with postgres_session(loading.connection, loading.lake, EVERYTHING, []) as session:
        for table in reversed(EVERYTHING):
            session.execute(f'DELETE FROM "{table.name.table}"')
        BELONGING.note(session)
        for partition in loading.lake.partitions(star.DIM_DATE.name):
            _put_year(session, int(partition.partition("=")[2]), loading.publish_year)
    return days


def _days_loaded(session: PostgresSession) -> list[date]:
    day = warehouse.FACT_MOVIE_ANALYTICS.day_columns[0]
    rows = session.fetch(f"SELECT DISTINCT {day} FROM {warehouse.FACT_MOVIE_ANALYTICS.name.table} ORDER BY 1")
    return [found for (found,) in rows]


def _put_year(session: PostgresSession, year: int, publish_year: PublishYear) -> int:
    path = data_file(star.DIM_DATE.name, year_partition(year))
    if not session.lake.exists(path):
        publish_year(session.lake, year)
    require_contract(session.lake, star.DIM_DATE, [year_partition(year)])
    file = pq.ParquetFile(pa.BufferReader(session.lake.read(path)))
    rows = file.read(list(warehouse.DIM_DATE.column_names))
    _upsert(session, warehouse.DIM_DATE, rows.to_batches())
    return rows.num_rows


def _years_named(session: PostgresSession, tables: Sequence[Table]) -> list[int]:
    """The years of the days of the run and of its facts' rows that dim_date lacks, in the warehouse or in the lake."""
    years = {day.year for day in session.days}
    for fact in (table for table in tables if table in warehouse.FACTS):
        named = session.duck.execute(f"SELECT DISTINCT date_key // 10000 FROM {LAKE_TABLES[fact.name].name.sql}")
        years |= {year for (year,) in named.fetchall()}
    there = {year for (year,) in session.fetch("SELECT DISTINCT year FROM dim_date")}
    in_lake = session.lake.present(star.DIM_DATE.name, map(year_partition, years))
    there &= {year for year in years if year_partition(year) in in_lake}
    return sorted(years - there)


def _put_members(session: PostgresSession, dimension: Table) -> None:
    """Bring a dimension's rows up to date with the run's days, the newest of them first."""
    key, columns = dimension.primary_key[0], ", ".join(dimension.column_names)
    newest = session.duck.execute(
        f"SELECT {columns} FROM {LAKE_TABLES[dimension.name].name.sql} "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY dt DESC) = 1 ORDER BY {key}"
    )
    _upsert(session, dimension, newest.to_arrow_reader(_ROWS_AT_ONCE))


def _upsert(session: PostgresSession, table: Table, batches: Any) -> None:
    name, arriving = table.name.table, f"arriving_{table.name.table}"
    values = [column for column in table.column_names if column not in table.primary_key]
    session.execute(f'CREATE TEMPORARY TABLE "{arriving}" (LIKE "{name}") ON COMMIT DROP')
    session.copy_in(arriving, table.column_names, batches)
    key, changes = listed(table.primary_key), listed(values, '"{0}" = excluded."{0}"')
    there, here = listed(values, 'member."{}"'), listed(values, 'excluded."{}"')
    # A row that is as it was is left alone: else every day would write every member anew.
    session.execute(
        f'INSERT INTO "{name}" AS member SELECT * FROM "{arriving}" '
        f"ON CONFLICT ({key}) DO UPDATE SET {changes} WHERE ({there}) IS DISTINCT FROM ({here})"
    )
    session.execute(f'DROP TABLE "{arriving}"')


def _replace_days(session: PostgresSession, fact: Table) -> None:
    session.execute(
        f'DELETE FROM "{fact.name.table}" WHERE {LoadQuestions(fact, LAKE_TABLES[fact.name]).of_days(session.days)}'
    )
    columns = ", ".join(fact.column_names)
    rows = session.duck.execute(f"SELECT {columns} FROM {LAKE_TABLES[fact.name].name.sql}")
    session.copy_in(fact.name.table, fact.column_names, rows.to_arrow_reader(_ROWS_AT_ONCE))


def _audit(session: PostgresSession, fact: Table) -> None:
    """Raise LoadRefused when a day breaks the fact's contract, or has other rows or sums than in the lake."""
    questions = LoadQuestions(fact, LAKE_TABLES[fact.name])
    sums = 1 + len(questions.summed)
    loaded = {_key(day): answers for day, *answers in session.fetch(questions.judged(session.days))}
    names = list(questions.conditions)
    broken = {day: faults_by_rule(names, loaded[key][sums:]) for day in session.days if (key := day_key(day)) in loaded}
    if refused := {day: what for day, what in broken.items() if what}:
        raise LoadRefused(fact.name, CONTRACT, refused)
    asked = session.duck.execute(questions.sums(LAKE_TABLES[fact.name].name.sql)).fetchall()
    delivered = {_key(day): answers for day, *answers in asked}
    if different := _differences(session.days, questions, delivered, loaded):
        raise LoadRefused(fact.name, AGREEMENT, different)


def _differences(
    days: Sequence[date],
    questions: LoadQuestions,
    delivered: dict[int, list[Any]],
    loaded: dict[int, list[Any]],
) -> dict[date, str]:
    names = ("rows", *(f"sum of {column}" for column in questions.summed))
    nothing = [0] * len(names)
    found = {}
    for day in days:
        pairs = zip(names, delivered.get(day_key(day), nothing), loaded.get(day_key(day), nothing), strict=False)
        different = [
            f"{name}: {lake} in final, {there} in the warehouse" for name, lake, there in pairs if lake != there
        ]
        if different:
            found[day] = "; ".join(different)
    return found


def _ensure_view(session: PostgresSession) -> None:
    """Make the view, unless it is there as the file has it: making it anew would hold up its readers."""
    select = read_query(VIEW_SQL, "postgres").sql
    digest = hashlib.sha256(select.encode()).hexdigest()
    if session.fetch("SELECT obj_description(to_regclass(%s), 'pg_class')", [warehouse.VIEW]) != [(digest,)]:
        session.execute(f'DROP VIEW IF EXISTS "{warehouse.VIEW}"')
        session.execute(f'CREATE VIEW "{warehouse.VIEW}" AS {select}')
        session.execute(f"COMMENT ON VIEW \"{warehouse.VIEW}\" IS '{digest}'")


def _outcomes(session: PostgresSession, table: Table) -> dict[date, TableDay]:
    lake_table = LAKE_TABLES[table.name].name.sql
    counts = dict(session.duck.execute(f"SELECT dt, count(*) FROM {lake_table} GROUP BY dt").fetchall())
    # What was found would have undone the load: here every check has passed.
    checks = {AGREEMENT: ""} if table in warehouse.FACTS else {}
    return {day: TableDay(rows=counts.get(day, 0), checks=checks) for day in session.days}


def _key(day: date | int) -> int:
    return day if isinstance(day, int) else day_key(day)
