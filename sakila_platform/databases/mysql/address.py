"""One way to reach a MySQL server: an address, and a connection whose session is set as the platform needs it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote, urlsplit

import pymysql
from pymysql.constants import CLIENT

from sakila_platform.databases.mysql.connection import Connection, sending  # noqa: F401 - what goes with a connection
from sakila_platform.databases.mysql.refusals import no_connection
from sakila_platform.databases.mysql.session import CHARACTER_SET, COLLATION, session_sql, unlike
from sakila_platform.databases.mysql.tls import AS_USUAL, Mode, Tls
from sakila_platform.errors import PlatformError, UsageError


@dataclass(frozen=True)
class Address:
    """Where a MySQL server listens and as whom to log in. The password never shows in a repr or a message."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = ""
    tls: Tls = AS_USUAL

    @classmethod
    def parse(cls, url: str, setting: str = "SAKILA_MYSQL_URL") -> Address:
        """From mysql://user:password@host:port[/database][?ssl-mode=…&ssl-ca=…]. Raises UsageError on anything else."""
        wrong = UsageError(
            f"{setting} is not a MySQL address. Give mysql://user:password@host:3306, with %XX (UTF-8) for characters "
            "that a URL can't have."
        )
        try:
            parts = urlsplit(url)
            port = parts.port or 3306
            user, password = (unquote(part or "", errors="strict") for part in (parts.username, parts.password))
        except ValueError:
            raise wrong from None
        if parts.scheme not in ("mysql", "mysql+pymysql", "mariadb") or not parts.hostname or parts.fragment:
            raise wrong
        return cls(
            host=parts.hostname,
            port=port,
            user=user or "root",
            password=password,
            database=parts.path.strip("/"),
            tls=Tls.parse(parts.query, setting),
        )

    def on(self, database: str) -> Address:
        """The same server, with another database selected."""
        return replace(self, database=database)

    @property
    def url(self) -> str:
        """The address as a URL, password included: for drivers, never for messages."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}"
        more = f"?{self.tls.query}" if self.tls.query else ""
        return f"mysql://{login}@{self.host}:{self.port}/{self.database}{more}"

    def __str__(self) -> str:
        return f"{self.user}@{self.host}:{self.port}/{self.database}"


def connect(address: Address, *, autocommit: bool = False, local_infile: bool = False) -> Connection:
    """An open connection whose session is set as the platform needs it, and read back: UTF-8, UTC, strict, no limits.

    With `local_infile` it may send files, each by `sending` alone. Beyond this machine the server's certificate is
    verified unless the address says otherwise. Raises PlatformError, naming the server, when there is none to trust.
    """
    tls, mode = address.tls, address.tls.mode(address.host)
    try:
        connection = Connection(
            is_verified=mode.is_verifying,
            host=address.host,
            port=address.port,
            user=address.user,
            # As text PyMySQL would take it for latin-1, which no server does.
            password=address.password.encode(),
            database=address.database or None,
            charset=CHARACTER_SET,
            collation=COLLATION,
            autocommit=autocommit,
            local_infile=local_infile,
            connect_timeout=10,
            client_flag=CLIENT.FOUND_ROWS,
            ssl=tls.context(address.host),
            ssl_disabled=mode is Mode.DISABLED,
            server_public_key=tls.server_public_key,
        )
    except (pymysql.err.MySQLError, RuntimeError) as error:
        raise no_connection(address, error) from None
    connection.address = address
    try:
        _set_session(connection, autocommit=autocommit)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_session(connection: Connection, *, autocommit: bool) -> None:
    version = connection.get_server_info()
    try:
        with connection.cursor() as cursor:
            cursor.execute(session_sql(version))
            unset = unlike(cursor, version, autocommit=autocommit)
    except pymysql.err.MySQLError as error:
        unset = [str(error.args[-1]) if error.args else type(error).__name__]
    if unset:
        raise PlatformError(
            f"{connection.address} does not set a session as it must be: {'; '.join(unset)}. Results would be cut or "
            "changed. Let the address lead to the server itself, not to a proxy that drops SET."
        )


def address_of(connection: Connection) -> Address:
    """The server and the database that a connection is on, for another connection beside it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DATABASE()")
        (database,) = cursor.fetchone() or (None,)
    return connection.address.on(database or "")
