"""A connection to the warehouse, for whoever loads it: the assets and the Glue jobs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sakila_platform import mysql
from sakila_platform.mysql import Address


@contextmanager
def warehouse_connection(address: Address) -> Iterator[mysql.Connection]:
    """An open connection to the warehouse, which is created when it is not there. What was not committed is undone."""
    connection = mysql.connect(address.on(""), local_infile=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{address.database}` CHARACTER SET utf8mb4")
        connection.select_db(address.database)
        yield connection
    finally:
        connection.close()
