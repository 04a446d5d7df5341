"""Which rows of a MySQL table to read. Conditions hold days, whole numbers and declared names: no text from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


def quoted(name: str) -> str:
    """A declared name as MySQL reads it, dots between database and table kept: `sakila`.`rental`."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in name.split("."))


class Where(Protocol):
    """A condition on the rows of one table."""

    def sql(self) -> str:
        """The condition as SQL."""


@dataclass(frozen=True)
class Within:
    """Rows that have any of these date columns on a day from `first` up to, but not including, `end`."""

    columns: Sequence[str]
    first: date
    end: date

    def sql(self) -> str:
        """The condition as SQL; an index on a column serves it."""
        ranges = (
            f"({quoted(column)} >= '{self.first:%Y-%m-%d}' AND {quoted(column)} < '{self.end:%Y-%m-%d}')"
            for column in self.columns
        )
        return " OR ".join(ranges)


@dataclass(frozen=True)
class Among:
    """Rows whose whole-number column is one of these values."""

    column: str
    values: Sequence[int]

    def sql(self) -> str:
        """The condition as SQL; false when there are no values."""
        return f"{quoted(self.column)} IN ({', '.join(str(int(value)) for value in self.values) or 'NULL'})"


@dataclass(frozen=True)
class Between:
    """Rows whose whole-number column lies from `first` to `last`, both included."""

    column: str
    first: int
    last: int

    def sql(self) -> str:
        """The condition as SQL; an index on the column serves it."""
        return f"{quoted(self.column)} BETWEEN {int(self.first)} AND {int(self.last)}"


@dataclass(frozen=True)
class Undated:
    """Rows whose date column names no day: null, or with a zero for its month or day."""

    column: str

    def sql(self) -> str:
        """The condition as SQL."""
        column = quoted(self.column)
        return f"{column} IS NULL OR MONTH({column}) = 0 OR DAYOFMONTH({column}) = 0"


@dataclass(frozen=True)
class AnyOf:
    """Rows that fulfil at least one of the conditions."""

    conditions: Sequence[Where]

    def sql(self) -> str:
        """The condition as SQL."""
        return " OR ".join(f"({condition.sql()})" for condition in self.conditions)
