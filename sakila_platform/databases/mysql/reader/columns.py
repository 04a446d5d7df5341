"""How a MySQL column is asked for and decoded, so that it arrives as its contract's Arrow type says.

Dates and times are asked for as whole numbers (20050524225330): zero dates, which a MySQL may hold and no other system
can, arrive as numbers that we can see, and rows of numbers alone decode fastest. Decimals come as whole cents.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pymysql.constants import FIELD_TYPE

from sakila_platform.databases.mysql.reader import calendar as mysql_calendar
from sakila_platform.databases.mysql.reader.packets import RawColumn, ResultColumn
from sakila_platform.databases.mysql.where import quoted
from sakila_platform.errors import PlatformError

# Stands for null in a number, so that rows keep one length. No column of Sakila's kind holds it.
_NULL = -(2**63) + 1
_INTEGERS = {
    FIELD_TYPE.TINY,
    FIELD_TYPE.SHORT,
    FIELD_TYPE.INT24,
    FIELD_TYPE.LONG,
    FIELD_TYPE.LONGLONG,
    FIELD_TYPE.YEAR,
}
_DECIMALS = {FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL}
_REALS = {FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE}
_INSTANTS = {FIELD_TYPE.DATETIME, FIELD_TYPE.TIMESTAMP}
_BYTES = {
    FIELD_TYPE.VAR_STRING,
    FIELD_TYPE.STRING,
    FIELD_TYPE.VARCHAR,
    FIELD_TYPE.BLOB,
    FIELD_TYPE.TINY_BLOB,
    FIELD_TYPE.MEDIUM_BLOB,
    FIELD_TYPE.LONG_BLOB,
    FIELD_TYPE.JSON,
    FIELD_TYPE.GEOMETRY,
    FIELD_TYPE.BIT,
}
# As CREATE TABLE has them; the protocol has words of its own.
_TYPE_NAMES = {
    FIELD_TYPE.TINY: "TINYINT",
    FIELD_TYPE.SHORT: "SMALLINT",
    FIELD_TYPE.INT24: "MEDIUMINT",
    FIELD_TYPE.LONG: "INT",
    FIELD_TYPE.LONGLONG: "BIGINT",
    FIELD_TYPE.YEAR: "YEAR",
    FIELD_TYPE.FLOAT: "FLOAT",
    FIELD_TYPE.DOUBLE: "DOUBLE",
    FIELD_TYPE.DATE: "DATE",
    FIELD_TYPE.NEWDATE: "DATE",
    FIELD_TYPE.TIME: "TIME",
    FIELD_TYPE.DATETIME: "DATETIME",
    FIELD_TYPE.TIMESTAMP: "TIMESTAMP",
    FIELD_TYPE.VAR_STRING: "VARCHAR",
    FIELD_TYPE.VARCHAR: "VARCHAR",
    FIELD_TYPE.STRING: "CHAR",
    FIELD_TYPE.BLOB: "TEXT",
    FIELD_TYPE.TINY_BLOB: "TINYTEXT",
    FIELD_TYPE.MEDIUM_BLOB: "MEDIUMTEXT",
    FIELD_TYPE.LONG_BLOB: "LONGTEXT",
    FIELD_TYPE.JSON: "JSON",
    FIELD_TYPE.GEOMETRY: "GEOMETRY",
    FIELD_TYPE.BIT: "BIT",
}
# Texts and bytes share a code; bytes have this character set.
_BINARY = 63
_NAMES_OF_BYTES = {"VARCHAR": "VARBINARY", "CHAR": "BINARY"}
# Unscaled decimals of up to 18 digits fit a BIGINT.
_BIGINT_DIGITS = 18
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ReadColumn:
    """One Arrow column: the expressions that ask for it, and the function that makes it of what they give.

    The function returns the array and, for a date, where it holds a value that is no day of the calendar.
    """

    field: pa.Field
    expressions: tuple[str, ...]
    decode: Callable[[Sequence[RawColumn]], tuple[pa.Array, Mask | None]]


def column(field: pa.Field, source: ResultColumn) -> ReadColumn:
    """How to read a source column as a field. Raises PlatformError when the types do not go together."""
    name, kind = quoted(field.name), field.type
    for fits, build in _BUILDERS:
        if fits(kind):
            built = build(name, field, source)
            if built is not None:
                return built
    raise PlatformError(
        f"column {field.name} is {_type_name(source)} there, which can't be read as {kind}, as it is in the contract. "
        "Correct the one that is wrong"
    )


def _type_name(source: ResultColumn) -> str:
    """What MySQL calls the type in CREATE TABLE, with the digits of a decimal."""
    if source.type_code in _DECIMALS:
        # Its display has a sign and a point, too.
        digits = source.length - (source.decimals > 0) - (not source.is_unsigned)
        return f"DECIMAL({digits},{source.decimals})"
    name = _TYPE_NAMES.get(source.type_code, f"of type {source.type_code}")
    if source.type_code in _BYTES and source.charset == _BINARY:
        return _NAMES_OF_BYTES.get(name, name.replace("TEXT", "BLOB"))
    return f"{name} UNSIGNED" if source.is_unsigned and source.type_code in _INTEGERS else name


def _integer(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn | None:
    if source.type_code not in _INTEGERS:
        return None
    if source.type_code == FIELD_TYPE.LONGLONG and source.is_unsigned:
        expression = name
    else:
        expression = _or_null(f"CAST({name} AS SIGNED)") if source.is_nullable else name
    return ReadColumn(field, (expression,), lambda raw: (_numbers(raw[0]).cast(field.type), None))


def _boolean(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn | None:
    if source.type_code not in _INTEGERS:
        return None
    return ReadColumn(field, (_or_null(f"{name} <> 0"),), lambda raw: (_numbers(raw[0]).cast(field.type), None))


def _decimal(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn | None:
    kind = field.type
    fits = source.type_code in _INTEGERS or (source.type_code in _DECIMALS and source.decimals <= kind.scale)
    if not fits:
        return None
    if source.length + kind.scale - source.decimals > _BIGINT_DIGITS or kind.precision > _BIGINT_DIGITS:
        return ReadColumn(field, (f"CAST({name} AS CHAR)",), lambda raw: (_text(raw[0]).cast(kind), None))
    expression = _or_null(f"CAST({name} * {10**kind.scale} AS SIGNED)")
    return ReadColumn(field, (expression,), lambda raw: (_scaled(raw[0], kind), None))


def _wall_time(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn | None:
    if source.type_code not in _INSTANTS:
        return None
    if source.type_code == FIELD_TYPE.TIMESTAMP and field.type.tz:
        return _instant(name, field, source)
    if not source.decimals:
        return ReadColumn(field, (_or_null(f"{name} + 0"),), lambda raw: _timestamps(raw[0], None, field.type))
    expressions = (_or_null(f"CAST(FLOOR({name} + 0) AS SIGNED)"), f"COALESCE(MICROSECOND({name}), 0)")
    return ReadColumn(field, expressions, lambda raw: _timestamps(raw[0], raw[1], field.type))


def _instant(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn:
    """A TIMESTAMP by its seconds since 1970, whatever zone a session is in; 0 is its zero date."""
    unit = 1 if source.decimals else 1_000_000
    seconds = f"CAST(UNIX_TIMESTAMP({name}) * 1000000 AS SIGNED)" if source.decimals else f"UNIX_TIMESTAMP({name})"

    def decode(raw: Sequence[RawColumn]) -> tuple[pa.Array, Mask | None]:
        values, nulls = _values_and_nulls(raw[0])
        unusable = values == 0 if nulls is None else (values == 0) & ~nulls
        bad = unusable if unusable.any() else None
        return _array(values.astype(np.int64) * unit, _either(nulls, bad)).view(pa.timestamp("us")).cast(
            field.type
        ), bad

    return ReadColumn(field, (_or_null(seconds) if source.is_nullable else seconds,), decode)


def _date(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn | None:
    if source.type_code not in (FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE):
        return None

    def decode(raw: Sequence[RawColumn]) -> tuple[pa.Array, Mask | None]:
        values, nulls = _values_and_nulls(raw[0])
        days, bad = mysql_calendar.days(
            values.astype(np.int32) if nulls is None else np.where(nulls, 101, values).astype(np.int32)
        )
        unusable = _without(bad, nulls)
        return _array(days, _either(nulls, unusable)).view(pa.date32()), unusable

    return ReadColumn(field, (_or_null(f"{name} + 0"),), decode)


def _real(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn | None:
    if source.type_code not in _REALS | _DECIMALS | _INTEGERS:
        return None
    return ReadColumn(field, (f"{name} + 0e0",), lambda raw: (_numbers(raw[0]).cast(field.type), None))


def _string(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn | None:
    expression = name if source.type_code in _BYTES else f"CAST({name} AS CHAR)"
    return ReadColumn(field, (expression,), lambda raw: (_text(raw[0]).cast(field.type), None))


def _binary(name: str, field: pa.Field, source: ResultColumn) -> ReadColumn | None:
    if source.type_code not in _BYTES:
        return None
    return ReadColumn(field, (name,), lambda raw: (raw[0].values.cast(field.type), None))


_Builder = Callable[[str, pa.Field, ResultColumn], "ReadColumn | None"]
_BUILDERS: tuple[tuple[Callable[[pa.DataType], bool], _Builder], ...] = (
    (pa.types.is_integer, _integer),
    (pa.types.is_boolean, _boolean),
    (pa.types.is_decimal, _decimal),
    (pa.types.is_timestamp, _wall_time),
    (pa.types.is_date32, _date),
    (pa.types.is_floating, _real),
    (pa.types.is_string, _string),
    (pa.types.is_binary, _binary),
)


def _or_null(expression: str) -> str:
    return f"COALESCE({expression}, {_NULL})"


def _values_and_nulls(raw: RawColumn) -> tuple[npt.NDArray, Mask | None]:
    values = raw.values
    nulls = values == _NULL if values.dtype == np.int64 else None
    if nulls is not None and not nulls.any():
        nulls = None
    return values, _either(nulls, raw.nulls)


def _either(one: Mask | None, other: Mask | None) -> Mask | None:
    if one is None or other is None:
        return one if other is None else other
    return one | other


def _without(mask: Mask | None, other: Mask | None) -> Mask | None:
    if mask is None or other is None:
        return mask
    rest = mask & ~other
    return rest if rest.any() else None


def _array(values: npt.NDArray, nulls: Mask | None) -> pa.Array:
    """NumPy numbers as Arrow ones. (pa.array would do, were it not to import pandas, which costs half a second.)"""
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, values.size, [_validity(nulls), pa.py_buffer(values)])


def _validity(nulls: Mask | None) -> pa.Buffer | None:
    return None if nulls is None else pa.py_buffer(np.packbits(~nulls, bitorder="little"))


def _numbers(raw: RawColumn) -> pa.Array:
    return _array(*_values_and_nulls(raw))


def _text(raw: RawColumn) -> pa.Array:
    return raw.values.cast(pa.string())


def _scaled(raw: RawColumn, kind: pa.Decimal128Type) -> pa.Array:
    """Whole cents as decimals: each 64-bit number gets the upper half of a 128-bit one."""
    values, nulls = _values_and_nulls(raw)
    if nulls is not None:
        values = np.where(nulls, 0, values)
    if values.size and max(int(values.max()), -int(values.min())) >= 10**kind.precision:
        raise pa.ArrowInvalid(f"a number has more than {kind.precision} digits")
    halves = np.empty((values.size, 2), np.int64)
    halves[:, 0] = values
    halves[:, 1] = values >> 63
    return pa.Array.from_buffers(kind, values.size, [_validity(nulls), pa.py_buffer(halves)])


def _timestamps(raw: RawColumn, fraction: RawColumn | None, kind: pa.TimestampType) -> tuple[pa.Array, Mask | None]:
    """Wall-clock times of numbers such as 20050524225330."""
    values, nulls = _values_and_nulls(raw)
    if nulls is not None:
        values = np.where(nulls, 101_000_000, values)
    timestamps, bad = mysql_calendar.timestamps(values)
    if fraction is not None:
        timestamps += fraction.values.astype(np.int64)
    bad = _without(bad, nulls)
    return _array(timestamps, _either(nulls, bad)).view(pa.timestamp("us")).cast(kind), bad
