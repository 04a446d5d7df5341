"""Bytes of MySQL's binary protocol as columns: what a packet of a row holds, for many rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pymysql.constants import FIELD_TYPE, FLAG

# The length of a packet and its number, before its own bytes.
HEADER = 4
_NUMBER_FORMATS = {
    FIELD_TYPE.TINY: "i1",
    FIELD_TYPE.SHORT: "i2",
    FIELD_TYPE.YEAR: "i2",
    FIELD_TYPE.INT24: "i4",
    FIELD_TYPE.LONG: "i4",
    FIELD_TYPE.LONGLONG: "i8",
    FIELD_TYPE.FLOAT: "f4",
    FIELD_TYPE.DOUBLE: "f8",
}


@dataclass(frozen=True)
class ResultColumn:
    """A column of a result, as the server describes it. `decimals` counts digits, or fractions of a second."""

    name: str
    type_code: int
    flags: int
    charset: int
    length: int
    decimals: int

    @property
    def is_unsigned(self) -> bool:
        """Whether a number of this column is never negative."""
        return bool(self.flags & FLAG.UNSIGNED)

    @property
    def is_nullable(self) -> bool:
        """Whether the column may hold null."""
        return not self.flags & FLAG.NOT_NULL

    @property
    def number_format(self) -> str:
        """The little-endian NumPy format of a number, or nothing for what arrives as bytes."""
        form = _NUMBER_FORMATS.get(self.type_code, "")
        return "<" + (form.replace("i", "u") if self.is_unsigned else form) if form else ""


class RawColumn(NamedTuple):
    """The values of some rows: a NumPy array of numbers or an Arrow array of bytes, and where they are null."""

    values: Any
    nulls: npt.NDArray[np.bool_] | None


def _row_format(columns: Sequence[ResultColumn]) -> list[tuple[str, str]]:
    fields = [("header", f"V{HEADER + 1}"), ("nulls", f"V{(len(columns) + 9) // 8}")]
    return fields + [(f"column_{n}", column.number_format) for n, column in enumerate(columns)]


def even_row_bytes(columns: Sequence[ResultColumn]) -> int:
    """How long a row's packet is when all columns are numbers and none is null; 0 when rows vary."""
    if not all(column.number_format for column in columns):
        return 0
    return np.dtype(_row_format(columns)).itemsize


def even_columns(octets: npt.NDArray[np.uint8], rows: int, columns: Sequence[ResultColumn]) -> list[RawColumn]:
    """The columns of rows that are all even, from the first byte on. They are copies: the bytes may change."""
    table = np.frombuffer(octets, np.dtype(_row_format(columns)), rows)
    return [RawColumn(np.ascontiguousarray(table[f"column_{n}"]), None) for n in range(len(columns))]


def uneven_columns(
    octets: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], columns: Sequence[ResultColumn]
) -> list[RawColumn]:
    """The columns of rows that start here and there. They are copies: the bytes may change."""
    bitmaps = starts + HEADER + 1
    at = bitmaps + (len(columns) + 9) // 8
    decoded = []
    for n, column in enumerate(columns):
        byte, bit = divmod(n + 2, 8)
        nulls = (octets[bitmaps + byte] >> bit & 1).astype(np.bool_)
        if column.number_format:
            values, sizes = _numbers(octets, at, np.dtype(column.number_format))
            values[nulls] = 0
        else:
            at, sizes = _byte_lengths(octets, at, nulls)
            values = _bytes(octets, at, sizes, nulls)
        decoded.append(RawColumn(values, nulls if nulls.any() else None))
        at = at + np.where(nulls, 0, sizes)
    return decoded


def _numbers(
    octets: npt.NDArray[np.uint8], at: npt.NDArray[np.int64], form: np.dtype
) -> tuple[npt.NDArray, npt.NDArray[np.int64]]:
    gathered = octets[at[:, None] + np.arange(form.itemsize)]
    return np.ascontiguousarray(gathered).view(form).reshape(-1), np.full(at.size, form.itemsize)


def _byte_lengths(
    octets: npt.NDArray[np.uint8], at: npt.NDArray[np.int64], nulls: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the bytes of length-encoded values start, and how many they are: 1, 3 or 4 bytes hold the length."""
    first = octets[at].astype(np.int64)
    two = octets[at + 1].astype(np.int64) | octets[at + 2].astype(np.int64) << 8
    three = two | octets[at + 3].astype(np.int64) << 16
    sizes = np.where(first < 251, first, np.where(first == 252, two, three))
    heads = np.where(first < 251, 1, np.where(first == 252, 3, 4))
    return at + np.where(nulls, 0, heads), np.where(nulls, 0, sizes)


def _bytes(
    octets: npt.NDArray[np.uint8],
    at: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    nulls: npt.NDArray[np.bool_],
) -> pa.Array:
    offsets = np.zeros(sizes.size + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    places = np.repeat((at - offsets[:-1]).astype(np.int32), sizes) + np.arange(offsets[-1], dtype=np.int32)
    validity = pa.py_buffer(np.packbits(~nulls, bitorder="little")) if nulls.any() else None
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(octets[places])]
    return pa.Array.from_buffers(pa.binary(), sizes.size, buffers)
