"""A connection to the warehouse, for whoever loads it: the assets and the Glue jobs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from pymysql.constants import ER

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.address import Address
from sakila_platform.errors import PlatformError


@contextmanager
def warehouse_connection(address: Address) -> Iterator[mysql.Connection]:
    """An open connection to the warehouse, which is created when it is not there. What was not committed is undone.

    Raises PlatformError, with the rights to grant, when the account may not have one.
    """
    connection = mysql.connect(address.on(""), local_infile=True)
    try:
        _select_database(connection, address)
        yield connection
    finally:
        connection.close()


def _select_database(connection: mysql.Connection, address: Address) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{address.database}` CHARACTER SET utf8mb4")
        connection.select_db(address.database)
    except pymysql.err.OperationalError as error:
        if error.args[0] != ER.DBACCESS_DENIED_ERROR:
            raise
        raise PlatformError(
            f"The warehouse at {address} can't be used: {error.args[1]}. "
            f"Grant the account its rights there: GRANT ALL ON `{address.database}`.* TO its name."
        ) from None
