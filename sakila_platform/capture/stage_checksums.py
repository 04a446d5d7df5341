"""Stage's side of the comparison with the source, computed by DuckDB from the lake's files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from sakila_platform.capture.source_checksums import DayChecksum, stage_checksums_sql, staged_checksums
from sakila_platform.capture.source_tables import carried_columns
from sakila_platform.lake.duckdb import create_view
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import DAY_PARTITION, day_partition


def stage_checksums(
    connection: duckdb.DuckDBPyConnection, lake: Lake, table: Table, days: Sequence[date]
) -> dict[date, DayChecksum]:
    """What the lake holds of each day, published and set aside. Days without a file are left out."""
    there = set(lake.present(table.name, map(day_partition, days)))
    staged = [day for day in days if day_partition(day) in there]
    if not staged:
        return {}
    create_view(connection, lake, table, [day_partition(day) for day in staged])
    columns = ", ".join((DAY_PARTITION, *carried_columns(table)))
    rows = f"SELECT {columns} FROM {table.name.sql}"
    quarantine = table.name.in_layer("quarantine")
    set_aside = lake.present(quarantine, map(day_partition, staged))
    if set_aside:
        create_view(connection, lake, table, set_aside, quarantine)
        rows += f" UNION ALL SELECT {columns} FROM {quarantine.sql}"
    return staged_checksums(connection.execute(stage_checksums_sql(table, rows)).fetchall(), staged)
