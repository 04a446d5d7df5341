"""Whether the tables that a warehouse has are as their contracts say, asked before anything is loaded. Pure.

A table is made once: CREATE TABLE IF NOT EXISTS leaves one alone that was made by an older contract. How a server
differs in its words for a type is `MYSQL`, `POSTGRES` and `REDSHIFT`; all three answer the same question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Column, ColumnType, Table, postgres_type

_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
_TEXTS = ("varchar", "tinytext", "text", "mediumtext", "longtext")
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
    """A kind of server: the schema that its tables are in, and what a contract's type is called there."""

    schema: str
    precise_type: str
    """SQL for a column's type with its lengths."""
    type_name: Callable[[ColumnType], str]
    after_drop: str
    """What fills a warehouse whose tables were dropped."""
    drop_ending: str = ""
    """What DROP TABLE needs beside the names, where views depend on tables."""

    @property
    def columns_sql(self) -> str:
        """The question for all columns that the database has: the rows that `require_contracts` takes."""
        return (
            f"SELECT table_schema, table_name, column_name, {self.precise_type}, is_nullable, column_default "
            f"FROM information_schema.columns WHERE table_schema = {self.schema} ORDER BY ordinal_position"
        )


_STANDARD_TYPE = (
    "data_type || CASE WHEN character_maximum_length IS NOT NULL "
    "THEN '(' || CAST(character_maximum_length AS VARCHAR) || ')' WHEN data_type = 'numeric' "
    "AND numeric_precision IS NOT NULL THEN '(' || CAST(numeric_precision AS VARCHAR) || ',' || "
    "CAST(numeric_scale AS VARCHAR) || ')' ELSE '' END"
)
_REFILL = "fill the warehouse anew from the lake: `sakila-platform refill {domain}`"
_RUN_AGAIN = "run the days again: `sakila-platform run {domain} --from DAY --to DAY`"
_REDSHIFT_BYTES_PER_CHARACTER = 4
MYSQL = Dialect("DATABASE()", "column_type", lambda kind: kind.mysql, _REFILL)
POSTGRES = Dialect("current_schema()", _STANDARD_TYPE, postgres_type, _REFILL, " CASCADE")
REDSHIFT = Dialect(
    "current_schema()",
    _STANDARD_TYPE,
    lambda kind: postgres_type(kind, _REDSHIFT_BYTES_PER_CHARACTER),
    _RUN_AGAIN,
    " CASCADE",
)


@dataclass(frozen=True)
class _Found:
    """A column as the server describes it."""

    name: str
    type: str
    is_nullable: bool
    has_default: bool


def require_contracts(rows: Iterable[Sequence[Any]], tables: Sequence[Table], dialect: Dialect) -> None:
    """Raise PlatformError, naming tables and what both sides have, when one that is there is not as its contract says.

    `rows` answer the dialect's question. A table that is not there is no fault: it will be made.
    """
    found: dict[str, list[_Found]] = {}
    places: dict[str, str] = {}
    for schema, table, name, written, nullable, default in rows:
        found.setdefault(table, []).append(_Found(name, str(written).lower(), nullable == "YES", default is not None))
        places[table] = f"{schema}.{table}"
    faults = {
        table.name: list(_faults(table, found[table.name.table], dialect))
        for table in tables
        if table.name.table in found
    }
    if differing := {name: said for name, said in faults.items() if said}:
        differences = "; ".join(f"{places[name.table]}: {', '.join(said)}" for name, said in differing.items())
        drop = f"DROP TABLE {', '.join(places[name.table] for name in differing)}{dialect.drop_ending}"
        domain = next(iter(differing)).domain
        raise PlatformError(
            f"The warehouse of {domain} has tables that another contract made: {differences}. "
            "Neither source nor lake is at fault, and nothing was loaded. "
            f"Drop them there ({drop}), then {dialect.after_drop.format(domain=domain)}."
        )


def _faults(table: Table, found: Sequence[_Found], dialect: Dialect) -> Iterator[str]:
    there = {column.name: column for column in found}
    for column in table.columns:
        wanted = dialect.type_name(column.type)
        if column.name not in there:
            yield f"{column.name} is missing ({wanted} in the contract)"
            continue
        has = there[column.name]
        if not _holds(has.type, wanted):
            yield f"{column.name} is {has.type.upper()} there and {wanted} in the contract"
        elif column.nullable and not has.is_nullable:
            yield f"{column.name} is NOT NULL there and may be null in the contract"
    yield from _never_filled(table.columns, found)


def _never_filled(columns: Sequence[Column], found: Sequence[_Found]) -> Iterator[str]:
    """Columns that no contract knows and that must have a value: no row could be added."""
    known = {column.name for column in columns}
    for column in found:
        if column.name not in known and not column.is_nullable and not column.has_default:
            yield f"{column.name} ({column.type.upper()} NOT NULL) is not in the contract"


def _holds(has: str, wanted: str) -> bool:
    """Whether a column of the one type takes every value of the other, and gives it back as it was."""
    there, sizes = _parsed(has)
    asked, wanted_sizes = _parsed(wanted)
    if there in _INTEGERS and asked in _INTEGERS:
        return _INTEGERS.index(there) >= _INTEGERS.index(asked)
    if there in _TEXTS and asked in _TEXTS:
        return (sizes or (_UNLIMITED,)) >= (wanted_sizes or (_UNLIMITED,))
    if there == asked == "numeric" and sizes and wanted_sizes:
        return sizes[0] >= wanted_sizes[0] and sizes[1] == wanted_sizes[1]
    return there == asked and sizes == wanted_sizes


def _parsed(written: str) -> tuple[str, tuple[int, ...]]:
    """A type's name and its sizes. The display width of a whole number says nothing of what it holds."""
    parts = _WRITTEN.fullmatch(written.lower())
    if not parts:
        return written.lower(), ()
    name = _SYNONYMS.get(parts[1], parts[1])
    if name in _INTEGERS:
        return f"{name}{parts[3] or ''}", ()
    return name, tuple(int(size) for size in (parts[2] or "").split(",") if size)
