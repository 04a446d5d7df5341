"""How the source is asked for purchases in either lane: PostgreSQL that gives the contract's columns and `dt`. Pure.

The server numbers a day's lines, by all their columns, so both lanes call a line the same; lines that are equal in all
are as good as each other. What a contract can't hold (a price that is no number or has more digits, a moment
outside of the calendar) becomes null there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa

from sakila_platform.model.contracts import ColumnType
from sakila_platform.model.ddl import postgres_type
from sakila_platform.model.naming import DAY_PARTITION
from sakila_platform.reviews.source import USER_PURCHASE

TABLE = "user_purchase"


def _end_of_range(kind: ColumnType) -> Decimal:
    """The least positive number that has too many digits for a decimal type, once it is rounded to its scale."""
    precision, scale = kind.arrow.precision, kind.arrow.scale
    return Decimal(10) ** (precision - scale) - Decimal(5).scaleb(-scale - 1)


_SOURCE = [column for column in USER_PURCHASE.columns if column.name != "line_number"]
_DAY_MOMENT = "invoice_date"
# PostgreSQL's calendar begins 4713 BC and ends 294276, and has an infinity at each end.
_IN_CALENDAR = f"({_DAY_MOMENT} >= TIMESTAMP '0001-01-01' AND {_DAY_MOMENT} < TIMESTAMP '10000-01-01')"
_PRICE = USER_PURCHASE.column("unit_price").type
# What rounds to so many digits; a NaN is larger than all numbers.
_IS_PRICE = f"abs(unit_price) < {_end_of_range(_PRICE)}"
UNDATED = f"({_DAY_MOMENT} IS NULL OR NOT {_IN_CALENDAR})"


def within(days: Sequence[date]) -> str:
    """The condition for purchases of consecutive days."""
    first, end = days[0], days[-1] + timedelta(days=1)
    return f"({_DAY_MOMENT} >= TIMESTAMP '{first}' AND {_DAY_MOMENT} < TIMESTAMP '{end}')"


def lines_sql(condition: str) -> str:
    """The purchases that fulfil a condition: the contract's columns in order, and `dt` (null for undated ones)."""
    carried = ", ".join(column.name for column in USER_PURCHASE.columns)
    order = ", ".join(
        f'{column.name} COLLATE "C"' if pa.types.is_string(column.type.arrow) else column.name for column in _SOURCE
    )
    return (
        f"SELECT {carried}, {DAY_PARTITION} FROM ("
        f"SELECT *, CAST(row_number() OVER (PARTITION BY {DAY_PARTITION} ORDER BY {order}) AS INTEGER) AS line_number "
        f"FROM (SELECT {_usable_columns()} FROM {TABLE} WHERE {condition}) AS usable) AS numbered"
    )


def totals_sql(condition: str) -> str:
    """Of the same purchases, by day: `dt`, how many `lines`, and the `amount` of those that have one."""
    return (
        f"SELECT {DAY_PARTITION}, count(*) AS lines, coalesce(sum(quantity * unit_price), 0) AS amount "
        f"FROM (SELECT {_usable_columns()} FROM {TABLE} WHERE {condition}) AS usable GROUP BY {DAY_PARTITION}"
    )


def _usable_columns() -> str:
    usable = {
        "unit_price": f"CASE WHEN {_IS_PRICE} THEN CAST(unit_price AS {postgres_type(_PRICE)}) END AS unit_price",
        _DAY_MOMENT: f"CASE WHEN {_IN_CALENDAR} THEN {_DAY_MOMENT} END AS {_DAY_MOMENT}",
    }
    columns = [usable.get(column.name, column.name) for column in _SOURCE]
    return ", ".join([*columns, f"CAST(CASE WHEN {_IN_CALENDAR} THEN {_DAY_MOMENT} END AS DATE) AS {DAY_PARTITION}"])
