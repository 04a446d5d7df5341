"""The days of a lake table that a load reads, as a view in its DuckDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import create_view
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import day_partition


def view_days(duck: duckdb.DuckDBPyConnection, lake: Lake, table: Table, days: Sequence[date]) -> None:
    """Make these days of a lake table readable in DuckDB. Raises PlatformError when one is missing or damaged."""
    partitions = [day_partition(day) for day in days]
    missing = lake.missing(table.name, partitions)
    if missing:
        raise PlatformError(f"{table.name} has no {missing[0]}. Run final for this day first, then the warehouse.")
    try:
        create_view(duck, lake, table, partitions)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise PlatformError(f"{table.name} can't be read: {reason}. Run final for these days again.") from None
