"""The table `user_purchase` of the source database, loaded from a CSV file of the retailer's: whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg
from psycopg import sql

from sakila_platform.databases.postgres.address import first_line
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table
from sakila_platform.model.ddl import postgres_ddl
from sakila_platform.reviews.purchases.lines import PurchaseFile
from sakila_platform.reviews.source import USER_PURCHASE

# As the retailer has it: no key, and anything may be missing.
PURCHASES = Table(
    name=USER_PURCHASE.name.in_layer("oltp"),
    kind=USER_PURCHASE.kind,
    grain="One row per line of an invoice; equal lines are there as often as they were entered.",
    columns=tuple(replace(c, nullable=True) for c in USER_PURCHASE.columns if c.name != "line_number"),
    primary_key=(),
    day_columns=USER_PURCHASE.day_columns,
)
_DAY_INDEX = "CREATE INDEX IF NOT EXISTS user_purchase_invoice_date ON user_purchase (invoice_date)"
_LINES_PER_WORD = 100_000


@dataclass(frozen=True)
class LoadedPurchases:
    """What a load put into the table: rows, the first and the last moment of purchase (None: no rows)."""

    rows: int
    first: datetime | None
    last: datetime | None


def ensure_purchases_table(connection: psycopg.Connection) -> None:
    """Create the table, and the index by which a day is found, where they are not there. Does not commit."""
    connection.execute(postgres_ddl(PURCHASES))
    connection.execute(_DAY_INDEX)


def has_purchases(connection: psycopg.Connection) -> bool:
    """Whether the table is there and has a row."""
    with connection.transaction():
        ensure_purchases_table(connection)
        row = connection.execute("SELECT EXISTS (SELECT FROM user_purchase)").fetchone()
    return bool(row and row[0])


def load_purchases(
    connection: psycopg.Connection, purchases: PurchaseFile, report: Callable[[str], None]
) -> LoadedPurchases:
    """Replace the table's rows by the file's, in one transaction: who reads meanwhile sees the old rows or the new.

    Raises PlatformError, naming lines, when a line can't be read; the table is then as it was.
    """
    try:
        with connection.transaction():
            ensure_purchases_table(connection)
            # Not TRUNCATE: a reader whose transaction is older would then find no rows at all.
            connection.execute("DELETE FROM user_purchase")
            _copy(connection, purchases, report)
            loaded = _counted(connection)
        connection.commit()
    except psycopg.Error as error:
        raise PlatformError(
            f"{purchases.path} can't be loaded into user_purchase: {first_line(error)}. "
            "What was there before is untouched."
        ) from None
    return loaded


def _copy(connection: psycopg.Connection, purchases: PurchaseFile, report: Callable[[str], None]) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, PURCHASES.column_names))
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY user_purchase ({}) FROM STDIN").format(columns)) as copy,
    ):
        for number, row in enumerate(purchases.rows(), 1):
            copy.write_row(row)
            if number % _LINES_PER_WORD == 0:
                report(f"{number:,} lines of purchases")


def _counted(connection: psycopg.Connection) -> LoadedPurchases:
    row = connection.execute("SELECT count(*), min(invoice_date), max(invoice_date) FROM user_purchase").fetchone()
    return LoadedPurchases(*row) if row else LoadedPurchases(0, None, None)
