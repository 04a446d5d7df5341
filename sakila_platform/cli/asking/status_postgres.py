"""What is where in the PostgreSQL of the domain reviews. Starts nothing: a server that is not there has no tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psycopg
from psycopg import sql

from sakila_platform.databases.postgres.address import PostgresAddress, connect
from sakila_platform.embedded.postgres.server import describe_postgres, has_postgres, running_postgres
from sakila_platform.embedded.postgres_address import SOURCE_DATABASE, WAREHOUSE_DATABASE
from sakila_platform.errors import PlatformError
from sakila_platform.settings.places import HOME, POSTGRES_URL
from sakila_platform.settings.reviews import REVIEWS_WAREHOUSE_URL
from sakila_platform.warehouse.lake_of_warehouse import RECORD

_DAYS = {"user_purchase": "invoice_date", "fact_movie_analytics": "insert_date"}
_TABLES = (
    "SELECT table_name FROM information_schema.tables "
    "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> %s "
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


def postgres_tables() -> Iterator[tuple[str, str, int, str]]:
    """Layer, table, rows and last day ("" where it has none) of each table of both databases.

    Raises PlatformError when a server can't be reached.
    """
    for layer, address in (("oltp", _source()), ("warehouse", _warehouse())):
        connection = _connected(address) if address else None
        if connection:
            with closing(connection):
                for (table,) in connection.execute(_TABLES, [RECORD]).fetchall():
                    yield layer, table, *_extent(connection, table)


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


def _extent(connection: psycopg.Connection, table: str) -> tuple[int, str]:
    column = _DAYS.get(table)
    # As text, and without infinity: PostgreSQL's calendar is longer than Python's.
    newest = sql.SQL("(max({0}) FILTER (WHERE isfinite({0})))::date::text")
    last = newest.format(sql.Identifier(column)) if column else sql.SQL("NULL")
    row = connection.execute(sql.SQL("SELECT count(*), {} FROM {}").format(last, sql.Identifier(table))).fetchone()
    return (row[0], row[1] or "") if row else (0, "")


def _source() -> PostgresAddress | None:
    return _server(POSTGRES_URL.read(), SOURCE_DATABASE)


def _warehouse() -> PostgresAddress | None:
    return _server(REVIEWS_WAREHOUSE_URL.read() or POSTGRES_URL.read(), WAREHOUSE_DATABASE)


def _server(url: str, database: str) -> PostgresAddress | None:
    if url.startswith("redshift"):
        # It is asked by statements that cost money and seconds each.
        return None
    home = HOME.read()
    found = PostgresAddress.parse(url) if url else running_postgres(home)
    if not found and has_postgres(home):
        raise PlatformError(f"The private PostgreSQL under {home} is not running. Start it with `sakila-platform up`.")
    return found.on(database) if found else None
