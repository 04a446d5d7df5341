"""One question answered at once by a database on PostgreSQL or Redshift; nothing can be changed by asking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import psycopg
from psycopg import errors

from sakila_platform.cli.asking.answers import StreamedAnswer
from sakila_platform.cli.asking.queried_names import query_in, unknown_table
from sakila_platform.databases.postgres.address import PostgresAddress, connect, first_line
from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.domains import DOMAINS
from sakila_platform.errors import PlatformError, UsageError

_FETCHED = 1000


@contextmanager
def asked_postgres(database: PostgresDatabase, sql: str) -> Iterator[StreamedAnswer]:
    """The database's answer to one SELECT, while its connection is open.

    Raises UsageError for a statement that isn't one, that would change something, or that names what isn't there.
    """
    query_in(sql, "postgres")
    if database.is_redshift:
        found = database.redshift().ask(sql)
        yield StreamedAnswer(found.columns, found.rows)
        return
    address = database.address()
    with closing(_connected(address)) as connection, connection.cursor(name="answer") as cursor:
        _only_read(connection)
        try:
            cursor.execute(sql.strip().rstrip(";").encode())
        except psycopg.Error as error:
            connection.rollback()
            raise _error(connection, address, error) from None
        yield StreamedAnswer([column.name for column in cursor.description or ()], _rows(cursor, address))


def _connected(address: PostgresAddress) -> psycopg.Connection:
    try:
        return connect(address)
    except PlatformError:
        # The server is there, or asking where it is had said so: the database may not be yet.
        with closing(connect(address.on(""))) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [address.database])
            if found.fetchone():
                raise
        raise UsageError(
            f"There is no {address.database} yet. Load it: `sakila-platform run {_domain_of(address.database)} "
            "--from DAY --to DAY`."
        ) from None


def _domain_of(database: str) -> str:
    names = {found.name: domain.name for domain in DOMAINS for found in domain.databases}
    return names[database]


def _only_read(connection: psycopg.Connection) -> None:
    connection.execute("SET TRANSACTION READ ONLY")
    # A superuser's SELECT could still reach the server's files.
    if connection.execute("SELECT current_setting('is_superuser')").fetchone() == ("on",):
        connection.execute("SET LOCAL ROLE pg_read_all_data")


def _rows(cursor: psycopg.ServerCursor, address: PostgresAddress) -> Iterator[Sequence]:
    try:
        while rows := cursor.fetchmany(_FETCHED):
            yield from rows
    except psycopg.Error as error:
        raise UsageError(f"{address.database} can't answer that: {first_line(error)}") from None


def _error(connection: psycopg.Connection, address: PostgresAddress, error: psycopg.Error) -> PlatformError:
    if isinstance(error, errors.UndefinedTable):
        wanted = first_line(error).partition('"')[2].partition('"')[0]
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name"
        )
        return unknown_table(address.database, wanted, [name for (name,) in names.fetchall()])
    return UsageError(f"{address.database} can't answer that: {first_line(error)}")
