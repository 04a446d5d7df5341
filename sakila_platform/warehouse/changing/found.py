"""The tables that a warehouse has, as its server describes them, and which type holds all of another. Pure.

How a server differs in its words is `MYSQL`, `POSTGRES` and `REDSHIFT`; all three answer the same question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sakila_platform.model.contracts import Column, ColumnType
from sakila_platform.model.ddl import mysql_column, postgres_column, postgres_type

_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
_TEXTS = ("varchar", "tinytext", "text", "mediumtext", "longtext")
_MOMENTS = ("datetime", "timestamp", "timestamptz")
_SYNONYMS = {
    "boolean": "tinyint",
    "integer": "int",
    "decimal": "numeric",
    "character varying": "varchar",
    "timestamp without time zone": "timestamp",
    "timestamp with time zone": "timestamptz",
}
# A text without a length holds more than any contract asks.
_UNLIMITED = 2**32
_WRITTEN = re.compile(r"([a-z ]*[a-z])(?:\(([0-9, ]+)\))?( unsigned)?")


@dataclass(frozen=True)
class Dialect:
    """A kind of server: the schema that its tables are in, how it is asked for them, and its words for a column."""

    name: str
    columns_sql: str
    """The question for all columns that the database has: the rows that `found_tables` takes."""
    type_name: Callable[[ColumnType], str]
    definition: Callable[[Column], str]
    """A column as CREATE TABLE has it."""
    quote: str
    after_drop: str
    """What fills a warehouse whose tables were dropped."""
    drop_ending: str = ""
    """What DROP TABLE needs beside the names, where views depend on tables."""

    def quoted(self, name: str) -> str:
        """A name as a statement has it."""
        return f"{self.quote}{name}{self.quote}"

    def listed(self, names: Iterable[str]) -> str:
        """Names as a statement has them, with commas between them."""
        return ", ".join(map(self.quoted, names))


_STANDARD_TYPE = (
    "c.data_type || CASE WHEN c.character_maximum_length IS NOT NULL "
    "THEN '(' || CAST(c.character_maximum_length AS VARCHAR) || ')' WHEN c.data_type = 'numeric' "
    "AND c.numeric_precision IS NOT NULL THEN '(' || CAST(c.numeric_precision AS VARCHAR) || ',' || "
    "CAST(c.numeric_scale AS VARCHAR) || ')' ELSE '' END"
)
_STANDARD_COLUMNS = (
    f"SELECT c.table_schema, c.table_name, c.column_name, {_STANDARD_TYPE}, c.is_nullable, "
    "CASE WHEN k.column_name IS NULL THEN '' ELSE 'PRI' END FROM information_schema.columns AS c LEFT JOIN ({keys}) "
    "AS k ON k.table_name = c.table_name AND k.column_name = c.column_name "
    "WHERE c.table_schema = current_schema() ORDER BY c.ordinal_position"
)
# A tenth of what the same costs of the information schema.
_POSTGRES_KEYS = (
    "SELECT t.relname AS table_name, a.attname AS column_name FROM pg_index AS i "
    "INNER JOIN pg_class AS t ON t.oid = i.indrelid AND t.relnamespace = current_schema()::regnamespace "
    "INNER JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = ANY(i.indkey) WHERE i.indisprimary"
)
_REDSHIFT_KEYS = (
    "SELECT u.table_name, u.column_name FROM information_schema.table_constraints AS t "
    "INNER JOIN information_schema.key_column_usage AS u ON u.constraint_name = t.constraint_name "
    "AND u.table_schema = t.table_schema AND u.table_name = t.table_name "
    "WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_schema = current_schema()"
)
_REFILL = "fill the warehouse anew from the lake: `sakila-platform refill {domain}`"
_RUN_AGAIN = "run the days again: `sakila-platform run {domain} --from DAY --to DAY`"
REDSHIFT_BYTES_PER_CHARACTER = 4
MYSQL = Dialect(
    name="MySQL",
    columns_sql="SELECT table_schema, table_name, column_name, column_type, is_nullable, column_key "
    "FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY ordinal_position",
    type_name=lambda kind: kind.mysql,
    definition=mysql_column,
    quote="`",
    after_drop=_REFILL,
)
POSTGRES = Dialect(
    name="PostgreSQL",
    columns_sql=_STANDARD_COLUMNS.format(keys=_POSTGRES_KEYS),
    type_name=postgres_type,
    definition=postgres_column,
    quote='"',
    after_drop=_REFILL,
    drop_ending=" CASCADE",
)
REDSHIFT = Dialect(
    name="Redshift",
    columns_sql=_STANDARD_COLUMNS.format(keys=_REDSHIFT_KEYS),
    type_name=lambda kind: postgres_type(kind, REDSHIFT_BYTES_PER_CHARACTER),
    definition=lambda column: postgres_column(column, REDSHIFT_BYTES_PER_CHARACTER),
    quote='"',
    after_drop=_RUN_AGAIN,
    drop_ending=" CASCADE",
)


@dataclass(frozen=True)
class FoundColumn:
    """A column as the server describes it."""

    name: str
    type: str
    is_nullable: bool


@dataclass
class FoundTable:
    """A table as the server describes it: where it is, its columns in order, and those of its primary key."""

    place: str
    columns: dict[str, FoundColumn] = field(default_factory=dict)
    key: list[str] = field(default_factory=list)


def found_tables(rows: Iterable[Sequence[Any]]) -> Mapping[str, FoundTable]:
    """The tables by name, from the rows that answer a dialect's question."""
    found: dict[str, FoundTable] = {}
    for schema, table, column, written, nullable, key in rows:
        of = found.setdefault(table, FoundTable(f"{schema}.{table}"))
        of.columns[column] = FoundColumn(column, str(written).lower(), nullable == "YES")
        if key == "PRI":
            of.key.append(column)
    return found


def holds(one: str, other: str) -> bool:
    """Whether a column of the one type takes every value of the other, without losing any of it."""
    (name, sizes), (other_name, other_sizes) = _parsed(one), _parsed(other)
    if name in _INTEGERS and other_name in _INTEGERS:
        return _INTEGERS.index(name) >= _INTEGERS.index(other_name)
    if name in _TEXTS and other_name in _TEXTS:
        return (sizes or (_UNLIMITED,)) >= (other_sizes or (_UNLIMITED,))
    if name == other_name == "numeric" and sizes and other_sizes:
        digits, scale = _digits(sizes)
        other_digits, other_scale = _digits(other_sizes)
        return digits >= other_digits and scale >= other_scale
    if name == other_name and name in _MOMENTS:
        return (sizes or (0,)) >= (other_sizes or (0,))
    return name == other_name and sizes == other_sizes


def _digits(sizes: tuple[int, ...]) -> tuple[int, int]:
    """How many digits a number may have before and after the point."""
    precision, scale = (*sizes, 0)[:2]
    return precision - scale, scale


def _parsed(written: str) -> tuple[str, tuple[int, ...]]:
    """A type's name and its sizes. The display width of a whole number says nothing of what it holds."""
    parts = _WRITTEN.fullmatch(written.lower())
    if not parts:
        return written.lower(), ()
    name = _SYNONYMS.get(parts[1], parts[1])
    if name in _INTEGERS:
        return f"{name}{parts[3] or ''}", ()
    return name, tuple(int(size) for size in (parts[2] or "").split(",") if size)
