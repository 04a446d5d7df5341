"""DuckDB over the lake: a connection, and views named as in the Glue Data Catalog (`final_sakila.fact_rental`)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from weakref import WeakKeyDictionary

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.lake.file_columns import column_in_file, is_same, readable_partitions
from sakila_platform.lake.files import Lake
from sakila_platform.lake.spill import spill_folder
from sakila_platform.model.contracts import Table, arrow_schema, quarantine_schema
from sakila_platform.model.naming import DAY_PARTITION, TableName, data_file, mart_file

_MEMORY_LIMIT = "500MB"
_THREADS = 2
# What DuckDB calls the column with each row's file. By another name it would read all files to find those of a day.
_PATH = "filename"
# The lakes that a connection's views read.
_READ_FROM: WeakKeyDictionary[duckdb.DuckDBPyConnection, set[Lake]] = WeakKeyDictionary()
_PATTERN = re.compile(r"([*?\[])")


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


@contextmanager
def in_memory_cursor() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for a question about rows that are in memory already; what it registers is its own.

    Cheap, since all of a process share one database that holds nothing: making one costs more than a small question.
    """
    cursor = _shared_database().cursor()
    try:
        yield cursor
    finally:
        cursor.close()


@cache
def _shared_database() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": _THREADS, "autoinstall_known_extensions": "false"})


def create_view(
    connection: duckdb.DuckDBPyConnection,
    lake: Lake,
    table: Table,
    partitions: Sequence[str],
    name: TableName | None = None,
) -> None:
    """Name these partitions of a table so that SQL finds them, with their day as `dt`; rows of no day have none.

    All have the columns of the contract, whatever contract wrote their files. (The files of a year have their year in
    them.) `name` is the table's in another layer: quarantine has its columns, and the reason. Raises PlatformError,
    naming the partition, when a file can't be read by the contract.
    """
    of = name or table.name
    paths = {partition: data_file(of, partition) for partition in partitions}
    files = dict(zip(partitions, _files(connection, lake, list(paths.values())), strict=True))
    wanted = quarantine_schema(table) if of.layer == "quarantine" else arrow_schema(table)
    alike = readable_partitions(table, of, _schemas(files))
    if all(is_same(schema, wanted) for schema in alike):
        scans = [_parquet(list(files.values()))]
    else:
        scans = [_parquet([files[p] for p in alike[schema]], _typed_columns(table, wanted, schema)) for schema in alike]
    _name_scans(connection, of, scans, partitions)


def create_view_of_files(
    connection: duckdb.DuckDBPyConnection, lake: Lake, name: TableName, partitions: Sequence[str]
) -> None:
    """The same for a table that no contract describes: its columns are those of the first of the files."""
    files = _files(connection, lake, [data_file(name, partition) for partition in partitions])
    _name_scans(connection, name, [_parquet(files)], partitions)


def create_mart_view(connection: duckdb.DuckDBPyConnection, lake: Lake, mart: str) -> None:
    """Name a mart's file `marts.<mart>`."""
    files = _files(connection, lake, [mart_file(mart)])
    connection.execute("CREATE SCHEMA IF NOT EXISTS marts")
    connection.execute(f'CREATE OR REPLACE VIEW marts."{mart}" AS SELECT {_columns("")} FROM {_parquet(files)}')


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


def _name_scans(
    connection: duckdb.DuckDBPyConnection, name: TableName, scans: Sequence[str], partitions: Sequence[str]
) -> None:
    key = partitions[0].partition("=")[0] if partitions else ""
    selects = (f"SELECT {_columns(key)} FROM {scan}" for scan in scans)
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.database}")
    connection.execute(f"CREATE OR REPLACE VIEW {name.sql} AS {' UNION ALL '.join(selects)}")


def _schemas(files: Mapping[str, str]) -> list[tuple[str, pa.Schema]]:
    """Partitions with the schemas of their files; none where one is damaged, which DuckDB will report."""
    with suppress(pa.ArrowInvalid, OSError):
        return [(partition, pq.read_schema(file).remove_metadata()) for partition, file in files.items()]
    return []


def _typed_columns(table: Table, wanted: pa.Schema, held: pa.Schema) -> str:
    """How files with these columns are read as the contract's: by name, each with its type, and what it has if lacking.

    (What a column is called in the files is the key.)
    """
    contract = {column.name: column for column in table.columns}
    columns = []
    for field in wanted:
        column = contract.get(field.name)
        default = _quoted(str(column.default)) if column and column.default is not None else "NULL"
        key = (column_in_file(column, held.names) if column else "") or field.name
        columns.append(
            f"{_quoted(key)}: {{name: {_quoted(field.name)}, type: {_quoted(sql_type(field.type))}, "
            f"default_value: {default}}}"
        )
    return f", schema = MAP {{{', '.join(columns)}}}"


def _files(connection: duckdb.DuckDBPyConnection, lake: Lake, paths: Sequence[str]) -> list[str]:
    """Where these files are, for as long as the connection is: a lake's copies are gone with the lake object."""
    _READ_FROM.setdefault(connection, set()).add(lake)
    return lake.local_files(paths)


def _columns(key: str) -> str:
    """The columns of the files, and their day by the folder that holds them. DuckDB reads no file of another day."""
    if key != DAY_PARTITION:
        return f"* EXCLUDE ({_PATH})"
    folder = f"regexp_extract({_PATH}, '/{DAY_PARTITION}=([^/]*)/[^/]*$', 1)"
    return f"* EXCLUDE ({_PATH}), TRY_CAST({folder} AS DATE) AS {DAY_PARTITION}"


def _parquet(files: Sequence[str], typed: str = "") -> str:
    """These files and no others. Of their paths only the folders of the lake tell anything, so DuckDB guesses nothing:

    it would take any folder above, `country=CO`, for a column, and `[`, `*` or `?` there for a pattern.
    """
    listed = ", ".join(_quoted(_PATTERN.sub(r"[\1]", file)) for file in files)
    return f"read_parquet([{listed}], hive_partitioning = false, filename = true{typed})"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
