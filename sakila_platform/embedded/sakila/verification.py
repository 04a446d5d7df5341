"""What a complete Sakila is: its sixteen tables, the rows and values that its origin has, and no orphans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from pymysql.cursors import Cursor

from sakila_platform.embedded.sakila.dumps.literals import ColumnSum, FileValues, ServerType, column_sum
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

_COLUMNS = """
SELECT table_name, column_name, data_type, column_type, numeric_scale, datetime_precision, character_set_name
FROM information_schema.columns
WHERE table_schema = %s
ORDER BY table_name, ordinal_position
"""


@dataclass(frozen=True)
class _Column:
    """A column of a table that is there."""

    name: str
    type: ServerType
    is_text: bool

    @property
    def summed(self) -> str:
        """The expression that is summed up; text is compared as UTF-8, whatever the column's character set."""
        return f"CONVERT({quoted(self.name)} USING utf8mb4)" if self.is_text else quoted(self.name)


@dataclass(frozen=True)
class _Expected:
    """What a column is to hold: its sum, and the values as they are written."""

    column: _Column
    total: ColumnSum
    values: Mapping[str, int]

    @property
    def written(self) -> str:
        """How many values there are, and between which they lie."""
        kept = {self.column.type.kept(value) for value in self.values if value.upper() != "NULL"} - {None}
        texts = sorted((value.decode("utf-8", "replace") for value in kept if value is not None), key=_by_size)
        return f"{self.total.count:,}, from {texts[0]} to {texts[-1]}" if texts else "none"


def _by_size(text: str) -> tuple[float, str]:
    """Numbers as numbers, all else as text."""
    try:
        return float(text), text
    except ValueError:
        return 0.0, text


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


def verify_values(cursor: Cursor, database: str, values: Mapping[str, FileValues]) -> list[str]:
    """Compare each column's values with those of its origin, by number and checksum. The names of columns left out.

    Left out is a column that holds expressions, or is of a type with several texts for one value. Raises
    PlatformError for the first column that differs: something changed its values while they were loaded.
    """
    cursor.execute(_COLUMNS, (database,))
    left_out: list[str] = []
    for table, found in groupby(cursor.fetchall(), key=lambda row: str(row[0])):
        if table.lower() not in values:
            continue
        columns = [_column(row[1:]) for row in found]
        expected: list[_Expected] = []
        for column, counted in _by_name(columns, values[table.lower()]):
            total = column_sum(column.type, counted)
            if total is None:
                left_out.append(f"{table}.{column.name}")
            else:
                expected.append(_Expected(column, total, counted))
        _compare(cursor, f"{database}.{table}", expected)
    return left_out


def _column(found: Sequence[Any]) -> _Column:
    name, kind, text, scale, precision, character_set = found
    return _Column(name, ServerType(kind.lower(), text, scale or precision or 0), character_set is not None)


def _by_name(columns: Sequence[_Column], values: FileValues) -> list[tuple[_Column, Counter[str]]]:
    """The values of each column that the origin gives; what it names by places is joined to what it names by name."""
    joined: list[tuple[_Column, Counter[str]]] = []
    for place, column in enumerate(columns):
        counted = values.columns.get(column.name.lower(), Counter()) + values.columns.get(place, Counter())
        if counted:
            joined.append((column, counted))
    return joined


def _compare(cursor: Cursor, table: str, expected: Sequence[_Expected]) -> None:
    if not expected:
        return
    name = ".".join(map(quoted, table.split(".", 1)))
    sums = ", ".join(f"COUNT({each.column.summed}), COALESCE(SUM(CRC32({each.column.summed})), 0)" for each in expected)
    cursor.execute(f"SELECT {sums} FROM {name}")
    (row,) = cursor.fetchall()
    for each, count, checksum in zip(expected, row[::2], row[1::2], strict=True):
        if ColumnSum(int(count), int(checksum)) != each.total:
            column = each.column
            cursor.execute(f"SELECT MIN({column.summed}), MAX({column.summed}) FROM {name}")
            ((lowest, highest),) = cursor.fetchall()
            raise PlatformError(
                f"{table}.{column.name} does not hold the values of its origin: as {column.type.text} it has "
                f"{int(count):,}, from {lowest} to {highest}, in place of {each.written}. Correct the column's type "
                "in the dump, or what changes its values, then load again."
            )


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
