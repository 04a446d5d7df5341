"""Rows into a table of the shop, many by a statement: the driver takes a while over each value, so few are sent."""

from __future__ import annotations

from collections.abc import Sequence

from pymysql.cursors import Cursor

_ROWS_PER_STATEMENT = 500


def insert(cursor: Cursor, into: str, values: str, rows: Sequence[tuple], step: int = 1) -> list[int]:
    """Insert rows, each by `values` such as `(NOW(), %s)`; gives their AUTO_INCREMENT numbers, `step` apart, if any.

    One statement's rows get numbers in one sequence (InnoDB's simple insert).
    """
    numbers: list[int] = []
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        piece = rows[start : start + _ROWS_PER_STATEMENT]
        statement = f"INSERT INTO {into} VALUES {', '.join([values] * len(piece))}"
        cursor.execute(statement, [value for row in piece for value in row])
        numbers.extend((cursor.lastrowid or 0) + n * step for n in range(len(piece)))
    return numbers
