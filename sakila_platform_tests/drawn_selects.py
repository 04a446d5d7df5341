"""A SELECT of the project on tables that one can see, as an engine of the lake runs it: rows in, rows out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from sakila_platform.catalogue.csv.rows import CSV_ROWS, CSV_ROWS_SCHEMA
from sakila_platform.catalogue.declared_terms import GENRE_NAMES, SUBGENRE_TERMS
from sakila_platform.catalogue.trusted_tables import CSV_LINES
from sakila_platform.domains import DOMAINS
from sakila_platform.lake.duckdb import open_duckdb, sql_type
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.naming import DAY_PARTITION, TableName
from sakila_platform.model.queries import SQL_FOLDER, Query, read_query
from sakila_platform.reviews.star_build import FUNCTIONS
from sakila_platform.spark.lake_views import spark_sql, view_name
from sakila_platform.spark.source.columns import spark_type, typed_columns
from sakila_platform.star.sql_functions import macros
from sakila_platform_tests.tables import Rows, drawn_rows

Select = Callable[[str, Mapping[str, str]], Rows]
"""The rows of `rentals/final/fact_rental` on tables drawn by their names in SQL, `stage_sakila.rental`.

A column that is not drawn is null. The rows come in the order of their values.
"""
_TABLES = {table.name: table for domain in DOMAINS for table in domain.lake_tables} | {CSV_LINES.name: CSV_LINES}
_DAY = pa.field(DAY_PARTITION, pa.date32())
# What SQL reads beside the tables of contracts.
_OTHERS = {
    CSV_ROWS: CSV_ROWS_SCHEMA,
    SUBGENRE_TERMS: pa.schema([(name, pa.string()) for name in ("subgenre", "kind", "term")]),
    GENRE_NAMES: pa.schema([(name, pa.string()) for name in ("source_genre", "genre")]),
}


@dataclass(frozen=True)
class _Drawn:
    """A table as it was drawn, all of its columns, each value a text, and the types that they stand for."""

    schema: pa.Schema
    rows: list[list[str | None]]


def select_on_duckdb(file: str, given: Mapping[str, str]) -> Rows:
    """Run the SELECT as the local lane does."""
    query, tables = _prepared(file, given)
    contract = _made_by(file)
    columns = list(query.columns)
    if contract:
        types = {field.name: sql_type(field.type) for field in arrow_schema(contract)}
        columns = [f'CAST("{c}" AS {types[c]}) AS "{c}"' if c in types else c for c in columns]
    with open_duckdb() as connection:
        for statement in macros(FUNCTIONS):
            connection.execute(statement)
        for name, drawn in tables.items():
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.database}")
            names = ", ".join(f'"{field.name}" {sql_type(field.type)}' for field in drawn.schema)
            connection.execute(f"CREATE TABLE {name.sql} ({names})")
            marks = ", ".join("?" * len(drawn.schema))
            connection.executemany(f"INSERT INTO {name.sql} VALUES ({marks})", drawn.rows)
        found = connection.execute(f"SELECT {', '.join(columns)} FROM ({query.sql}\n)").to_arrow_table()
    return _ordered(found.to_pylist())


def select_on_spark(spark: SparkSession) -> Select:
    """How the Glue lane runs it, on this session."""

    def select(file: str, given: Mapping[str, str]) -> Rows:
        query, tables = _prepared(file, given)
        for name, drawn in tables.items():
            _local_rows(spark, drawn).createOrReplaceTempView(view_name(name.database, name.table))
        found = spark.sql(spark_sql(query.sql, FUNCTIONS))
        if contract := _made_by(file):
            further = [column for column in query.columns if column not in contract.column_names]
            found = found.selectExpr(*typed_columns(contract), *further).select(*query.columns)
        # Instants are collected in the time zone of the process, but wall clocks as they are.
        shown = [f"CAST({n} AS timestamp_ntz) AS {n}" if kind == "timestamp" else n for n, kind in found.dtypes]
        return _ordered([row.asDict() for row in found.selectExpr(*shown).collect()])

    return select


def _local_rows(spark: SparkSession, drawn: _Drawn) -> DataFrame:
    """Rows that Spark plans by their size, so that a join of a few is no work for all of its executors."""
    columns = [
        f"CAST(`{field.name}` AS {spark_type(field.type).simpleString()}) AS `{field.name}`" for field in drawn.schema
    ]
    marks = f"({', '.join('?' * len(columns))})"
    names = ", ".join(f"`{name}`" for name in drawn.schema.names)
    values = f"VALUES {', '.join([marks] * len(drawn.rows))} AS drawn({names})"
    return spark.sql(f"SELECT {', '.join(columns)} FROM {values}", [value for row in drawn.rows for value in row])


def _prepared(file: str, given: Mapping[str, str]) -> tuple[Query, dict[TableName, _Drawn]]:
    query = read_query(SQL_FOLDER / f"{file}.sql", "duckdb")
    reads = {name.sql for name in query.lake_inputs}
    assert given.keys() == reads, f"draw {reads}, which the SELECT reads, and no other"
    return query, {name: _drawn(given[name.sql], _schema(name)) for name in query.lake_inputs}


def _schema(name: TableName) -> pa.Schema:
    """A table's columns, with the day where they have none of that name."""
    return _OTHERS[name] if name in _OTHERS else arrow_schema(_TABLES[name]).append(_DAY)


def _drawn(text: str, schema: pa.Schema) -> _Drawn:
    rows = [{name: None if cell == "null" else cell for name, cell in row.items()} for row in drawn_rows(text)]
    strangers = {name for row in rows for name in row} - set(schema.names)
    assert not strangers, f"there are no columns {strangers}"
    return _Drawn(schema, [[row.get(name) for name in schema.names] for row in rows])


def _made_by(file: str) -> Table | None:
    """The contract of the table that the SELECT makes; none of one that only says what was found."""
    name, layer, table = file.split("/")
    (source,) = (domain.source for domain in DOMAINS if domain.name == name)
    return _TABLES.get(TableName(layer, source, table))


def _ordered(rows: list[dict[str, Any]]) -> Rows:
    return Rows(sorted(rows, key=lambda row: [(value is not None, value) for value in row.values()]))
