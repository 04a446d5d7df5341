"""The lake as Spark reads it, and the project's SQL (DuckDB's dialect) as Spark runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce

import pyarrow as pa
import sqlglot
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import col, lit
from pyspark.sql.types import StructField, StructType
from sqlglot import exp

from sakila_platform.lake.file_columns import column_in_file, is_same, require_contract
from sakila_platform.lake.location import open_lake
from sakila_platform.model.contracts import Table, arrow_schema, quarantine_schema
from sakila_platform.model.naming import TableName, data_file, day_partition
from sakila_platform.spark.arguments import as_s3
from sakila_platform.spark.source.columns import file_schema, spark_type
from sakila_platform.star.sql_functions import SqlFunction, written_out


@dataclass(frozen=True)
class LakeViews:
    """Days of lake tables, named so that SQL finds them. `location` is a folder, s3:// or s3a://, as Spark reads it."""

    spark: SparkSession
    location: str
    known: dict[tuple[TableName, tuple[date, ...]], DataFrame] | None = None
    """What was looked up before, for a piece of work during which what it reads does not change."""

    def remembering(self) -> LakeViews:
        """The same views, which look each table's days up but once."""
        return replace(self, known={})

    @property
    def lake_location(self) -> str:
        """The same place as `open_lake` knows it."""
        return as_s3(self.location)

    def read(self, table: Table, days: Sequence[date]) -> DataFrame:
        """These days of a table, with `dt`. Only their files are touched."""
        return self._read(table.name, table, days)

    def read_quarantine(self, table: Table, days: Sequence[date]) -> DataFrame:
        """What was set aside of a table on these days, which all have a file, with `reason` and `dt`."""
        return self._read(table.name.in_layer("quarantine"), table, days)

    def show(self, table: Table, days: Sequence[date]) -> None:
        """Let SQL find these days of a table under its name."""
        self.read(table, days).createOrReplaceTempView(view_name(table.name.database, table.name.table))

    def sql(self, query: str, functions: Sequence[SqlFunction] = ()) -> DataFrame:
        """A query in DuckDB's dialect over tables that are shown; it may call these functions."""
        return self.spark.sql(spark_sql(query, functions))

    def _read(self, name: TableName, table: Table, days: Sequence[date]) -> DataFrame:
        if self.known is None:
            return self._look_up(name, table, days)
        key = (name, tuple(days))
        if key not in self.known:
            self.known[key] = self._look_up(name, table, days)
        return self.known[key]

    def _look_up(self, name: TableName, table: Table, days: Sequence[date]) -> DataFrame:
        schema = file_schema(table, has_reason=name.layer == "quarantine")
        if not days:
            return self.spark.createDataFrame([], schema)
        partitions = [day_partition(day) for day in days]
        alike = require_contract(open_lake(self.lake_location), table, partitions, name)
        wanted = quarantine_schema(table) if name.layer == "quarantine" else arrow_schema(table)
        if all(is_same(found, wanted) for found in alike):
            return self._files(name, partitions, schema)
        read = (self._older_files(name, alike[found], found, table) for found in alike)
        return reduce(DataFrame.unionByName, read)

    def _older_files(self, name: TableName, partitions: Sequence[str], held: pa.Schema, table: Table) -> DataFrame:
        """The same rows as today's files have them: Spark widens no decimal by itself, and knows no defaults."""
        contract = {column.name: column for column in table.columns}
        read, columns = [], []
        for field in file_schema(table, has_reason=name.layer == "quarantine"):
            column = contract.get(field.name)
            in_file = column_in_file(column, held.names) if column else field.name
            if column and not in_file:
                columns.append(lit(column.default).cast(field.dataType).alias(field.name))
                continue
            read.append(StructField(in_file, spark_type(held.field(in_file).type) if column else field.dataType))
            columns.append(col(in_file).cast(field.dataType).alias(field.name))
        return self._files(name, partitions, StructType(read)).select(columns)

    def _files(self, name: TableName, partitions: Sequence[str], schema: StructType) -> DataFrame:
        """The files of these partitions, read by a schema. A column that they lack is full of nulls to Spark."""
        files = [f"{self.location}/{data_file(name, partition)}" for partition in partitions]
        # Only folders below the table name a day, and none of the files is a pattern: Spark would take `[` or `*` in a
        # lake's path for one, or another lake beside it. (The option is Spark's own, for its streams.)
        reader = self.spark.read.schema(schema).option("__globPaths__", "false")
        return reader.option("basePath", f"{self.location}/{name.path}").parquet(*files)


def view_name(database: str, table: str) -> str:
    """What a lake table is called in a session, where views have no database."""
    return f"{database}__{table}"


def spark_sql(query: str, functions: Sequence[SqlFunction] = ()) -> str:
    """A query of DuckDB's dialect in Spark's, its lake tables by their names in the session."""
    tree = written_out(sqlglot.parse_one(query, read="duckdb"), functions)
    for table in list(tree.find_all(exp.Table)):
        if table.db:
            table.replace(exp.to_table(view_name(table.db, table.name)).as_(table.alias_or_name))
    return tree.sql(dialect="spark", comments=False)
