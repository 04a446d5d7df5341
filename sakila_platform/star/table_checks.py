"""Checks of tables just built, each a SELECT in a file: for tables by day and for whole ones, in every lane."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import Query, read_query


@dataclass(frozen=True)
class TableCheck:
    """A comparison, shown at one of the tables: a SELECT of `fault` (null or empty: nothing is wrong).

    Of tables by day it gives `dt` too, of whole ones a single row. One that is no warning stops what is downstream.
    """

    table: TableName
    description: str
    file: Path
    is_warning: bool = False

    @property
    def name(self) -> str:
        """What the check is called: as its file."""
        return self.file.stem

    @property
    def query(self) -> Query:
        """The SELECT, in DuckDB's dialect."""
        return read_query(self.file, "duckdb")
