"""The rental star into the warehouse: what is loaded, in which order, and how a rental's snapshot accumulates.

`fact_rental` is an accumulating snapshot (design rule 12): a run replaces its days' rows in the three facts, then works
out return, lateness and amount again for every rental that an old or a new row touched, on whatever day it was taken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date

from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Kind, Table
from sakila_platform.model.days import Clock
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform.model.queries import SQL_FOLDER, read_query
from sakila_platform.rentals import star
from sakila_platform.rentals import warehouse_star as warehouse
from sakila_platform.warehouse.deferred_indexes import ROWS_WORTH_IT, ensure_indexes, indexes_deferred
from sakila_platform.warehouse.history import Changes, Dimension
from sakila_platform.warehouse.lake_of_warehouse import belonging
from sakila_platform.warehouse.load_audit import AGREEMENT, audit_fact, audit_members
from sakila_platform.warehouse.load_dimensions import (
    load_dimension,
    load_newest,
    loaded_days,
    view_versions,
    write_ledger,
)
from sakila_platform.warehouse.load_facts import delete_days, forget_vanished, has_rows, load_fact, point_at_changed
from sakila_platform.warehouse.mysql_session import WarehouseSession, warehouse_session

_ROWS = SQL_FOLDER / "rentals" / "warehouse" / "rows"
_MERGE = SQL_FOLDER / "rentals" / "warehouse" / "merge"
LAKE_TABLES = {table.name.in_layer("warehouse"): table for table in star.DAILY_TABLES}
DIMENSIONS = tuple(Dimension(LAKE_TABLES[table.name], table) for table in warehouse.DAILY_TABLES if table.keeps_history)
FACTS = tuple(table for table in warehouse.DAILY_TABLES if table.kind is Kind.FACT)
BELONGING = belonging("rentals", star.DIM_DATE.name)
EVERYTHING = (*warehouse.DAILY_TABLES, warehouse.DIM_DATE, warehouse.LOAD_LEDGER, BELONGING.record)
"""All tables of the warehouse."""
EnsureDates = Callable[[WarehouseSession], None]


@dataclass(frozen=True)
class Loading:
    """What a load works with: the warehouse's connection, the lake, the clock, and who makes sure of dim_date."""

    connection: Connection
    lake: Lake
    clock: Clock
    ensure_dates: EnsureDates


