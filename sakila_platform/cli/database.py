"""The database servers started and stopped."""

from __future__ import annotations

from sakila_platform.cli.terminal import Report
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.postgres.address import PostgresAddress, connected
from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.embedded.mariadb.server import stop_server
from sakila_platform.embedded.mysql_address import started_server
from sakila_platform.embedded.postgres.server import ensure_postgres, has_postgres, stop_postgres
from sakila_platform.settings.places import HOME, POSTGRES_URL


def start_databases(report: Report) -> list[Address | PostgresAddress]:
    """That server, and the private PostgreSQL where the state folder has one: it is made when a domain needs it."""
    found: list[Address | PostgresAddress] = [started_server(report)]
    home = HOME.read()
    if has_postgres(home) and not POSTGRES_URL.read():
        found.append(ensure_postgres(home, report))
    return found


def start_databases_of(domain: Domain, report: Report) -> None:
    """The servers that a domain works with, which answer; a private one is started if need be."""
    # Both of its databases are on one server, or the warehouse's is one that is always there.
    for database in domain.databases[:1]:
        if isinstance(database, MySQLDatabase):
            started_server(report)
        elif not database.is_redshift:
            with connected(database.address(report)):
                pass


def stop_database(report: Report) -> bool:
    """Stop the private servers. False when none ran; servers of the settings' URLs are left alone."""
    home = HOME.read()
    stopped = [stop_server(home, report), stop_postgres(home, report)]
    return any(stopped)
