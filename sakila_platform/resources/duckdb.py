"""DuckDB over the lake: a connection, and views named as in the Glue catalogue (`final_sakila.fact_rental`)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import duckdb
import pyarrow as pa

from sakila_platform.naming import DAY_PARTITION, YEAR_PARTITION, TableName, data_file, mart_file
from sakila_platform.resources.lake_files import Lake
from sakila_platform.resources.spill import spill_folder

_MEMORY_LIMIT = "500MB"
_THREADS = 2
_PARTITION_TYPES = {DAY_PARTITION: "DATE", YEAR_PARTITION: "SMALLINT"}


@contextmanager
def open_duckdb() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in memory that works in UTC, spills to disk when it must, and reaches no network."""
    # Where the state folder can't be written, only what does not fit in memory fails, and says so.
    with suppress(OSError):
        spill_folder().mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(
        config={
            "memory_limit": _MEMORY_LIMIT,
            "threads": _THREADS,
            "autoinstall_known_extensions": "false",
            # Else it spills into whatever folder the process was started in. DuckDB removes it when it closes.
            "temp_directory": str(spill_folder() / f"duckdb-{uuid.uuid4().hex}"),
        }
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET enable_progress_bar = false")
    try:
        yield connection
    finally:
        connection.close()


def create_view(connection: duckdb.DuckDBPyConnection, lake: Lake, table: TableName, partitions: Sequence[str]) -> None:
    """Name these partitions of a table so that SQL finds them, with the partition as a column (dt or year)."""
    found = lake.local_files([data_file(table, partition) for partition in partitions])
    files = ", ".join(map(_quoted, found))
    # DuckDB refuses a type for a partition that is not there.
    key = partitions[0].partition("=")[0] if partitions else ""
    typed = f", hive_types = {{'{key}': {_PARTITION_TYPES[key]}}}" if key else ""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.database}")
    connection.execute(
        f"CREATE OR REPLACE VIEW {table.sql} AS SELECT * FROM read_parquet([{files}], hive_partitioning = true{typed})"
    )


def create_mart_view(connection: duckdb.DuckDBPyConnection, lake: Lake, mart: str) -> None:
    """Name a mart's file `marts.<mart>`."""
    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    (file,) = lake.local_files([mart_file(mart)])
    connection.execute(f'CREATE OR REPLACE VIEW marts."{mart}" AS SELECT * FROM read_parquet({_quoted(file)})')


def sql_type(arrow: pa.DataType) -> str:
    """The name of an Arrow type in DuckDB's SQL. Raises KeyError for a type that no contract uses."""
    if pa.types.is_decimal(arrow):
        return f"DECIMAL({arrow.precision}, {arrow.scale})"
    return {
        pa.int16(): "SMALLINT",
        pa.int32(): "INTEGER",
        pa.int64(): "BIGINT",
        pa.bool_(): "BOOLEAN",
        pa.date32(): "DATE",
        pa.timestamp("us"): "TIMESTAMP",
        pa.timestamp("us", tz="UTC"): "TIMESTAMP WITH TIME ZONE",
        pa.string(): "VARCHAR",
    }[arrow]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
