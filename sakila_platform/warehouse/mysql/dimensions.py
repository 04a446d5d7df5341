"""Dimensions into the warehouse: with history where it is kept, as last captured where it is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import pyarrow as pa

from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.model.contracts import Table
from sakila_platform.model.days import day_key, day_of_key
from sakila_platform.warehouse import history
from sakila_platform.warehouse.carried import Carried, Partial, lacking, read, written
from sakila_platform.warehouse.history import Changes
from sakila_platform.warehouse.mysql.session import WarehouseSession
from sakila_platform.warehouse.newest import newest_rows, owners_without_rows
from sakila_platform.warehouse.star import LEDGER, Dimension


def load_dimension(session: WarehouseSession, dimension: Dimension) -> Changes:
    """Bring a dimension's versions up to date with the run's days. Returns what changed.

    Versions of vanished members are still there: facts of the run's days may point at them until those are replaced.
    """
    loaded = set(loaded_days(session, dimension.warehouse))
    stored = session.stored(dimension.warehouse)
    name = dimension.lake.name
    session.view_lake(dimension.lake, session.days)
    of_run = session.attributes_carried[dimension.warehouse.name] = session.carried(dimension, session.days)
    before = _carried_before(session, dimension, loaded)
    lacked = lacking(dimension, [*of_run.values(), *before.kinds])
    partial = Partial(dimension, lacked, {**before.by_day(), **of_run}) if lacked else None
    session.view_captures(dimension, name.sql, session.days, loaded, partial)
    is_newer = not loaded or max(loaded) < session.days[0]
    if is_newer and not (partial and history.is_unsure(session.duck, dimension, stored, partial)):
        changes = history.appended(session.duck, dimension, stored, partial)
    else:
        if partial and any(before.by_day().get(day, kind) != kind for day, kind in of_run.items()):
            # What a capture tells is more than its values: it no longer lacks an attribute, or lacks one now.
            members = history.all_members(session.duck, dimension, stored)
        else:
            members = history.changed_members(session.duck, dimension, stored)
        if not members:
            return history.no_changes(dimension)
        days = sorted({*loaded, *session.days})
        session.view_lake(dimension.lake, days)
        listed = ", ".join(str(int(member)) for member in members)
        relation = f"(SELECT * FROM {name.sql} WHERE {dimension.id} IN ({listed}))"
        session.view_captures(dimension, relation, days, loaded, partial)
        changes = history.rebuilt(session.duck, dimension, stored, members, partial)
        session.view_lake(dimension.lake, session.days)
    session.replace_owned(dimension.warehouse, dimension.id, changes.members, changes.versions)
    return changes


def load_newest(session: WarehouseSession, lake_table: Table, table: Table) -> None:
    """Bring a table that is kept as last captured up to date with the run's days."""
    name, owner = lake_table.name, table.primary_key[0]
    stored = session.stored(table)
    session.view_lake(lake_table, session.days)
    without_rows = owners_without_rows(session.duck, table, stored, name.sql, pa.array(session.days, pa.date32()))
    captures = name.sql
    if without_rows:
        session.view_lake(lake_table, sorted({*loaded_days(session, table), *session.days}))
        listed = ", ".join(str(int(member)) for member in without_rows)
        first, last = session.days[0], session.days[-1]
        captures = f"(SELECT * FROM {name.sql} WHERE dt BETWEEN '{first}' AND '{last}' OR {owner} IN ({listed}))"
    owners, rows = newest_rows(session.duck, table, stored, captures, without_rows)
    session.view_lake(lake_table, session.days)
    session.replace_owned(table, owner, owners, rows)


def put_members(session: WarehouseSession, lake_table: Table, table: Table) -> None:
    """Bring a dimension that is not captured day by day up to date with the members that the run's days name."""
    key, columns = table.primary_key[0], ", ".join(table.column_names)
    session.view_lake(lake_table, session.days)
    newest = session.duck.execute(
        f"SELECT {columns} FROM {lake_table.name.sql} "
        f"QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY dt DESC) = 1 ORDER BY {key}"
    )
    load_batches(session.connection, table.name.table, newest.to_arrow_reader(), replace=True)


def view_versions(session: WarehouseSession, dimensions: Sequence[Dimension]) -> None:
    """Make the versions, as they are now in the transaction, readable in DuckDB under the warehouse's name."""
    for dimension in dimensions:
        name = dimension.warehouse.name
        session.duck.execute(f"CREATE SCHEMA IF NOT EXISTS {name.database}")
        session.duck.register("versions_read", session.stored(dimension.warehouse))
        session.duck.execute(f"CREATE OR REPLACE TABLE {name.sql} AS FROM versions_read")


def loaded_days(session: WarehouseSession, table: Table) -> list[date]:
    """The days that the warehouse has loaded of a table, in calendar order."""
    rows = session.fetch(f"SELECT date_key FROM {LEDGER} WHERE table_name = %s ORDER BY date_key", [table.name.table])
    return [day_of_key(key) for (key,) in rows]


def write_ledger(session: WarehouseSession, table: Table, rows: dict[date, int]) -> None:
    """Note the run's days of a table as loaded, with the lake's row counts, and what captures of them carried."""
    now = session.clock.now().replace(tzinfo=None)
    held = {day: written(names) for day, names in session.attributes_carried.get(table.name, {}).items()}
    with session.connection.cursor() as cursor:
        cursor.executemany(
            f"REPLACE INTO {LEDGER} (table_name, date_key, row_count, carried, loaded_at) VALUES (%s, %s, %s, %s, %s)",
            [(table.name.table, day_key(day), count, held.get(day), now) for day, count in rows.items()],
        )


@dataclass(frozen=True)
class _Before:
    """What captures of the days that are loaded carried: which sets there are, and, when asked for, of each day."""

    kinds: frozenset[frozenset[str]]
    by_day: Callable[[], Carried]


def _carried_before(session: WarehouseSession, dimension: Dimension, loaded: Collection[date]) -> _Before:
    """What the ledger says of the days; those that it was not told of are looked at in the lake, once."""
    name = dimension.warehouse.name.table
    kinds = session.fetch(f"SELECT DISTINCT carried FROM {LEDGER} WHERE table_name = %s", [name])

    @cache
    def by_day() -> Carried:
        rows = session.fetch(f"SELECT date_key, carried FROM {LEDGER} WHERE table_name = %s", [name])
        return {day_of_key(key): read(held) for key, held in rows}

    if any(held is None for (held,) in kinds):
        untold = session.fetch(f"SELECT date_key FROM {LEDGER} WHERE table_name = %s AND carried IS NULL", [name])
        found = session.carried(dimension, [day_of_key(key) for (key,) in untold])
        for day, names in found.items():
            session.execute(
                f"UPDATE {LEDGER} SET carried = %s WHERE table_name = %s AND date_key = %s",
                [written(names), name, day_key(day)],
            )
        kinds = session.fetch(f"SELECT DISTINCT carried FROM {LEDGER} WHERE table_name = %s", [name])
    return _Before(frozenset(read(held) for (held,) in kinds), by_day)
