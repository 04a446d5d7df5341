"""A star into its warehouse on MySQL: days loaded in one transaction, and the warehouse emptied for another lake.

It knows no table by name. What a table is made of, and what accumulates, the star declares (design rules 10 to 12).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from itertools import chain

from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.lake.file_columns import require_contract
from sakila_platform.lake.files import Lake
from sakila_platform.lake.published_years import PublishYear
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.days import Clock, day_of_key
from sakila_platform.model.naming import TableName, day_partition
from sakila_platform.model.outcomes import Outcomes, TableDay, unreported, with_table_changes
from sakila_platform.warehouse.changing.migrations import MIGRATIONS, migrations_of
from sakila_platform.warehouse.changing.versions import note_versions
from sakila_platform.warehouse.history import Changes
from sakila_platform.warehouse.lake_of_warehouse import belonging, whole_days
from sakila_platform.warehouse.load_rules import AGREEMENT
from sakila_platform.warehouse.mysql.accumulating import Touched
from sakila_platform.warehouse.mysql.audit import audit_fact, audit_members
from sakila_platform.warehouse.mysql.dates import ensure_dates, load_year
from sakila_platform.warehouse.mysql.deferred_indexes import ROWS_WORTH_IT, ensure_indexes, indexes_deferred
from sakila_platform.warehouse.mysql.dimensions import (
    load_dimension,
    load_newest,
    put_members,
    view_versions,
    write_ledger,
)
from sakila_platform.warehouse.mysql.facts import (
    delete_days,
    forget_vanished,
    has_rows,
    load_fact,
    point_at_changed,
)
from sakila_platform.warehouse.mysql.session import WarehouseSession, tables_on_mysql, warehouse_session
from sakila_platform.warehouse.mysql.table_definitions import tried_on_a_copy
from sakila_platform.warehouse.rows import rows_query
from sakila_platform.warehouse.star import AS_OF_DATE, LEDGER, Dimension, WarehouseStar


@dataclass(frozen=True)
class Loading:
    """What a load works with: star, connection to the warehouse, lake, clock, and who publishes a year of dates.

    `report` is called with a line for each change of a table, as soon as it is made.
    """

    star: WarehouseStar
    connection: Connection
    lake: Lake
    clock: Clock
    publish_year: PublishYear
    report: Callable[[str], None] = unreported


@dataclass(frozen=True)
class _Run:
    """The tables of a star that a session loads."""

    session: WarehouseSession
    star: WarehouseStar
    selected: frozenset[TableName]
    has_other_days: bool
    """Whether a fact had rows of other days before the run."""

    @property
    def facts(self) -> list[Table]:
        """The facts of the run."""
        return [fact for fact in self.star.facts if fact.name in self.selected]

    @property
    def keeps_rows(self) -> bool:
        """Whether rows stay that were there before; those of the run come with the versions as they are now."""
        return self.has_other_days or len(self.facts) < len(self.star.facts)

    @property
    def touched(self) -> list[Touched]:
        """The rows to be worked out again, of each accumulating fact."""
        return [Touched(self.session, self.star, each) for each in self.star.accumulating]


def load_days(loading: Loading, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Load these tables for these consecutive days in one transaction. Returns an outcome per table and day.

    Changes nothing and raises PlatformError when the lake lacks a day, LoadRefused when a check would fail.
    """
    star, selected = loading.star, frozenset(table.name for table in tables)
    with (
        warehouse_session(loading.connection, loading.lake, star, days, loading.clock) as session,
        _with_indexes_afterwards(session, star, selected),
        _reporting(session, loading.report),
        session.transaction(),
    ):
        belonging(star).require_own(session, lambda: _days_loaded(session, star))
        ensure_dates(session, star.lake_dates, loading.publish_year)
        run = _Run(session, star, selected, _has_facts_on_other_days(session, star))
        for touched in run.touched:
            touched.create()
        changed = _load_dimensions(run)
        _load_facts(run)
        for dimension, changes in changed.items():
            if run.keeps_rows:
                point_at_changed(session, star.facts, dimension, changes.moved)
            forget_vanished(session, star.facts, dimension, changes.vanished)
        if run.keeps_rows:
            for touched in run.touched:
                touched.by_versions({dimension: changes.moved for dimension, changes in changed.items()})
                touched.work_out()
        outcomes = {table.name: _outcomes(run, table) for table in tables}
        note_versions(session, tables, session.days, session.clock.now().replace(tzinfo=None))
        return with_table_changes(outcomes, session.changes)


def refill(loading: Loading) -> list[date]:
    """Empty the warehouse and note the lake as its own. Returns the days to be loaded next, as the lake has them.

    Changes nothing and raises PlatformError when another contract wrote one of those days: it could not be loaded; or
    when the lake has none, and the warehouse has.
    """
    star, lake, tables = loading.star, loading.lake, tables_on_mysql(loading.star)
    days = whole_days(lake, [table.name for table in star.lake_tables])
    for table in star.lake_tables:
        require_contract(lake, table, [day_partition(day) for day in days])
    with warehouse_session(loading.connection, lake, star, [], loading.clock) as session, session.transaction():
        if not days:
            belonging(star).require_empty(session, lambda: _days_loaded(session, star))
        for table in (table for table in reversed(tables) if table.name.table != MIGRATIONS):
            session.execute(f"DELETE FROM `{table.name.table}`")
        belonging(star).note(session)
        for partition in lake.partitions(star.lake_dates.name):
            load_year(loading.connection, lake, star.lake_dates, int(partition.partition("=")[2]))
    return days


