"""A domain's database on a MySQL or MariaDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pymysql

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.warehouse_connection import warehouse_connection
from sakila_platform.declarations.declared_database import DeclaredDatabase
from sakila_platform.embedded.mysql_address import server_address


@dataclass(frozen=True)
class MySQLDatabase(DeclaredDatabase):
    """A database of a MySQL or MariaDB."""

    is_made: bool = False
    """Whether a connection makes it where it is not there yet."""

    def address(self) -> Address:
        """Where it is. Raises PlatformError when the private server is wanted and does not run."""
        return server_address(*self.where()).on(self.name)

    @contextmanager
    def connect(self) -> Iterator[pymysql.Connection]:
        """An open connection; what was not committed is undone."""
        if self.is_made:
            with warehouse_connection(self.address()) as connection:
                yield connection
        else:
            with closing(mysql.connect(self.address())) as connection:
                yield connection
