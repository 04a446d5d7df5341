"""What a complete Sakila is: its sixteen tables, the rows that its origin counted, and no orphans."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from pymysql.cursors import Cursor

from sakila_platform.errors import PlatformError

TABLES = (
    "actor",
    "address",
    "category",
    "city",
    "country",
    "customer",
    "film",
    "film_actor",
    "film_category",
    "film_text",
    "inventory",
    "language",
    "payment",
    "rental",
    "staff",
    "store",
)

_FOREIGN_KEYS = """
SELECT constraint_name, table_name, column_name, referenced_table_name, referenced_column_name
FROM information_schema.key_column_usage
WHERE table_schema = %s AND referenced_table_schema = %s
ORDER BY table_name, constraint_name, ordinal_position
"""


def quoted(name: str) -> str:
    """An identifier in backticks."""
    return "`" + name.replace("`", "``") + "`"


def existing_tables(cursor: Cursor, database: str) -> set[str]:
    """The names of the tables in a database, views aside; empty when there is no such database."""
    cursor.execute(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND table_type = 'BASE TABLE'",
        (database,),
    )
    return {str(name) for (name,) in cursor.fetchall()}


def row_counts(cursor: Cursor, database: str) -> dict[str, int]:
    """The number of rows of each of Sakila's tables."""
    counts = {}
    for table in TABLES:
        cursor.execute(f"SELECT COUNT(*) FROM {quoted(database)}.{quoted(table)}")
        ((counts[table],),) = cursor.fetchall()
    return counts


def verify_row_counts(cursor: Cursor, database: str, expected: Mapping[str, int]) -> dict[str, int]:
    """The counts, when they are those expected. Raises PlatformError, naming the first table that differs."""
    counts = row_counts(cursor, database)
    for table, count in counts.items():
        if count != expected[table]:
            raise PlatformError(
                f"{database}.{table} has {count:,} rows after loading, where its origin has {expected[table]:,}. "
                "Load again with a complete dump."
            )
    return counts


def verify_foreign_keys(cursor: Cursor, database: str) -> int:
    """How many foreign keys the database declares. Raises PlatformError for the first that has an orphan."""
    cursor.execute(_FOREIGN_KEYS, (database, database))
    checked = 0
    for (name, child, parent), columns in groupby(cursor.fetchall(), key=lambda key: (key[0], key[1], key[3])):
        pairs = [(quoted(column), quoted(referenced)) for _, _, column, _, referenced in columns]
        joined = " AND ".join(f"child.{column} = parent.{referenced}" for column, referenced in pairs)
        filled = " AND ".join(f"child.{column} IS NOT NULL" for column, _ in pairs)
        cursor.execute(
            f"SELECT COUNT(*), MIN(child.{pairs[0][0]}) "
            f"FROM {quoted(database)}.{quoted(child)} AS child "
            f"LEFT JOIN {quoted(database)}.{quoted(parent)} AS parent ON {joined} "
            f"WHERE {filled} AND parent.{pairs[0][1]} IS NULL"
        )
        ((orphans, first),) = cursor.fetchall()
        if orphans:
            raise PlatformError(
                f"{database}.{child}: {orphans:,} rows point at no row of {parent} ({name}, the first at {first}). "
                "Load again with a complete dump."
            )
        checked += 1
    return checked
