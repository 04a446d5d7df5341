"""Whose rows differ before and after a run, and the SQL files that are about no domain's tables."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from sakila_platform.model.queries import SQL_FOLDER, read_query


def general_sql(name: str, dialect: str = "duckdb") -> str:
    """The SELECT of `sql/warehouse/<name>.sql`."""
    return read_query(SQL_FOLDER / "warehouse" / f"{name}.sql", dialect).sql


def differing_members(
    connection: duckdb.DuckDBPyConnection, member: str, before: str, after: str, columns: Sequence[str]
) -> tuple[int, ...]:
    """The members, by that column, whose rows of two relations differ in one of the columns, or are in one alone."""
    compared = ", ".join(columns)
    for name, relation in (("rows_before", before), ("rows_after", after)):
        connection.execute(
            f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT {member} AS member, {compared} FROM {relation}"
        )
    return tuple(found for (found,) in connection.execute(general_sql("differing_members")).fetchall())
