"""A contract's columns as Spark knows them, and as a MySQL server is asked for them over JDBC.

The server turns values into whole numbers and text, and Spark types them: so no driver's idea of a zero date, a
TINYINT(1) or a time zone comes between, whichever driver it is.
"""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import types as spark

from sakila_platform.capture.source_tables import carried_columns
from sakila_platform.databases.mysql.where import quoted
from sakila_platform.model.contracts import Column, Table
from sakila_platform.model.naming import DAY_PARTITION

UNUSABLE = "has_unusable_dates"
PARTITION_KEY = "partition_key"
REASON = "reason"
_MICROSECONDS = 1_000_000
_TYPES: dict[pa.DataType, spark.DataType] = {
    pa.int16(): spark.ShortType(),
    pa.int32(): spark.IntegerType(),
    pa.int64(): spark.LongType(),
    pa.bool_(): spark.BooleanType(),
    pa.date32(): spark.DateType(),
    pa.timestamp("us"): spark.TimestampNTZType(),
    pa.timestamp("us", tz="UTC"): spark.TimestampType(),
    pa.string(): spark.StringType(),
}


def spark_type(arrow: pa.DataType) -> spark.DataType:
    """The Spark type of an Arrow type. Raises KeyError for a type that no contract uses."""
    if pa.types.is_decimal(arrow):
        return spark.DecimalType(arrow.precision, arrow.scale)
    return _TYPES[arrow]


def file_schema(table: Table, *, has_reason: bool = False) -> spark.StructType:
    """How Spark reads the table's files (or its quarantine's, which have a reason), and `dt`, their partition."""
    fields = [spark.StructField(column.name, spark_type(column.type.arrow)) for column in table.columns]
    if has_reason:
        fields.append(spark.StructField(REASON, spark.StringType()))
    return spark.StructType([*fields, spark.StructField(DAY_PARTITION, spark.DateType())])


def typed_columns(table: Table) -> list[str]:
    """The table's columns, each cast to its contract's type: Spark SQL. What does not fit is an error."""
    return [f"CAST(`{c.name}` AS {spark_type(c.type.arrow).simpleString()}) AS `{c.name}`" for c in table.columns]


def source_query(table: Table, condition: str) -> str:
    """A source table's carried columns as whole numbers and text, for the rows that fulfil a condition: MySQL."""
    columns = [f"{_asked(table.column(name))} AS {quoted(name)}" for name in carried_columns(table)]
    columns.append(f"{quoted(table.primary_key[0])} AS {PARTITION_KEY}")
    where = f" WHERE {condition}" if condition else ""
    return f"SELECT {', '.join(columns)} FROM {quoted(table.name.table)}{where}"


def source_types(table: Table) -> str:
    """The Spark types in which that query's columns arrive."""
    columns = [
        f"`{name}` {'BIGINT' if _is_number(table.column(name).type.arrow) else 'STRING'}"
        for name in carried_columns(table)
    ]
    return ", ".join(columns)


def decoded_columns(table: Table) -> list[str]:
    """The carried columns of that query typed as the contract says, and whether the row has a date that is none."""
    carried = [table.column(name) for name in carried_columns(table)]
    decoded = [f"{_decoded_or_refused(table, column)} AS `{column.name}`" for column in carried]
    dates = [c for c in carried if pa.types.is_timestamp(c.type.arrow) or pa.types.is_date(c.type.arrow)]
    unusable = " OR ".join(f"(`{c.name}` IS NOT NULL AND {_decoded(c)} IS NULL)" for c in dates) or "FALSE"
    return [*decoded, f"{unusable} AS {UNUSABLE}"]


def _is_number(arrow: pa.DataType) -> bool:
    return pa.types.is_integer(arrow) or pa.types.is_boolean(arrow) or _is_instant(arrow)


def _is_instant(arrow: pa.DataType) -> bool:
    return pa.types.is_timestamp(arrow) and arrow.tz is not None


def _asked(column: Column) -> str:
    name, arrow = quoted(column.name), column.type.arrow
    if pa.types.is_integer(arrow):
        return f"CAST({name} AS SIGNED)"
    if pa.types.is_boolean(arrow):
        return f"CAST({name} <> 0 AS SIGNED)"
    if _is_instant(arrow):
        return f"CAST(UNIX_TIMESTAMP({name}) * {_MICROSECONDS} AS SIGNED)"
    if pa.types.is_string(arrow):
        return f"CONVERT({name} USING utf8mb4)"
    return f"CAST({name} AS CHAR)"


def _decoded_or_refused(table: Table, column: Column) -> str:
    """The column typed; a number that its type can't hold is an error that names it."""
    arrow, name = column.type.arrow, f"`{column.name}`"
    if not (pa.types.is_integer(arrow) or pa.types.is_decimal(arrow)):
        return _decoded(column)
    message = (
        f"{table.name.table} holds a value that its contract\\'s type cannot, in {column.name}. "
        "Correct the value, or the column\\'s type in the contract."
    )
    kind = spark_type(arrow).simpleString()
    refused = f"CAST(raise_error('{message}') AS {kind})"
    return f"CASE WHEN {name} IS NOT NULL THEN COALESCE(TRY_CAST({name} AS {kind}), {refused}) END"


def _decoded(column: Column) -> str:
    """Dates and times that no calendar has become null, as in the local lane."""
    name, arrow = f"`{column.name}`", column.type.arrow
    if _is_instant(arrow):
        return f"CASE WHEN {name} <> 0 THEN timestamp_micros({name}) END"
    kind = spark_type(arrow).simpleString()
    if pa.types.is_timestamp(arrow) or pa.types.is_date(arrow):
        return f"TRY_CAST({name} AS {kind})"
    return f"CAST({name} AS {kind})"
