"""What the Parquet files promise: the table as it was, for every engine, and the same bytes for the same rows."""

from __future__ import annotations

import threading
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakila_platform.lake.parquet_files import encode_parquet, write_each

SCHEMA = pa.schema(
    [
        pa.field("id", pa.int32(), nullable=False),
        pa.field("staff_id", pa.int16()),
        pa.field("title", pa.string()),
        pa.field("amount", pa.decimal128(5, 2)),
        pa.field("taken_at", pa.timestamp("us")),
        pa.field("captured_at", pa.timestamp("us", tz="UTC")),
        pa.field("day", pa.date32()),
        pa.field("is_active", pa.bool_()),
        pa.field("poster", pa.binary()),
        pa.field("score", pa.float64()),
    ]
)
ROWS = pa.Table.from_pylist(
    [
        {
            "id": 1,
            "staff_id": -3,
            "title": "ALADDIN 🎬",
            "amount": Decimal("-2.99"),
            "taken_at": datetime(2005, 5, 24, 22, 53, 30, 1),
            "captured_at": datetime(2005, 5, 25),
            "day": date(2005, 5, 24),
            "is_active": True,
            "poster": b"\x00\xff",
            "score": 0.1,
        },
        {"id": 2},
    ],
    SCHEMA,
)


def test_a_table_comes_back_as_it_was_nullability_included():
    read = pq.read_table(pa.BufferReader(encode_parquet(ROWS)))
    assert read.schema == SCHEMA
    assert read == ROWS


def test_an_empty_day_carries_the_schema():
    read = pq.read_table(pa.BufferReader(encode_parquet(SCHEMA.empty_table())))
    assert (read.num_rows, read.schema) == (0, SCHEMA)


def test_the_same_rows_are_the_same_bytes():
    in_pieces = pa.concat_tables([ROWS.slice(0, 1), ROWS.slice(1)])
    assert encode_parquet(ROWS).equals(encode_parquet(ROWS))
    assert encode_parquet(in_pieces.combine_chunks()).equals(encode_parquet(ROWS))
    assert encode_parquet(pa.concat_tables([ROWS, ROWS]).slice(2)).equals(encode_parquet(ROWS))


def test_wall_clock_times_are_marked_as_such_and_instants_as_utc():
    columns = pq.ParquetFile(pa.BufferReader(encode_parquet(ROWS))).schema
    types = {columns.column(n).name: str(columns.column(n).logical_type) for n in range(len(columns.names))}
    assert "isAdjustedToUTC=false, timeUnit=microseconds" in types["taken_at"]
    assert "isAdjustedToUTC=true, timeUnit=microseconds" in types["captured_at"]


def test_duckdb_reads_it_with_the_same_types(tmp_path):
    (tmp_path / "day.parquet").write_bytes(encode_parquet(ROWS))
    with duckdb.connect() as engine:
        engine.execute("SET TimeZone = 'UTC'")
        described = engine.execute(f"DESCRIBE SELECT * FROM '{tmp_path}/day.parquet'").fetchall()
        assert {row[0]: row[1] for row in described} == {
            "id": "INTEGER",
            "staff_id": "SMALLINT",
            "title": "VARCHAR",
            "amount": "DECIMAL(5,2)",
            "taken_at": "TIMESTAMP",
            "captured_at": "TIMESTAMP WITH TIME ZONE",
            "day": "DATE",
            "is_active": "BOOLEAN",
            "poster": "BLOB",
            "score": "DOUBLE",
        }
        values = engine.execute(f"SELECT id, staff_id, amount, taken_at FROM '{tmp_path}/day.parquet'").fetchall()
    assert values == [(1, -3, Decimal("-2.99"), datetime(2005, 5, 24, 22, 53, 30, 1)), (2, None, None, None)]


def test_many_tables_are_written_in_order_and_few_wait():
    taken: list[int] = []
    written: dict[int, pa.Buffer] = {}

    def tables():
        for n in range(100):
            taken.append(n)
            yield n, ROWS

    done = []
    for n in write_each(tables(), lambda n, file: written.update({n: file})):
        done.append(n)
        assert n in written
        assert len(taken) - len(done) < 10
    assert done == list(range(100))


def test_a_write_that_fails_stops_the_writing():
    started: list[int] = []
    lock = threading.Lock()

    def write(n: int, file: pa.Buffer) -> None:
        with lock:
            started.append(n)
        if n == 3:
            raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        list(write_each(((n, ROWS) for n in range(1000)), write))
    assert len(started) < 30
