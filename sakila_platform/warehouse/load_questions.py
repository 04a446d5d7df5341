"""What is asked of a fact that was just loaded, in SQL that PostgreSQL, Redshift and DuckDB read alike.

One row per day: its rows, the sums of all its numbers, and how many rows break each rule of the contract or name no row
of a dimension. Rows and sums are asked of the lake too, and must be the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from sakila_platform.model.contracts import Rule, Table, row_rules
from sakila_platform.model.days import day_key, days_between

_DATE_KEY = "date_key"
_CALENDAR = "dim_date"
_KEY_THERE = "key_there"


@dataclass(frozen=True)
class LoadQuestions:
    """The questions about a fact of the warehouse."""

    fact: Table

    @property
    def day(self) -> str:
        """The column whose day a row belongs to."""
        return self.fact.day_columns[0]

    @property
    def summed(self) -> tuple[str, ...]:
        """Every column that is a number: what is in the wrong column, or in none, changes a sum."""
        return tuple(c.name for c in self.fact.columns if _is_number(c.type.arrow) and c.name != self.day)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The contract's rules, and that every key names a row there."""
        orphans = (
            Rule(f"{column} names a row of {dimension}", f"{_alias(column)}.{_KEY_THERE} IS NOT NULL")
            for column, (dimension, _) in self._named.items()
        )
        return (*row_rules(self.fact), *orphans)

    def of_days(self, days: Sequence[date]) -> str:
        """The condition that a row belongs to one of these consecutive days."""
        if list(days) != days_between(days[0], days[-1]):
            raise ValueError(f"The days of a load must follow each other: {days[0]}..{days[-1]}.")
        by_key = pa.types.is_integer(self.fact.column(self.day).type.arrow)
        first, last = (str(day_key(day)) if by_key else f"'{day}'" for day in (days[0], days[-1]))
        return f"{self.day} BETWEEN {first} AND {last}"

    def sums(self, table: str) -> str:
        """Day, rows and sums of a table of the lake."""
        return f"SELECT {', '.join([self.day, *self._totals()])} FROM {table} GROUP BY {self.day}"

    def judged(self, days: Sequence[date]) -> str:
        """The same of these days in the warehouse, and how many rows break each of `rules`."""
        fact = self.fact.name.table
        broken = [f"SUM(CASE WHEN NOT ({rule.holds}) THEN 1 ELSE 0 END)" for rule in self.rules]
        # Each joins one row at most, by its primary key: no row of the fact is counted twice.
        joins = "".join(
            f" LEFT JOIN (SELECT {key} AS {_KEY_THERE} FROM {dimension}) AS {_alias(column)} "
            f"ON loaded.{column} = {_alias(column)}.{_KEY_THERE}"
            for column, (dimension, key) in self._named.items()
        )
        columns = ", ".join(self.fact.column_names)
        return (
            f"SELECT {', '.join([self.day, *self._totals(), *broken])} "
            f"FROM (SELECT {columns} FROM {fact} WHERE {self.of_days(days)}) AS loaded{joins} GROUP BY {self.day}"
        )

    def _totals(self) -> list[str]:
        return ["COUNT(*)", *(f"SUM({column})" for column in self.summed)]

    @property
    def _named(self) -> Mapping[str, tuple[str, str]]:
        """Column to the dimension whose row it names, and that dimension's key."""
        named = {column: (dimension, column) for column, dimension in self.fact.references.items()}
        return named | ({_DATE_KEY: (_CALENDAR, _DATE_KEY)} if _DATE_KEY in self.fact.column_names else {})


def told(names: Sequence[str], counts: Sequence[int]) -> str:
    """The rules that rows break, each with their number; nothing when none is broken."""
    return ", ".join(f"{name} ({count})" for name, count in zip(names, counts, strict=True) if count)


def _alias(column: str) -> str:
    return f"of_{column}"


def _is_number(arrow: pa.DataType) -> bool:
    return pa.types.is_integer(arrow) or pa.types.is_decimal(arrow)
