"""What a question on the command line is and names: one SELECT, tables that are there or the nearest to them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sakila_platform.errors import UsageError


def query_in(sql: str, dialect: str) -> exp.Query:
    """The one SELECT that the text is. Raises UsageError when it is something else."""
    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect=dialect) if statement is not None]
    except SqlglotError as error:
        name = {"duckdb": "DuckDB", "athena": "Athena", "postgres": "PostgreSQL"}[dialect]
        raise UsageError(f"That is not valid {name} SQL: {first_line_of(error)}") from None
    # A SELECT may write: INTO a table, or from a subquery that deletes. Redshift has no transaction that forbids it.
    if len(statements) != 1 or not isinstance(statements[0], exp.Query) or statements[0].find(exp.Into, exp.DML):
        raise UsageError("A query only reads: give one SELECT.")
    return statements[0]


def unknown_table(place: str, wanted: str, names: Sequence[str]) -> UsageError:
    """That a place has no such table, with the names that may have been meant."""
    if not names:
        return UsageError(f"There is no {wanted}: {place} is empty. Fill it with `sakila-platform demo`.")
    table = wanted.rpartition(".")[2]
    near = [name for name in names if name.rpartition(".")[2] == table]
    near = near or get_close_matches(wanted, names, n=3) or get_close_matches(table, names, n=3, cutoff=0.5)
    meant = f"Did you mean {', '.join(near)}?" if near else f"There is {', '.join(names)}."
    return UsageError(f"There is no table {wanted} in {place}. {meant}")


def first_line_of(error: Exception) -> str:
    """What an error says first."""
    return str(error).strip().splitlines()[0]
