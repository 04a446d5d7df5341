"""Dimensions into the warehouse: with history where it is kept, as last captured where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sakila_platform.contracts import Table
from sakila_platform.days import day_key
from sakila_platform.engine import history
from sakila_platform.engine.history import Dimension
from sakila_platform.engine.newest import newest_rows
from sakila_platform.engine.warehouse_session import WarehouseSession


def load_dimension(session: WarehouseSession, dimension: Dimension) -> tuple[int, ...]:
    """Bring a dimension's versions up to date with the run's days. Returns the members whose versions changed."""
    loaded = loaded_days(session, dimension.warehouse)
    stored = session.stored(dimension.warehouse)
    session.view_lake(dimension.lake.name, session.days)
    captures = session.captures(dimension.lake.name, dimension.lake.name.sql)
    if not loaded or loaded[-1] < session.days[0]:
        changes = history.appended(session.duck, dimension, stored, captures)
    else:
        members = history.suspects(session.duck, dimension, stored, captures)
        if not members:
            return ()
        session.view_lake(dimension.lake.name, sorted({*loaded, *session.days}))
        listed = ", ".join(str(int(member)) for member in members)
        relation = f"(SELECT * FROM {dimension.lake.name.sql} WHERE {dimension.id} IN ({listed}))"
        captures = session.captures(dimension.lake.name, relation)
        changes = history.rebuilt(session.duck, dimension, stored, captures)
        session.view_lake(dimension.lake.name, session.days)
    session.replace_owned(dimension.warehouse, dimension.id, changes.members, changes.versions)
    return changes.members


def load_newest(session: WarehouseSession, lake_table: Table, table: Table) -> None:
    """Bring a table that is kept as last captured up to date with the run's days."""
    session.view_lake(lake_table.name, session.days)
    owners, rows = newest_rows(session.duck, table, session.stored(table), lake_table.name.sql)
    session.replace_owned(table, table.primary_key[0], owners, rows)


def view_versions(session: WarehouseSession, dimensions: Sequence[Dimension]) -> None:
    """Make the versions, as they are now in the transaction, readable in DuckDB under the warehouse's name."""
    for dimension in dimensions:
        name = dimension.warehouse.name
        session.duck.execute(f"CREATE SCHEMA IF NOT EXISTS {name.database}")
        session.duck.register("versions_read", session.stored(dimension.warehouse))
        session.duck.execute(f"CREATE OR REPLACE TABLE {name.sql} AS FROM versions_read")


def loaded_days(session: WarehouseSession, table: Table) -> list[date]:
    """The days that the warehouse has loaded of a table, in calendar order."""
    rows = session.fetch("SELECT date_key FROM load_ledger WHERE table_name = %s ORDER BY date_key", [table.name.table])
    return [date(key // 10_000, key // 100 % 100, key % 100) for (key,) in rows]


def write_ledger(session: WarehouseSession, table: Table, rows: dict[date, int]) -> None:
    """Note the run's days of a table as loaded, with the lake's row counts."""
    now = session.clock.now().replace(tzinfo=None)
    with session.connection.cursor() as cursor:
        cursor.executemany(
            "REPLACE INTO load_ledger (table_name, date_key, row_count, loaded_at) VALUES (%s, %s, %s, %s)",
            [(table.name.table, day_key(day), count, now) for day, count in rows.items()],
        )
