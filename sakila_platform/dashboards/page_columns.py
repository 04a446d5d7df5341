"""A column of a page's table as JSON has it. Pure.

A text column is its dictionary and the codes; days are days since 1970; a decimal is a whole number and its scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from sakila_platform.dashboards.chart_shapes import Row


def encoded(name: str, column: pa.ChunkedArray) -> Row:
    """A column with all its values."""
    # By type and not by value: a mart without rows has columns too.
    kind = column.type
    if pa.types.is_date(kind):
        return {"name": name, "kind": "day", "values": column.cast(pa.int32()).to_pylist()}
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return {"name": name, "kind": "text", **_dictionary(column)}
    if pa.types.is_decimal(kind):
        whole = [None if value is None else int(value.scaleb(kind.scale)) for value in column.to_pylist()]
        return {"name": name, "kind": "number", "scale": kind.scale, "values": whole}
    plain = column.cast(pa.int8()) if pa.types.is_boolean(kind) else column
    return {"name": name, "kind": "number", "scale": 0, "values": plain.to_pylist()}


def encoded_by(name: str, column: pa.ChunkedArray, by: str, keys: Sequence[Any]) -> Row:
    """A column whose values hang on another's: one value for each key. With all its values where they do not."""
    values = column.to_pylist()
    found: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        if found.setdefault(key, value) != value:
            return encoded(name, column)
    return {**encoded(name, pa.chunked_array([pa.array(found.values(), column.type)])), "by": by, "keys": list(found)}


def _dictionary(column: pa.ChunkedArray) -> Row:
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    names = coded.dictionary.to_pylist()
    members = sorted(names)
    places = {member: number for number, member in enumerate(members)}
    # The last one is for what is null.
    order = np.array([*(places[name] for name in names), -1], dtype=np.int64)
    codes = coded.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
    return {"members": members, "values": order[codes].tolist()}
