"""The two databases as resources: the shop's (`sakila`) and the warehouse (`datawarehouse_sakila`).

Keep queries out of here: this module only knows where the databases are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import pymysql

from sakila_platform import mysql, settings
from sakila_platform.embedded.server import running_server
from sakila_platform.errors import PlatformError
from sakila_platform.mysql import Address

OLTP_DATABASE = "sakila"
WAREHOUSE_DATABASE = "datawarehouse_sakila"


def server_address(url: str) -> Address:
    """The server at that URL; for an empty one, the private server that runs under the state folder."""
    if url:
        return Address.parse(url)
    home = settings.HOME.read()
    address = running_server(home)
    if address is None:
        raise PlatformError(
            f"The private database under {home} is not running. "
            "Start it with `sakila-platform up`, or set SAKILA_MYSQL_URL to a server of yours."
        )
    return address


class OltpResource(dg.ConfigurableResource):
    """The shop's database. Empty URL: as the settings say, when it is used."""

    url: str = ""
    database: str = OLTP_DATABASE

    def address(self) -> Address:
        """Where the shop's database is."""
        return server_address(self.url or settings.MYSQL_URL.read()).on(self.database)

    @contextmanager
    def connect(self) -> Iterator[pymysql.Connection]:
        """An open connection, closed afterwards; what was not committed is undone."""
        connection = mysql.connect(self.address())
        try:
            yield connection
        finally:
            connection.close()


class WarehouseResource(dg.ConfigurableResource):
    """The warehouse. Empty URL: as the settings say, when it is used."""

    url: str = ""
    database: str = WAREHOUSE_DATABASE

    def address(self) -> Address:
        """Where the warehouse is."""
        url = self.url or settings.WAREHOUSE_URL.read() or settings.MYSQL_URL.read()
        return server_address(url).on(self.database)

    @contextmanager
    def connect(self) -> Iterator[pymysql.Connection]:
        """An open connection to the warehouse, which is created when it is not there."""
        address = self.address()
        connection = mysql.connect(address.on(""), local_infile=True)
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{address.database}` CHARACTER SET utf8mb4")
            connection.select_db(address.database)
            yield connection
        finally:
            connection.close()