def migrate(loading: Loading, *, dry_run: bool) -> list[str]:
    """What a load does to the tables before its rows, done by itself, or tried on empty copies of them. A line each."""
    star, connection = loading.star, loading.connection
    if dry_run:
        tried = tried_on_a_copy(connection, tables_on_mysql(star), migrations_of(star.domain))
        return list(chain.from_iterable(tried.values()))
    with warehouse_session(connection, loading.lake, star, [], loading.clock) as session:
        built = ensure_indexes(connection, star.tables)
        return list(chain.from_iterable([*session.changes.values(), *built.values()]))


def _days_loaded(session: WarehouseSession, star: WarehouseStar) -> Mapping[TableName, list[date]]:
    found: dict[TableName, list[date]] = {}
    lake = {table.name.table: table.name for table in star.lake_tables}
    for table, key in session.fetch(f"SELECT table_name, date_key FROM {LEDGER} ORDER BY date_key"):
        if table in lake:
            found.setdefault(lake[table], []).append(day_of_key(key))
    return found


def _with_indexes_afterwards(
    session: WarehouseSession, star: WarehouseStar, selected: Collection[TableName]
) -> AbstractContextManager:
    if _is_long_first_load(session, star, selected):
        return indexes_deferred(session.connection, star.facts)
    for table, lines in ensure_indexes(session.connection, star.tables).items():
        session.changes.setdefault(table, []).extend(lines)
    return nullcontext()


@contextmanager
def _reporting(session: WarehouseSession, report: Callable[[str], None]) -> Iterator[None]:
    """Report what was changed before the transaction, whatever becomes of that."""
    for line in chain.from_iterable(session.changes.values()):
        report(line)
    yield


def _is_long_first_load(session: WarehouseSession, star: WarehouseStar, selected: Collection[TableName]) -> bool:
    # With a fact that has rows already, what the run works out again would look for them by an index.
    if not {fact.name for fact in star.facts}.issubset(selected) or any(has_rows(session, f) for f in star.facts):
        return False
    lake = [star.lake_table(fact) for fact in star.facts]
    for table in lake:
        session.view_lake(table, session.days)
    (rows,) = session.duck.execute(
        f"SELECT {' + '.join(f'(SELECT count(*) FROM {table.name.sql})' for table in lake) or 0}"
    ).fetchone() or (0,)
    return bool(rows >= ROWS_WORTH_IT)


def _load_dimensions(run: _Run) -> dict[Dimension, Changes]:
    session, star = run.session, run.star
    changed = {d: load_dimension(session, d) for d in star.dimensions if d.warehouse.name in run.selected}
    for table in star.members:
        if table.name in run.selected:
            load = load_newest if AS_OF_DATE in table.column_names else put_members
            load(session, star.lake_table(table), table)
    return changed


def _load_facts(run: _Run) -> None:
    session, star, facts = run.session, run.star, run.facts
    view_versions(session, star.dimensions)
    queries = {fact: rows_query(star, fact) for fact in facts}
    read = {name for query in queries.values() for name in query.lake_inputs}
    for name in sorted(read & star.lake_names.keys() | {star.lake_table(fact).name for fact in facts}):
        session.view_lake(star.lake_names[name], session.days)
    if run.has_other_days:
        for touched in run.touched:
            touched.by_days()
            touched.by_arriving(run.selected)
    for fact in facts:
        delete_days(session, fact)
    for fact, query in queries.items():
        load_fact(session, fact, star.lake_table(fact), query)
    if run.keeps_rows:
        for touched in run.touched:
            touched.by_days()


def _has_facts_on_other_days(session: WarehouseSession, star: WarehouseStar) -> bool:
    for fact in star.facts:
        day = fact.day_columns[0]
        ((first, last),) = session.fetch(f"SELECT MIN(`{day}`), MAX(`{day}`) FROM `{fact.name.table}`")
        if first is not None and (first < session.first_key or last > session.last_key):
            return True
    return False


def _outcomes(run: _Run, table: Table) -> dict[date, TableDay]:
    session, lake_table = run.session, run.star.lake_table(table)
    counts = dict(session.duck.execute(f"SELECT dt, count(*) FROM {lake_table.name.sql} GROUP BY dt").fetchall())
    rows = {day: counts.get(day, 0) for day in session.days}
    if table.kind is TableKind.FACT:
        audit_fact(session, table, lake_table, is_alone=not run.has_other_days)
    else:
        versioned = {dimension.warehouse.name: dimension for dimension in run.star.dimensions}
        audit_members(session, table, versioned.get(table.name))
    write_ledger(session, table, rows)
    # What was found would have undone the load: here every check has passed.
    checks = {AGREEMENT: ""} if table.kind is TableKind.FACT else {}
    return {day: TableDay(rows=count, checks=checks) for day, count in rows.items()}
