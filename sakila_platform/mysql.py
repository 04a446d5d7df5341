"""One way to reach a MySQL server: an address, and a connection whose session is set as the platform needs it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import quote, unquote, urlsplit

import pymysql
from pymysql.constants import CLIENT, ER

from sakila_platform.errors import PlatformError, UsageError

# TIMESTAMP columns are instants: read and written as UTC, whatever the server's own zone is.
_SESSION = "SET time_zone = '+00:00', sql_mode = 'TRADITIONAL'"


@dataclass(frozen=True)
class Address:
    """Where a MySQL server listens and as whom to log in. The password never shows in a repr or a message."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = ""

    @classmethod
    def parse(cls, url: str) -> Address:
        """From mysql://user:password@host:port[/database]. Raises UsageError on anything else."""
        wrong = UsageError("SAKILA_MYSQL_URL is not a MySQL address. Give mysql://user:password@host:3306")
        try:
            parts = urlsplit(url)
            port = parts.port or 3306
        except ValueError:
            raise wrong from None
        if parts.scheme not in ("mysql", "mysql+pymysql", "mariadb") or not parts.hostname:
            raise wrong
        return cls(
            host=parts.hostname,
            port=port,
            user=unquote(parts.username or "root"),
            password=unquote(parts.password or ""),
            database=parts.path.strip("/"),
        )

    def on(self, database: str) -> Address:
        """The same server, with another database selected."""
        return replace(self, database=database)

    @property
    def url(self) -> str:
        """The address as a URL, password included: for drivers, never for messages."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        return f"mysql://{login}@{self.host}:{self.port}/{self.database}"

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


class Connection(pymysql.Connection):
    """PyMySQL's, which would read the system's certificates anew for each connection only to verify nothing by them."""

    address: Address

    def _create_ssl_ctx(self, sslp: object) -> ssl.SSLContext:
        return super()._create_ssl_ctx(sslp) if sslp else _unverified_tls()  # type: ignore[misc]


@cache
def _unverified_tls() -> ssl.SSLContext:
    """Encryption where the server offers it, as PyMySQL does by default: no certificate is asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect(address: Address, *, autocommit: bool = False, local_infile: bool = False) -> Connection:
    """An open connection: utf8mb4, UTC, strict mode. Raises PlatformError, naming the server, when there is none."""
    try:
        connection: Connection = Connection(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            database=address.database or None,
            charset="utf8mb4",
            autocommit=autocommit,
            local_infile=local_infile,
            connect_timeout=10,
            init_command=_SESSION,
            client_flag=CLIENT.FOUND_ROWS,
        )
        connection.address = address
        return connection
    except (pymysql.err.OperationalError, RuntimeError) as error:
        if error.args and error.args[0] == ER.BAD_DB_ERROR:
            raise PlatformError(
                f"There is no database {address.database} on {address.host}:{address.port}. "
                "Put Sakila there with `sakila-platform load`, then run its days."
            ) from None
        reason = error.args[1] if len(error.args) > 1 else error
        raise PlatformError(
            f"No MySQL answers at {address}: {reason}. "
            "Start the private one with `sakila-platform up`, or correct SAKILA_MYSQL_URL."
        ) from None


def address_of(connection: Connection) -> Address:
    """The server and the database that a connection is on, for another connection beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DATABASE()")
        (database,) = cursor.fetchone() or (None,)
    return connection.address.on(database or "")
