"""The days of a lake table that a load reads, as a view in its DuckDB; and why they can't be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import duckdb

from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import create_view
from sakila_platform.lake.file_columns import require_contract
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName, day_partition


def view_days(duck: duckdb.DuckDBPyConnection, lake: Lake, table: TableName, days: Sequence[date]) -> None:
    """Make these days of a lake table readable in DuckDB. Raises PlatformError when one is missing or damaged."""
    partitions = [day_partition(day) for day in days]
    missing = lake.missing(table, partitions)
    if missing:
        raise PlatformError(f"{table} has no {missing[0]}. Run final for this day first, then the warehouse.")
    try:
        create_view(duck, lake, table, partitions)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise PlatformError(f"{table} can't be read: {reason}. Run final for these days again.") from None


@contextmanager
def older_files_explained(lake: Lake, looked_at: Mapping[Table, Sequence[str]]) -> Iterator[None]:
    """Around work with partitions of these tables: when it fails, and files of another contract are why, say so.

    What fails otherwise is raised as it was. Nothing is looked at as long as nothing fails, since a history has
    thousands of files. `looked_at` may be filled during the work.
    """
    try:
        yield
    except (duckdb.Error, PlatformError, ValueError, KeyError):
        for table, partitions in looked_at.items():
            require_contract(lake, table, partitions)
        raise
