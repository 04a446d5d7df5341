"""What a table is: grain, columns, types, keys, allowed values, personal data. Pure; declared once per table.

Everything else is derived from a contract: the Arrow schema of a lake file, the MySQL table of the warehouse, the
columns and checks that Dagster shows, and the rules that a row must keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum
from typing import Any

import pyarrow as pa

from sakila_platform.model.naming import TableName
from sakila_platform.model.rules import AtMostLong, InRange, NotNull, OneOf, References, RowRule, Unique

UNKNOWN_ID = 0
UNKNOWN_TEXT = "Unknown"


@dataclass(frozen=True)
class ColumnType:
    """One type in the three systems that a table lives in."""

    arrow: pa.DataType
    mysql: str
    accepts: tuple[str, ...]
    """The MySQL types (information_schema.columns.data_type) that a source column of this type may have."""
    length: int | None = None
    """Of text: the most characters."""


_INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint", "year")
SMALLINT = ColumnType(pa.int16(), "SMALLINT", _INTEGERS)
INTEGER = ColumnType(pa.int32(), "INT", _INTEGERS)
BIGINT = ColumnType(pa.int64(), "BIGINT", _INTEGERS)
BOOLEAN = ColumnType(pa.bool_(), "BOOLEAN", ("tinyint", "bit"))
DATE = ColumnType(pa.date32(), "DATE", ("date",))
DATETIME = ColumnType(pa.timestamp("us"), "DATETIME(6)", ("datetime",))
"""The shop's wall clock, without a zone."""
# DATETIME in the warehouse: TIMESTAMP ends in 2038, and MariaDB would update the first one of a table by itself.
INSTANT = ColumnType(pa.timestamp("us", tz="UTC"), "DATETIME(6)", ("timestamp",))
"""A moment in time, in UTC."""


def decimal(precision: int, scale: int) -> ColumnType:
    """Money and other exact numbers."""
    return ColumnType(pa.decimal128(precision, scale), f"DECIMAL({precision},{scale})", ("decimal",))


def text(length: int) -> ColumnType:
    """Text of at most `length` characters."""
    mysql = f"VARCHAR({length})" if length <= 1_000 else "TEXT"
    accepts = ("varchar", "char", "text", "mediumtext", "longtext", "enum", "set")
    return ColumnType(pa.string(), mysql, accepts, length)


Default = bool | int | str | Decimal | date | None


def is_wider(wide: pa.DataType, narrow: pa.DataType) -> bool:
    """Whether every value of one Arrow type is the same value in another, which may be the same type.

    Of whole numbers one with more bits; of decimals one with as many digits before the point, and behind it.
    """
    if wide == narrow:
        return True
    if pa.types.is_signed_integer(wide) and pa.types.is_signed_integer(narrow):
        return wide.bit_width >= narrow.bit_width
    if pa.types.is_decimal(wide) and pa.types.is_decimal(narrow):
        return wide.scale >= narrow.scale and wide.precision - wide.scale >= narrow.precision - narrow.scale
    return False


@dataclass(frozen=True)
class Column:
    """A column of a table. `references` names the dimension or source table whose key it holds."""

    name: str
    type: ColumnType
    description: str
    nullable: bool = False
    minimum: int | None = None
    maximum: int | None = None
    allowed: tuple[str, ...] = ()
    references: str = ""
    is_personal: bool = False
    present_when: str = ""
    """What must be so for it to be there, as a rule's name: columns that come together share one."""
    default: Default = None
    """What it holds in rows and files that were made before it was declared (none: null)."""
    renamed_from: str = ""
    """What it was called before: tables and files that are there have it by that name."""
    known_since: date | None = None
    """The first day whose capture has it, where a file of an older day has the column but nobody knew its value."""


class TableKind(Enum):
    """How a table's day is made up, which decides how it is captured, rebuilt and loaded."""

    EVENT = "event"
    """Rows happen on a day (design rule 4)."""
    SNAPSHOT = "snapshot"
    """The whole table, as captured for a day (rule 5)."""
    DIMENSION = "dimension"
    BRIDGE = "bridge"
    FACT = "fact"
    CALENDAR = "calendar"
    """By year, not by day."""


