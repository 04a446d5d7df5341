"""A domain's database as a resource: where it is and what it is called, as the domain declares it."""

from __future__ import annotations

import dagster as dg

from sakila_platform.declarations.domain import Database
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.settings.every import all_settings

_MYSQL, _POSTGRES = "mysql", "postgres"


class DatabaseResource(dg.ConfigurableResource):
    """A database on a server of one of two kinds, mysql or postgres.

    Its server is at `url`, else where the first of these settings says that is set, else the private one.
    """

    kind: str
    name: str
    settings: list[str]
    is_made: bool = False
    url: str = ""

    @classmethod
    def of(cls, declared: Database) -> DatabaseResource:
        """The resource of a declared database."""
        is_mysql = isinstance(declared, MySQLDatabase)
        return cls(
            kind=_MYSQL if is_mysql else _POSTGRES,
            name=declared.name,
            settings=[setting.name for setting in declared.settings],
            is_made=isinstance(declared, MySQLDatabase) and declared.is_made,
            url=declared.url,
        )

    def database(self) -> Database:
        """The database. Nothing is reached yet."""
        by_name = {setting.name: setting for setting in all_settings()}
        settings = tuple(by_name[name] for name in self.settings)
        if self.kind == _MYSQL:
            return MySQLDatabase(self.name, settings, self.url, is_made=self.is_made)
        return PostgresDatabase(self.name, settings, self.url)
