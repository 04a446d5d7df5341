"""The kinds of databases that a domain may have."""

from __future__ import annotations

from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.declarations.postgres_database import PostgresDatabase

Database = MySQLDatabase | PostgresDatabase
