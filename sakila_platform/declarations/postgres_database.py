"""A domain's database on a PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from sakila_platform.databases.postgres.address import PostgresAddress, connected
from sakila_platform.declarations.declared_database import DeclaredDatabase
from sakila_platform.embedded.postgres.server import say_nothing
from sakila_platform.embedded.postgres_address import postgres_server

if TYPE_CHECKING:
    from sakila_platform.databases.redshift import Redshift


@dataclass(frozen=True)
class PostgresDatabase(DeclaredDatabase):
    """A database of a PostgreSQL, which a connection makes where it is not there yet."""

    @property
    def is_redshift(self) -> bool:
        """Whether it is on Redshift instead: redshift://workgroup/database, which no connection leads to."""
        return self.where()[0].startswith("redshift://")

    def redshift(self) -> Redshift:
        """That Redshift. Raises UsageError when its address is none; nothing is asked of it yet."""
        # Here and not above: who has PostgreSQL has no use for boto3, which takes a quarter of a second to import.
        from sakila_platform.databases.redshift import redshift_at  # noqa: PLC0415

        return redshift_at(*self.where())

    def address(self, report: Callable[[str], None] = say_nothing) -> PostgresAddress:
        """Where it is; the private server is started if need be, and `report` hears of it."""
        return postgres_server(*self.where(), report).on(self.name)

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection]:
        """An open connection; what was not committed is undone."""
        with connected(self.address()) as connection:
            yield connection
