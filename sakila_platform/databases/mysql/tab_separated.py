"""Arrow rows as the text that LOAD DATA reads: tabs between, quotes around text, the bare word NULL for null.

With quotes doubled inside quotes and no escape character, tabs, newlines, backslashes and 'NULL' mean themselves.
"""

from __future__ import annotations

import io

import polars as pl
import polars.selectors as cs
import pyarrow as pa

# The options that LOAD DATA reads it with.
FORMAT = (
    r"CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\t' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' "
    r"LINES TERMINATED BY '\n'"
)


def is_hexadecimal(kind: pa.DataType) -> bool:
    """Whether a column's values are written as hexadecimal digits, since bytes are no text."""
    return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)


def encode_rows(rows: pa.RecordBatch) -> bytes:
    """The rows as utf-8 text, a line each: times as UTC or wall clock, to the microsecond if they have any."""
    frame = pl.from_arrow(rows)
    assert isinstance(frame, pl.DataFrame)
    has_text = any(kind == pl.String or kind == pl.Binary for kind in frame.dtypes)
    frame = frame.with_columns(cs.boolean().cast(pl.Int8), cs.binary().bin.encode("hex"))
    sink = io.BytesIO()
    frame.write_csv(
        sink,
        include_header=False,
        separator="\t",
        null_value="NULL",
        quote_style="non_numeric" if has_text else "never",
        datetime_format="%Y-%m-%d %H:%M:%S%.6f" if _has_fractions(frame) else "%Y-%m-%d %H:%M:%S",
        date_format="%Y-%m-%d",
    )
    return sink.getvalue()


def _has_fractions(frame: pl.DataFrame) -> bool:
    times = frame.select(cs.datetime().to_physical() % 1_000_000 != 0)
    return any(times.select(pl.all().any()).row(0)) if times.width else False