@dataclass(frozen=True)
class Table:
    """A table's contract."""

    name: TableName
    kind: TableKind
    grain: str
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    day_columns: tuple[str, ...] = ()
    """Of an event: the columns whose day puts a row in a partition; the first is the event itself."""
    rules: tuple[RowRule, ...] = ()
    """What its rows keep beyond what their columns say."""
    indexes: tuple[tuple[str, ...], ...] = ()
    """What it is looked up by in the warehouse, beside its primary key and its day."""
    keeps_history: bool = False
    """Of a dimension: the warehouse keeps its versions (SCD type 2)."""
    taken_from: tuple[str, str] | None = None
    """Of a fact in the lake: the stage table and day column that one row comes from, for each that falls on the day."""
    belongs_to: str = ""
    """Of a bridge: the column whose member brings the bridge's rows along."""
    left_out: tuple[str, ...] = ()
    """Columns of the source that are deliberately not carried."""

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def references(self) -> Mapping[str, str]:
        """Column name to the table whose key it holds."""
        return {column.name: column.references for column in self.columns if column.references}


def arrow_schema(table: Table) -> pa.Schema:
    """The schema of the table's files: types and nullability as declared."""
    return pa.schema([pa.field(c.name, c.type.arrow, nullable=c.nullable) for c in table.columns])


def quarantine_schema(table: Table) -> pa.Schema:
    """The schema of rows set aside: the table's columns, all nullable, and the reason."""
    fields = [pa.field(c.name, c.type.arrow) for c in table.columns]
    return pa.schema([*fields, pa.field("reason", pa.string(), nullable=False)])


def row_rules(table: Table) -> Iterator[RowRule]:
    """What each row must keep by itself: presence, ranges, allowed values, lengths, then the table's own rules."""
    for column in table.columns:
        if not column.nullable:
            yield from _presence(table, column)
        if column.minimum is not None:
            yield InRange(column.name, minimum=column.minimum)
        if column.maximum is not None:
            yield InRange(column.name, maximum=column.maximum)
        if column.allowed:
            yield OneOf(column.name, column.allowed)
        # Stage keeps what the shop wrote, however long.
        if column.type.length is not None and table.kind not in (TableKind.EVENT, TableKind.SNAPSHOT):
            yield AtMostLong(column.name, column.type.length)
    yield from table.rules


def reference_rules(table: Table) -> tuple[References, ...]:
    """That each key is one of its dimension's."""
    return tuple(References(column, dimension) for column, dimension in table.references.items())


def unique_rule(table: Table) -> Unique:
    """That no two rows of a day have the same key."""
    return Unique(table.primary_key, "primary key is unique")


def _presence(table: Table, column: Column) -> Iterator[NotNull]:
    """That a column is there; of columns that come together, one rule for all of them, at the first."""
    if not column.present_when:
        yield NotNull((column.name,))
        return
    together = tuple(one.name for one in table.columns if one.present_when == column.present_when)
    if column.name == together[0]:
        yield NotNull(together, column.present_when)


def unknown_member(table: Table, captured_at: datetime) -> dict[str, Any]:
    """A dimension's row for events that name no member: key 0, `Unknown` where text is required, else empty."""
    stand_ins: dict[pa.DataType, Any] = {
        pa.string(): UNKNOWN_TEXT,
        pa.bool_(): False,
        pa.date32(): date(1900, 1, 1),
        pa.timestamp("us"): datetime(1900, 1, 1),
        pa.timestamp("us", tz="UTC"): captured_at.astimezone(timezone.utc),
    }
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable:
            row[column.name] = None
        elif pa.types.is_decimal(column.type.arrow):
            row[column.name] = Decimal(0)
        elif column.allowed:
            row[column.name] = column.allowed[0]
        else:
            row[column.name] = stand_ins.get(column.type.arrow, UNKNOWN_ID)
    return row


_GLUE_TYPES: Mapping[pa.DataType, str] = {
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
    pa.timestamp("us", tz="UTC"): "timestamp",
    pa.string(): "string",
}


def glue_columns(table: Table, partition: str) -> list[dict[str, str]]:
    """The columns of the table in the Glue Data Catalog: Name, Type (as Hive and Athena call it) and Comment.

    A column of the partition's name is left out: there the folder says it.
    """
    return [
        {"Name": c.name, "Type": _glue_type(c.type.arrow), "Comment": c.description}
        for c in table.columns
        if c.name != partition
    ]


def _glue_type(arrow: pa.DataType) -> str:
    if pa.types.is_decimal(arrow):
        return f"decimal({arrow.precision},{arrow.scale})"
    return _GLUE_TYPES[arrow]
