"""One way to reach a PostgreSQL server: an address, and a connection whose session is set as the platform needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from sakila_platform.errors import PlatformError, UsageError

DEFAULT_PORT = 5432
_SCHEMES = ("postgresql", "postgres")
# Every server has it, so it is where one asks for another database.
_MAINTENANCE = "postgres"
_CONNECT_SECONDS = 10


@dataclass(frozen=True)
class PostgresAddress:
    """Where a PostgreSQL server listens and as whom to log in. The password never shows in a repr or a message."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """More of libpq's parameters, such as ("sslmode", "require")."""

    @classmethod
    def parse(cls, url: str, setting: str = "SAKILA_POSTGRES_URL") -> PostgresAddress:
        """From postgresql://user:password@host:port[/database][?sslmode=require]. Else raises UsageError."""
        wrong = UsageError(f"{setting} is not a PostgreSQL address. Give postgresql://user:password@host:5432")
        try:
            parts = urlsplit(url)
            port = parts.port or DEFAULT_PORT
        except ValueError:
            raise wrong from None
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise wrong
        return cls(
            host=parts.hostname,
            port=port,
            user=unquote(parts.username or "postgres"),
            password=unquote(parts.password or ""),
            database=unquote(parts.path.strip("/")),
            options=tuple(parse_qsl(parts.query)),
        )

    def on(self, database: str) -> PostgresAddress:
        """The same server, with another database selected."""
        return replace(self, database=database)

    @property
    def conninfo(self) -> str:
        """The address as libpq takes it, password included: never for messages. Raises psycopg's errors."""
        parameters: dict[str, str | int] = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "dbname": self.database or _MAINTENANCE,
            "connect_timeout": _CONNECT_SECONDS,
            "client_encoding": "utf8",
            "application_name": "sakila-platform",
        }
        return make_conninfo("", **parameters | dict(self.options))

    @property
    def url(self) -> str:
        """The address as a URL, password included: for drivers, never for messages."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        more = f"?{urlencode(self.options)}" if self.options else ""
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(self.database, safe='')}{more}"

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


def connect(address: PostgresAddress, *, autocommit: bool = False) -> psycopg.Connection:
    """An open connection: UTF-8, UTC. Raises PlatformError, naming the server, when there is none."""
    try:
        connection = psycopg.connect(address.conninfo, autocommit=True)
        connection.execute("SET TIME ZONE 'UTC'")
    except psycopg.Error as error:
        raise PlatformError(
            f"No PostgreSQL answers at {address}: {first_line(error)}. Start the private one with "
            "`sakila-platform up`, or correct SAKILA_POSTGRES_URL or SAKILA_REVIEWS_WAREHOUSE_URL."
        ) from None
    connection.autocommit = autocommit
    return connection


@contextmanager
def connected(address: PostgresAddress) -> Iterator[psycopg.Connection]:
    """An open connection to a database, which is created when it is not there.

    Closed afterwards; what was not committed is undone.
    """
    ensure_database(address)
    connection = connect(address)
    try:
        yield connection
    finally:
        connection.close()


def ensure_database(address: PostgresAddress) -> None:
    """Create the address's database where it is not there. Raises PlatformError when it can't be had."""
    try:
        connect(address).close()
    except PlatformError as no_way_in:
        if not _create(address):
            raise no_way_in from None


def first_line(error: psycopg.Error) -> str:
    """What a PostgreSQL error says, without the statement, the hints and the addresses it also tried."""
    primary = error.diag.message_primary
    if primary:
        return primary
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].removeprefix("connection failed: ").rstrip(".") if lines else type(error).__name__


def _create(address: PostgresAddress) -> bool:
    """Whether the database was created; not where it is there already, or the server can't be asked."""
    try:
        connection = connect(address.on(_MAINTENANCE), autocommit=True)
    except PlatformError:
        return False
    with connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [address.database]).fetchone():
            return False
        named = sql.Identifier(address.database)
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(named))
        except (errors.DuplicateDatabase, errors.UniqueViolation):
            # Another process was faster.
            return True
        except psycopg.Error as error:
            raise PlatformError(
                f"Database {address.database} can't be created at {address.host}:{address.port}: {first_line(error)}. "
                f"Create it yourself, owned by {address.user}, with encoding UTF8."
            ) from None
    return True
