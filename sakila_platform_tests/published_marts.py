"""Marts as a platform has published them, asked by SQL."""

from __future__ import annotations

import duckdb

from sakila_platform.model.naming import mart_file
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import Rows, rows_of


def mart(platform: Platform, name: str, sql: str) -> Rows:
    """What a query says of a mart, which it calls `mart`."""
    with duckdb.connect() as connection:
        (file,) = platform.lake_files.local_files([mart_file(name)])
        connection.execute(f"CREATE VIEW mart AS SELECT * FROM read_parquet('{file}')")
        found = connection.execute(sql)
        return rows_of([column[0] for column in found.description or ()], found.fetchall())
