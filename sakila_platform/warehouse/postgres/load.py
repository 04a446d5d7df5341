"""A star into its warehouse on PostgreSQL: what is loaded, in which order, and what is checked first.

One transaction per run: dimensions' rows are put in or brought up to date, the run's days of both facts give way to the
lake's by COPY, dates are made sure of, and all of it is audited before anybody sees it. It knows no table by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.file_columns import by_contract, require_contract
from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import PublishYear
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.days import day_key, day_of_key
from sakila_platform.model.naming import TableName, data_file, day_partition, year_partition
from sakila_platform.model.outcomes import LoadRefused, Outcomes, TableDay, unreported, with_table_changes
from sakila_platform.warehouse.changing.migrations import MIGRATIONS, migrations_table
from sakila_platform.warehouse.changing.versions import note_versions, versions_table
from sakila_platform.warehouse.lake_of_warehouse import belonging, whole_days
from sakila_platform.warehouse.load_questions import LoadQuestions
from sakila_platform.warehouse.load_rules import AGREEMENT, CONTRACT, faults_by_rule
from sakila_platform.warehouse.postgres.session import PostgresSession, listed, make_tables, postgres_session
from sakila_platform.warehouse.rows import date_keys, rows_query, view_query
from sakila_platform.warehouse.star import CAPTURED_AT, WarehouseStar

_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Loading:
    """What a load works with: the star, the warehouse's connection, the lake, and who publishes a year of dates there.

    `report` is called with a line for each change of a table, once that is so.
    Raises ValueError for a star of which PostgreSQL keeps no history.
    """

    star: WarehouseStar
    connection: psycopg.Connection
    lake: Lake
    publish_year: PublishYear
    report: Callable[[str], None] = unreported

    def __post_init__(self) -> None:
        """Refuse a star that needs what is written for MySQL alone."""
        if self.star.accumulating or any(CAPTURED_AT in table.column_names for table in self.star.lake_tables):
            raise ValueError(f"The star of {self.star.domain} has history or accumulates: its warehouse is on MySQL.")


def tables_on_postgres(star: WarehouseStar) -> tuple[Table, ...]:
    """All tables of a star's warehouse on PostgreSQL."""
    return (*star.tables, star.dates, belonging(star).record, versions_table(star), migrations_table(star))


