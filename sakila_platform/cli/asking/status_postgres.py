"""What is in a domain's database on PostgreSQL. Starts nothing: a server that is not there has no tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import psycopg
from psycopg import sql

from sakila_platform.databases.postgres.address import PostgresAddress, connect
from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.embedded.postgres.server import describe_postgres, has_postgres, running_postgres
from sakila_platform.errors import PlatformError
from sakila_platform.settings.places import HOME, POSTGRES_URL

_TABLES = (
    "SELECT table_name FROM information_schema.tables "
    "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' "
    "ORDER BY table_name"
)


def postgres_place() -> str:
    """Where it is, for people; "" where the settings name none and the state folder has none."""
    url = POSTGRES_URL.read()
    if url:
        return f"{PostgresAddress.parse(url).on('')} (SAKILA_POSTGRES_URL)"
    home = HOME.read()
    if not has_postgres(home):
        return ""
    server = describe_postgres(home)
    if server.is_running:
        return f"127.0.0.1:{server.port}, pid {server.pid}, {server.version} (private)"
    return "not running (start it: sakila-platform up)"


def postgres_tables(database: PostgresDatabase, day_columns: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """Each table, its rows, and its last day by these columns ("" where it has none).

    Raises PlatformError when the server can't be reached.
    """
    address = _address(database)
    connection = _connected(address) if address else None
    if connection:
        with closing(connection):
            for (table,) in connection.execute(_TABLES).fetchall():
                yield table, *_extent(connection, table, day_columns.get(table))


def _connected(address: PostgresAddress) -> psycopg.Connection | None:
    """None where the server has no such database (yet)."""
    try:
        return connect(address)
    except PlatformError:
        # The server's own database tells whether ours is there, or whether there is no server.
        with closing(connect(address.on(""))) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [address.database]).fetchone()
        if found:
            raise
        return None


def _extent(connection: psycopg.Connection, table: str, column: str | None) -> tuple[int, str]:
    # As text, and without infinity: PostgreSQL's calendar is longer than Python's.
    newest = sql.SQL("(max({0}) FILTER (WHERE isfinite({0})))::date::text")
    last = newest.format(sql.Identifier(column)) if column else sql.SQL("NULL")
    row = connection.execute(sql.SQL("SELECT count(*), {} FROM {}").format(last, sql.Identifier(table))).fetchone()
    return (row[0], row[1] or "") if row else (0, "")


def _address(database: PostgresDatabase) -> PostgresAddress | None:
    """Where it is, None where there is none (yet)."""
    if database.is_redshift:
        # It is asked by statements that cost money and seconds each.
        return None
    url, _ = database.where()
    home = HOME.read()
    found = PostgresAddress.parse(url) if url else running_postgres(home)
    if not found and has_postgres(home):
        raise PlatformError(f"The private PostgreSQL under {home} is not running. Start it with `sakila-platform up`.")
    return found.on(database.name) if found else None
