"""What is asked of a fact that was just loaded, in SQL that PostgreSQL, Redshift and DuckDB read alike.

One row per day: its rows, the sums of all its numbers, and how many rows break each rule of the contract or name no row
of a dimension. Rows and sums are asked of the lake too, and must be the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from sakila_platform.model.contracts import Table
from sakila_platform.model.days import day_key, days_between
from sakila_platform.warehouse.load_rules import (
    KEY_THERE,
    beside,
    key_conditions,
    key_of,
    key_rules,
    row_conditions,
    summed_columns,
)


@dataclass(frozen=True)
class LoadQuestions:
    """The questions about a fact of the warehouse, which the lake has as `lake_table`."""

    fact: Table
    lake_table: Table

    @property
    def day(self) -> str:
        """The column whose day a row belongs to."""
        return self.fact.day_columns[0]

    @property
    def summed(self) -> tuple[str, ...]:
        """The columns whose sums must be those of the lake."""
        return summed_columns(self.fact, self.lake_table)

    @property
    def conditions(self) -> Mapping[str, str]:
        """By the name of each rule of the contract, and of each key that must name a row, when a row breaks it."""
        return {**row_conditions(self.fact, "postgres"), **key_conditions(self.fact, "postgres")}

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
        """The same of these days in the warehouse, and how many rows meet each of `conditions`."""
        fact = self.fact.name.table
        broken = [f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)" for condition in self.conditions.values()]
        # Each joins one row at most, by its primary key: no row of the fact is counted twice.
        joins = "".join(
            f" LEFT JOIN (SELECT {key_of(rule)} AS {KEY_THERE} FROM {rule.dimension}) AS {beside(rule)} "
            f"ON loaded.{rule.column} = {beside(rule)}.{KEY_THERE}"
            for rule in key_rules(self.fact)
        )
        columns = ", ".join(self.fact.column_names)
        return (
            f"SELECT {', '.join([self.day, *self._totals(), *broken])} "
            f"FROM (SELECT {columns} FROM {fact} WHERE {self.of_days(days)}) AS loaded{joins} GROUP BY {self.day}"
        )

    def _totals(self) -> list[str]:
        return ["COUNT(*)", *(f"SUM({column})" for column in self.summed)]
