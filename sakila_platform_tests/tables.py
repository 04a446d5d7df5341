"""Rows as tables that one can see: queries answer with them, and tests draw what they expect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from textwrap import dedent
from typing import Any


class Rows(list[dict[str, Any]]):
    """The rows of a query or a file, each a dictionary."""

    def drawn(self, *columns: str) -> str:
        """These columns (all when none is named) as an ASCII table, to be held against `table(...)`."""
        if not self:
            return "no rows"
        shown = columns or tuple(self[0])
        return _aligned([list(shown), *([_shown_value(row[column]) for column in shown] for row in self)])

    def turned(self) -> str:
        """The same on its side, a line per column: for tables of more columns than a line has room for."""
        return _aligned([[column, *(_shown_value(row[column]) for row in self)] for column in self[0]])

    def column(self, name: str) -> list[Any]:
        """The values of one column."""
        return [row[name] for row in self]


def table(text: str) -> str:
    """An ASCII table (`a | b`, a line per row) as `Rows.drawn` writes it, however it is indented and spaced."""
    return _aligned(_cells(text))


def drawn_rows(text: str) -> list[dict[str, str]]:
    """The rows of an ASCII table by column, cells trimmed."""
    header, *rows = _cells(text)
    return [dict(zip(header, row, strict=True)) for row in rows]


def rows_of(columns: Sequence[str], values: Iterable[Sequence[Any]]) -> Rows:
    """Rows from column names and tuples."""
    return Rows(dict(zip(columns, row, strict=True)) for row in values)


def _cells(text: str) -> list[list[str]]:
    lines = [line for line in dedent(text).strip().splitlines() if line.strip()]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


def _shown_value(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    return str(value)


def _aligned(lines: list[list[str]]) -> str:
    widths = [max(len(line[n]) for line in lines) for n in range(len(lines[0]))]
    return "\n".join(
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
