"""Events by the days on which something happened to them (rule 4 of the lake), as columns of Spark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as f

from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import DAY_PARTITION


def slice_by_day(rows: DataFrame, table: Table, days: Sequence[date]) -> DataFrame:
    """The events on each of these days (`dt`): a row on each day that one of its day columns names, once.

    It is as of the end of that day: a later day column (any but the first) that lies after the day is null. Rows whose
    first day column is null are on no day: they come once, as they are, and their `dt` is null.
    """
    main, *later = table.day_columns
    named = f.array_distinct(f.filter(f.array(*(_day(name) for name in table.day_columns)), f.isnotnull))
    nowhere = f.array(f.lit(None).cast("date"))
    dated = rows.withColumn(DAY_PARTITION, f.explode(f.when(f.col(main).isNull(), nowhere).otherwise(named)))
    dt = f.col(DAY_PARTITION)
    wanted = dated.where(dt.isNull() | dt.isin([f.lit(day) for day in days]))
    for name in later:
        wanted = wanted.withColumn(name, f.when(dt.isNull() | (_day(name) <= dt), f.col(name)))
    return wanted


def _day(name: str) -> Column:
    return f.col(name).cast("date")
