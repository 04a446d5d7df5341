"""One way to reach a PostgreSQL server: an address, and a connection whose session is set as the platform needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from sakila_platform.databases.hosts import is_loopback
from sakila_platform.databases.postgres.session import SESSION_SQL, UNLIKE_SQL
from sakila_platform.errors import PlatformError, UsageError

DEFAULT_PORT = 5432
_SCHEMES = ("postgresql", "postgres")
# Every server has it, so it is where one asks for another database.
_MAINTENANCE = "postgres"
_CONNECT_SECONDS = 10
# What an address may ask for, of all that libpq knows: how the connection is protected.
_PARAMETERS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "gssencmode", "channel_binding")
_VERIFYING = ("verify-ca", "verify-full")
_MODES = ("disable", "allow", "prefer", "require", *_VERIFYING)
SYSTEM = "system"
"""As `sslrootcert`: the authorities that this machine trusts."""


@dataclass(frozen=True)
class PostgresAddress:
    """Where a PostgreSQL server listens and as whom to log in. The password never shows in a repr or a message."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """What the address says of TLS, in libpq's words, such as ("sslmode", "require")."""

    @classmethod
    def parse(cls, url: str, setting: str = "SAKILA_POSTGRES_URL") -> PostgresAddress:
        """From postgresql://user:password@host:port[/database][?sslmode=…&sslrootcert=…]. Else raises UsageError."""
        wrong = UsageError(
            f"{setting} is not a PostgreSQL address. Give postgresql://user:password@host:5432, with %XX (UTF-8) for "
            "characters that a URL can't have."
        )
        try:
            parts = urlsplit(url)
            port = parts.port or DEFAULT_PORT
            user, password, database = (
                unquote(part or "", errors="strict") for part in (parts.username, parts.password, parts.path.strip("/"))
            )
        except ValueError:
            raise wrong from None
        if parts.scheme not in _SCHEMES or not parts.hostname or parts.fragment:
            raise wrong
        return cls(
            host=parts.hostname,
            port=port,
            user=user or "postgres",
            password=password,
            database=database,
            options=asked_options(parts.query, setting),
        )

    def on(self, database: str) -> PostgresAddress:
        """The same server, with another database selected."""
        return replace(self, database=database)

    @property
    def is_verified(self) -> bool:
        """Whether the server has to show who it is."""
        return self.protection["sslmode"] in _VERIFYING

    @property
    def protection(self) -> dict[str, str]:
        """How the connection is protected, in libpq's words: as the address says, else beyond this machine verified."""
        asked = dict(self.options)
        if "sslmode" not in asked:
            usual = "prefer" if is_loopback(self.host) and "sslrootcert" not in asked else "verify-full"
            asked["sslmode"] = usual
        if asked["sslmode"] == "verify-full":
            asked.setdefault("sslrootcert", SYSTEM)
        return asked

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
        if not self.is_verified:
            # Nobody gets the password in a form that can be read without having shown who they are.
            parameters["require_auth"] = "!password"
        return make_conninfo("", **parameters | self.protection)

    @property
    def url(self) -> str:
        """The address as a URL, password included: for drivers, never for messages."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        more = f"?{urlencode(self.options)}" if self.options else ""
        return f"postgresql://{login}@{self.host}:{self.port}/{quote(self.database, safe='')}{more}"

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


def asked_options(query: str, setting: str) -> tuple[tuple[str, str], ...]:
    """What the parameters of an address say. Raises UsageError, by name, for one that is not known."""
    options = tuple(parse_qsl(query, keep_blank_values=True))
    names = [name for name, _ in options]
    for name, value in options:
        if name not in _PARAMETERS:
            known = ", ".join(_PARAMETERS)
            raise UsageError(f"{setting} has the parameter {name!r}, which is not known. Known are {known}.")
        if names.count(name) > 1 or not value:
            raise UsageError(f"{setting} has the parameter {name!r} twice or without a value. Give one.")
        if name == "sslmode" and value not in _MODES:
            raise UsageError(f"{setting}: sslmode={value} is not known. Give one of {', '.join(_MODES)}.")
    return options


def connect(address: PostgresAddress, *, autocommit: bool = False) -> psycopg.Connection:
    """An open connection whose session is set as the platform needs it, and read back: UTF-8, UTC, no limits.

    Beyond this machine the server's certificate is verified unless the address says otherwise. Raises PlatformError,
    naming the server, when there is none to trust.
    """
    try:
        connection = psycopg.connect(address.conninfo, autocommit=True)
    except psycopg.Error as error:
        reason = first_line(error)
        raise PlatformError(f"No PostgreSQL answers at {address}: {reason}. {_remedy(reason)}") from None
    try:
        connection.execute(SESSION_SQL)
        unset = [f"{name} is {has}, not {value}" for name, has, value in connection.execute(UNLIKE_SQL)]
    except psycopg.Error as error:
        unset = [first_line(error)]
    if unset:
        connection.close()
        raise PlatformError(
            f"{address} does not set a session as it must be: {'; '.join(unset)}. Results would be cut or changed. Let "
            "the address lead to the server itself, not to a pooler that drops SET."
        )
    connection.autocommit = autocommit
    return connection


def _remedy(reason: str) -> str:
    """What helps against what libpq says, in which there are no codes before a server was reached."""
    if "certificate" in reason or "root" in reason:
        return (
            "Name the CA that signed its certificate, as ?sslrootcert=/path/ca.pem at the end of the address (for RDS: "
            "AWS's global-bundle.pem), and the host as the certificate has it; ?sslmode=require accepts any server."
        )
    if "cleartext password" in reason:
        return "The password goes in clear to verified servers only: add ?sslmode=verify-full to the address."
    if "does not support SSL" in reason:
        return "Turn TLS on at the server; in a network where nobody listens, ?sslmode=disable does without."
    if "too many" in reason or "connection slots" in reason:
        return "Wait until others there have ended, or have the server allow more (max_connections, CONNECTION LIMIT)."
    return (
        "Start the private one with `sakila-platform up`, or correct SAKILA_POSTGRES_URL or "
        "SAKILA_REVIEWS_WAREHOUSE_URL."
    )


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
    """Create the address's database where it is not there. Raises PlatformError when it can't be made."""
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
    """Whether the database was created; not where it is there already, or the server can't be reached."""
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
