"""The two databases as resources: the shop's (`sakila`) and the warehouse (`datawarehouse_sakila`).

Keep queries out of here: this module only knows where the databases are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.address import Address
from sakila_platform.embedded.mysql_address import OLTP_DATABASE, WAREHOUSE_DATABASE, server_address, warehouse_server
from sakila_platform.orchestration.resources.warehouse_connection import warehouse_connection
from sakila_platform.settings.places import MYSQL_URL


class OltpResource(dg.ConfigurableResource):
    """The shop's database. Empty URL: as the settings say, when it is used."""

    url: str = ""
    database: str = OLTP_DATABASE

    def address(self) -> Address:
        """Where the shop's database is."""
        return server_address(self.url or MYSQL_URL.read()).on(self.database)

    @contextmanager
    def connect(self) -> Iterator[mysql.Connection]:
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
        return warehouse_server(self.url).on(self.database)

    @contextmanager
    def connect(self) -> Iterator[mysql.Connection]:
        """An open connection to the warehouse, which is created when it is not there."""
        with warehouse_connection(self.address()) as connection:
            yield connection