def load_days(loading: Loading, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Load these tables for these consecutive days in one transaction. Returns an outcome per table and day.

    Changes nothing and raises PlatformError when the lake lacks a day, LoadRefused when a check would fail.
    """
    selected = {table.name for table in tables}
    with (
        warehouse_session(loading.connection, loading.lake, EVERYTHING, days, loading.clock) as session,
        _with_indexes_afterwards(session, selected),
        session.transaction(),
    ):
        BELONGING.require_own(session, loaded_days(session, warehouse.DIM_FILM), star.DIM_FILM.name)
        loading.ensure_dates(session)
        has_other_days = _has_facts_on_other_days(session)
        _create_touched(session)
        changed = _load_dimensions(session, selected)
        _load_facts(session, [fact for fact in FACTS if fact.name in selected], has_other_days)
        # Rows that were there before this run; its own have been loaded with the versions as they are now.
        keeps_rows = has_other_days or not selected.issuperset(fact.name for fact in FACTS)
        for dimension, changes in changed:
            if keeps_rows:
                point_at_changed(session, FACTS, dimension, changes.moved)
            forget_vanished(session, FACTS, dimension, changes.vanished)
        if keeps_rows:
            _touch_rentals_of_films(session, {dimension: changes.moved for dimension, changes in changed})
            _recompute_touched(session)
        return {table.name: _outcomes(session, table, has_other_days) for table in tables}


def _with_indexes_afterwards(session: WarehouseSession, selected: Collection[TableName]) -> AbstractContextManager:
    if _is_long_first_load(session, selected):
        return indexes_deferred(session.connection, FACTS)
    ensure_indexes(session.connection, FACTS)
    return nullcontext()


def _is_long_first_load(session: WarehouseSession, selected: Collection[TableName]) -> bool:
    # With a fact that has rows already, what the run works out again would look for them by an index.
    if not {fact.name for fact in FACTS}.issubset(selected) or any(has_rows(session, fact) for fact in FACTS):
        return False
    for fact in FACTS:
        session.view_lake(LAKE_TABLES[fact.name], session.days)
    counts = " + ".join(f"(SELECT count(*) FROM {LAKE_TABLES[fact.name].name.sql})" for fact in FACTS)
    (rows,) = session.duck.execute(f"SELECT {counts}").fetchone() or (0,)
    return bool(rows >= ROWS_WORTH_IT)


def _load_dimensions(session: WarehouseSession, selected: set[TableName]) -> list[tuple[Dimension, Changes]]:
    changed = [(d, load_dimension(session, d)) for d in DIMENSIONS if d.warehouse.name in selected]
    for table in (warehouse.DIM_ACTOR, warehouse.BRIDGE_FILM_ACTOR):
        if table.name in selected:
            load_newest(session, LAKE_TABLES[table.name], table)
    return changed


def _load_facts(session: WarehouseSession, facts: Sequence[Table], has_other_days: bool) -> None:
    view_versions(session, DIMENSIONS)
    # A rental's row is made from all three facts of the lake.
    for fact in FACTS if warehouse.FACT_RENTAL in facts else facts:
        session.view_lake(LAKE_TABLES[fact.name], session.days)
    if has_other_days:
        _touch_rentals_of_days(session)
        if warehouse.FACT_PAYMENT in facts:
            _touch_rentals_of_arriving_payments(session)
    for fact in facts:
        delete_days(session, fact)
    for fact in facts:
        load_fact(session, fact, read_query(_ROWS / f"{fact.name.table}.sql", "duckdb"))
    if has_other_days or len(facts) < len(FACTS):
        _touch_rentals_of_days(session)


def _has_facts_on_other_days(session: WarehouseSession) -> bool:
    for fact in FACTS:
        day = fact.day_columns[0]
        ((first, last),) = session.fetch(f"SELECT MIN(`{day}`), MAX(`{day}`) FROM `{fact.name.table}`")
        if first is not None and (first < session.first_key or last > session.last_key):
            return True
    return False


def _create_touched(session: WarehouseSession) -> None:
    for table in ("touched_rental", "touched_amount"):
        session.execute(f"DROP TEMPORARY TABLE IF EXISTS {table}")
    session.execute("CREATE TEMPORARY TABLE touched_rental (rental_id INT PRIMARY KEY)")
    session.execute("CREATE TEMPORARY TABLE touched_amount (rental_id INT PRIMARY KEY, amount DECIMAL(10,2) NOT NULL)")


def _touch_rentals_of_days(session: WarehouseSession) -> None:
    for fact in FACTS:
        session.execute(
            f"INSERT IGNORE INTO touched_rental SELECT rental_id FROM `{fact.name.table}` "
            f"WHERE `{fact.day_columns[0]}` BETWEEN %s AND %s AND rental_id IS NOT NULL",
            [session.first_key, session.last_key],
        )


def _touch_rentals_of_arriving_payments(session: WarehouseSession) -> None:
    """A payment that stood on another day, perhaps for another rental, gives way: that rental is touched too."""
    session.execute("CREATE TEMPORARY TABLE arriving_payment (payment_id INT PRIMARY KEY)")
    arriving = session.duck.execute(f"SELECT DISTINCT payment_id FROM {star.FACT_PAYMENT.name.sql} ORDER BY payment_id")
    load_batches(session.connection, "arriving_payment", arriving.to_arrow_reader())
    session.execute(
        "INSERT IGNORE INTO touched_rental SELECT fact_payment.rental_id FROM arriving_payment "
        "INNER JOIN fact_payment ON arriving_payment.payment_id = fact_payment.payment_id "
        "WHERE fact_payment.rental_id IS NOT NULL"
    )
    session.execute("DROP TEMPORARY TABLE arriving_payment")


def _touch_rentals_of_films(session: WarehouseSession, changed: Mapping[Dimension, tuple[int, ...]]) -> None:
    """Lateness follows the film version's rental duration."""
    for dimension, members in changed.items():
        if dimension.warehouse is warehouse.DIM_FILM and members:
            marks = ", ".join(["%s"] * len(members))
            session.execute(
                "INSERT IGNORE INTO touched_rental SELECT fact_rental.rental_id FROM dim_film "
                "INNER JOIN fact_rental ON fact_rental.film_key = dim_film.film_key "
                f"WHERE dim_film.film_id IN ({marks})",
                members,
            )


def _recompute_touched(session: WarehouseSession) -> None:
    for name in ("touched_amounts", "recompute_rentals"):
        session.execute((_MERGE / f"{name}.sql").read_text(encoding="utf-8"))


def _outcomes(session: WarehouseSession, table: Table, has_other_days: bool) -> dict[date, TableDay]:
    lake_table = LAKE_TABLES[table.name]
    counts = dict(session.duck.execute(f"SELECT dt, count(*) FROM {lake_table.name.sql} GROUP BY dt").fetchall())
    rows = {day: counts.get(day, 0) for day in session.days}
    if table.kind is Kind.FACT:
        audit_fact(session, table, lake_table, is_alone=not has_other_days)
    else:
        audit_members(session, table)
    write_ledger(session, table, rows)
    # What was found would have undone the load: here every check has passed.
    checks = {AGREEMENT: ""} if table.kind is Kind.FACT else {}
    return {day: TableDay(rows=count, checks=checks) for day, count in rows.items()}
