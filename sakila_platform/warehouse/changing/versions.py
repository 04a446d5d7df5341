"""By which version of its contract the warehouse has the rows of a table's day: a ledger in the warehouse itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from sakila_platform.model.contracts import DATE, INSTANT, Column, Table, TableKind, text
from sakila_platform.model.naming import TableName
from sakila_platform.model.versions import contract_version
from sakila_platform.warehouse.star import LAYER, WarehouseStar

VERSIONS = "warehouse_versions"
_ROWS_AT_ONCE = 1_000


class VersionedSession(Protocol):
    """The part of a session that the ledger is kept by, on MySQL and on PostgreSQL."""

    def execute(self, sql: str, parameters: Sequence[object] = ..., /) -> object:
        """Run a statement in the run's transaction."""


def versions_table(star: WarehouseStar) -> Table:
    """The ledger's table. A day without a row was loaded before there was a ledger: its version is unknown."""
    return Table(
        name=TableName(LAYER, star.lake_dates.name.source, VERSIONS, star.lake_dates.name.business),
        kind=TableKind.EVENT,
        grain="One row per table and day that was loaded: by which version of the table's contract.",
        columns=(
            Column("table_name", text(64), "The table."),
            Column("day", DATE, "The day."),
            Column("version", text(64), "The fingerprint of the contract that made the rows."),
            Column("loaded_at", INSTANT, "When."),
        ),
        primary_key=("table_name", "day"),
    )


def note_versions(
    session: VersionedSession, tables: Sequence[Table], days: Sequence[date], now: datetime | None = None
) -> None:
    """Note these tables' days as loaded by their contracts as they are now, in the run's transaction.

    `now` is by the shop's clock; without it the server's own counts.
    """
    names = [table.name.table for table in tables]
    session.execute(
        f"DELETE FROM {VERSIONS} WHERE table_name IN ({', '.join(['%s'] * len(names))}) AND day BETWEEN %s AND %s",
        [*names, days[0], days[-1]],
    )
    at = "CURRENT_TIMESTAMP" if now is None else "%s"
    rows = _rows(tables, days)
    for some in (rows[n : n + _ROWS_AT_ONCE] for n in range(0, len(rows), _ROWS_AT_ONCE)):
        marks = ", ".join([f"(%s, %s, %s, {at})"] * len(some))
        values = [value for row in some for value in (row if now is None else (*row, now))]
        session.execute(f"INSERT INTO {VERSIONS} (table_name, day, version, loaded_at) VALUES {marks}", values)


def noting_statements(tables: Sequence[Table], days: Sequence[date]) -> list[str]:
    """The same as text, for a server that takes no parameters: names, days and hexadecimal digits, nothing of a row."""
    names = ", ".join(f"'{table.name.table}'" for table in tables)
    rows = ", ".join(
        f"('{name}', '{day}', '{version}', CURRENT_TIMESTAMP)" for name, day, version in _rows(tables, days)
    )
    return [
        f"DELETE FROM {VERSIONS} WHERE table_name IN ({names}) AND day BETWEEN '{days[0]}' AND '{days[-1]}'",
        f"INSERT INTO {VERSIONS} (table_name, day, version, loaded_at) VALUES {rows}",
    ]


def _rows(tables: Sequence[Table], days: Sequence[date]) -> list[tuple[str, date, str]]:
    versions = {table.name.table: contract_version(table) for table in tables}
    return [(name, day, version) for name, version in versions.items() for day in days]