def load_days(loading: Loading, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Load these tables for these consecutive days in one transaction. Returns an outcome per table and day.

    Changes nothing and raises PlatformError when the lake lacks a day, LoadRefused when a check would fail.
    """
    star, facts = loading.star, [table for table in tables if table.kind is TableKind.FACT]
    with _session(loading, tables_on_postgres(star), days) as session:
        belonging(star).require_own(session, lambda: _days_loaded(session, star))
        for lake_table in _read(star, tables):
            session.view_lake(lake_table)
        for year in _years_named(session, star, facts):
            _put_year(session, year, loading)
        for dimension in (table for table in tables if table.kind is not TableKind.FACT):
            _put_members(session, dimension, star.lake_table(dimension))
        for fact in facts:
            _replace_days(session, star, fact)
        for fact in facts:
            _audit(session, fact, star.lake_table(fact))
        outcomes = {table.name: _outcomes(session, table, star.lake_table(table)) for table in tables}
        note_versions(session, tables, session.days)
        return with_table_changes(outcomes, session.changes)


def load_year(loading: Loading, year: int) -> int:
    """Put the lake's year of dim_date into the warehouse, published there first when it is not. Returns its rows."""
    with _session(loading, [loading.star.dates], []) as session:
        return _put_year(session, year, loading)


def refill(loading: Loading) -> list[date]:
    """Empty the warehouse and note the lake as its own. Returns the days to be loaded next, as the lake has them.

    Changes nothing and raises PlatformError when another contract wrote one of those days: it could not be loaded; or
    when the lake has none, and the warehouse has.
    """
    star, tables = loading.star, tables_on_postgres(loading.star)
    days = whole_days(loading.lake, [table.name for table in star.lake_tables])
    for table in star.lake_tables:
        require_contract(loading.lake, table, [day_partition(day) for day in days])
    with _session(loading, tables, []) as session:
        if not days:
            belonging(star).require_empty(session, lambda: _days_loaded(session, star))
        for table in (table for table in reversed(tables) if table.name.table != MIGRATIONS):
            session.execute(f'DELETE FROM "{table.name.table}"')
        belonging(star).note(session)
        for partition in loading.lake.partitions(star.lake_dates.name):
            _put_year(session, int(partition.partition("=")[2]), loading)
    return days


def migrate(loading: Loading, *, dry_run: bool) -> list[str]:
    """What a load does to the tables before its rows, done by itself, or tried on empty copies of them. A line each."""
    star, tables = loading.star, tables_on_postgres(loading.star)
    if not dry_run:
        with _session(loading, tables, []) as session:
            return list(chain.from_iterable(session.changes.values()))
    with loading.connection.transaction(force_rollback=True), open_duckdb() as duck:
        session = PostgresSession(loading.connection, duck, loading.lake, ())
        ((schema,),) = session.fetch("SELECT current_schema()")
        there = session.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        indexes = session.fetch(
            r"SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'ix%'"
        )
        session.execute("CREATE SCHEMA dry_run")
        for (name,) in there:
            session.execute(f'CREATE TABLE dry_run."{name}" (LIKE "{schema}"."{name}" INCLUDING ALL)')
        # Copied with the table, they would have names of the server's own.
        for (definition,) in indexes:
            session.execute(definition.replace(f" ON {schema}.", " ON dry_run.", 1))
        if (MIGRATIONS,) in there:
            session.execute(f'INSERT INTO dry_run."{MIGRATIONS}" SELECT * FROM "{schema}"."{MIGRATIONS}"')
        session.execute("SET LOCAL search_path TO dry_run")
        make_tables(session, tables, star)
        return list(chain.from_iterable(session.changes.values()))


@contextmanager
def _session(loading: Loading, tables: Sequence[Table], days: Sequence[date]) -> Iterator[PostgresSession]:
    """A session in which the star's views are there wherever all of its tables are."""
    star = loading.star
    with postgres_session(loading.connection, loading.lake, tables, days, star) as session:
        there = {
            name for (name,) in session.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        }
        if there.issuperset(table.name.table for table in star.tables):
            for view in star.views:
                _ensure_view(session, star, view)
        yield session
    for line in chain.from_iterable(session.changes.values()):
        loading.report(line)


def _days_loaded(session: PostgresSession, star: WarehouseStar) -> Mapping[TableName, list[date]]:
    """The days that each fact has rows of. A day without any tells nothing of a lake."""
    found = {}
    for fact in star.facts:
        rows = session.fetch(f"SELECT DISTINCT {fact.day_columns[0]} FROM {fact.name.table} ORDER BY 1")
        found[star.lake_table(fact).name] = [day_of_key(day) if isinstance(day, int) else day for (day,) in rows]
    return found


def _read(star: WarehouseStar, tables: Sequence[Table]) -> list[Table]:
    """The tables of the lake that these are made of."""
    names = {star.lake_table(table).name for table in tables}
    for fact in (table for table in tables if table.kind is TableKind.FACT):
        names |= set(rows_query(star, fact).lake_inputs) & star.lake_names.keys()
    return [table for table in star.lake_tables if table.name in names]


def _put_year(session: PostgresSession, year: int, loading: Loading) -> int:
    lake_dates, dates = loading.star.lake_dates, loading.star.dates
    path = data_file(lake_dates.name, year_partition(year))
    if not session.lake.exists(path):
        loading.publish_year(session.lake, year)
    require_contract(session.lake, lake_dates, [year_partition(year)])
    held = pq.ParquetFile(pa.BufferReader(session.lake.read(path))).read()
    rows = by_contract(held, lake_dates).select(list(dates.column_names))
    _upsert(session, dates, rows.to_batches())
    return rows.num_rows


def _years_named(session: PostgresSession, star: WarehouseStar, facts: Sequence[Table]) -> list[int]:
    """The years of the days of the run and of its facts' rows that dim_date lacks, in the warehouse or in the lake."""
    years = {day.year for day in session.days}
    for lake_table in map(star.lake_table, facts):
        for column in date_keys(lake_table):
            named = session.duck.execute(f"SELECT DISTINCT {column} // 10000 FROM {lake_table.name.sql}")
            years |= {year for (year,) in named.fetchall() if year is not None}
    there = {year for (year,) in session.fetch(f"SELECT DISTINCT year FROM {star.dates.name.table}")}
    in_lake = session.lake.present(star.lake_dates.name, map(year_partition, years))
    there &= {year for year in years if year_partition(year) in in_lake}
    return sorted(years - there)


def _put_members(session: PostgresSession, dimension: Table, lake_table: Table) -> None:
    """Bring a dimension's rows up to date with the run's days, the newest of them first."""
    key, columns = dimension.primary_key[0], ", ".join(dimension.column_names)
    newest = session.duck.execute(
        f"SELECT {columns} FROM {lake_table.name.sql} "
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


def _replace_days(session: PostgresSession, star: WarehouseStar, fact: Table) -> None:
    of_days = LoadQuestions(fact, star.lake_table(fact)).of_days(session.days)
    session.execute(f'DELETE FROM "{fact.name.table}" WHERE {of_days}')
    rows = session.duck.execute(f"SELECT {', '.join(fact.column_names)} FROM ({rows_query(star, fact).sql}\n)")
    session.copy_in(fact.name.table, fact.column_names, rows.to_arrow_reader(_ROWS_AT_ONCE))


def _audit(session: PostgresSession, fact: Table, lake_table: Table) -> None:
    """Raise LoadRefused when a day breaks the fact's contract, or has other rows or sums than in the lake."""
    questions = LoadQuestions(fact, lake_table)
    sums = 1 + len(questions.summed)
    loaded = {_key(day): answers for day, *answers in session.fetch(questions.judged(session.days))}
    names = list(questions.conditions)
    broken = {day: faults_by_rule(names, loaded[key][sums:]) for day in session.days if (key := day_key(day)) in loaded}
    if refused := {day: what for day, what in broken.items() if what}:
        raise LoadRefused(fact.name, CONTRACT, refused)
    asked = session.duck.execute(questions.sums(lake_table.name.sql)).fetchall()
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


def _ensure_view(session: PostgresSession, star: WarehouseStar, view: str) -> None:
    """Make the view, unless it is there as the file has it: making it anew would hold up its readers."""
    select = view_query(star, view, "postgres").sql
    digest = hashlib.sha256(select.encode()).hexdigest()
    if session.fetch("SELECT obj_description(to_regclass(%s), 'pg_class')", [view]) != [(digest,)]:
        session.execute(f'DROP VIEW IF EXISTS "{view}"')
        session.execute(f'CREATE VIEW "{view}" AS {select}')
        session.execute(f"COMMENT ON VIEW \"{view}\" IS '{digest}'")


def _outcomes(session: PostgresSession, table: Table, lake_table: Table) -> dict[date, TableDay]:
    counts = dict(session.duck.execute(f"SELECT dt, count(*) FROM {lake_table.name.sql} GROUP BY dt").fetchall())
    # What was found would have undone the load: here every check has passed.
    checks = {AGREEMENT: ""} if table.kind is TableKind.FACT else {}
    return {day: TableDay(rows=counts.get(day, 0), checks=checks) for day in session.days}


def _key(day: date | int) -> int:
    return day if isinstance(day, int) else day_key(day)
