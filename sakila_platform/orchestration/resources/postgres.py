"""The two PostgreSQL databases as resources: purchases (`reviews`) and the warehouse (`datawarehouse_reviews`).

Keep queries out of here: this module only knows where the databases are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import psycopg

from sakila_platform.databases.postgres.address import PostgresAddress, connected
from sakila_platform.embedded.postgres_address import (
    SOURCE_DATABASE,
    WAREHOUSE_DATABASE,
    postgres_server,
    reviews_source_address,
    reviews_warehouse_address,
)


class PurchasesResource(dg.ConfigurableResource):
    """The database of purchases. Empty URL: as the settings say, when it is used."""

    url: str = ""
    database: str = SOURCE_DATABASE

    def address(self) -> PostgresAddress:
        """Where it is; the private server is started if need be."""
        found = postgres_server(self.url) if self.url else reviews_source_address()
        return found.on(self.database)

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        """An open connection, closed afterwards; the database is created when it is not there."""
        with connected(self.address()) as connection:
            yield connection


class ReviewsWarehouseResource(dg.ConfigurableResource):
    """The warehouse of reviews. Empty URL: as the settings say, when it is used."""

    url: str = ""
    database: str = WAREHOUSE_DATABASE

    def address(self) -> PostgresAddress:
        """Where it is; the private server is started if need be."""
        found = postgres_server(self.url) if self.url else reviews_warehouse_address()
        return found.on(self.database)

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        """An open connection, closed afterwards; the database is created when it is not there."""
        with connected(self.address()) as connection:
            yield connection
