"""One way to connect to a MySQL server, which is trusted no further than it has to be, in a session as it must be.

The server is asked what it knows, and never says what is read here: a file goes to it only while a statement of ours
that names the file runs. A password goes to it in a form that can be read only once it has shown who it is.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql
from pymysql.connections import MySQLResult
from pymysql.constants import CLIENT
from pymysql.cursors import Cursor
from pymysql.protocol import LoadLocalPacketWrapper

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.refusals import no_connection
from sakila_platform.databases.mysql.session import CHARACTER_SET, COLLATION, session_sql, unlike
from sakila_platform.databases.mysql.tls import Mode, unverified_context
from sakila_platform.errors import PlatformError

_OWN_KEY = "for a server without TLS, ?server-public-key-path=FILE"


class Connection(pymysql.Connection):
    """A connection. `is_verified`: TLS is there, and has shown that the server is who the address names."""

    address: Address

    def __init__(self, *, is_verified: bool = False, **options: Any) -> None:
        self.is_verified = is_verified
        self._file: str | None = None
        self._public_key: bytes | None = None
        plugins: dict[str, Any] = {"mysql_old_password": _Refused}
        if not is_verified:
            plugins |= {"mysql_clear_password": _Refused, "dialog": _Refused}
        super().__init__(auth_plugin_map=plugins, **options)

    @property
    def place(self) -> str:
        """The server, for messages."""
        return f"{self.host}:{self.port}"

    def allow(self, file: Path | None) -> None:
        """Let the server have this file and no other; or none. See `sending`."""
        self._file = str(file) if file else None

    def hand_out(self, asked: bytes) -> None:
        """The server asks for a file. Raises PlatformError, and closes the connection, unless it may have that one."""
        allowed, self._file = self._file, None
        if allowed is None or asked != allowed.encode(self.encoding):
            self._force_close()  # type: ignore[attr-defined]
            name = asked[:200].decode(errors="replace")
            raise PlatformError(
                f"{self.place} asked for the file {name!r} of this machine, which no statement of ours names; it got "
                "nothing. Do not trust that server: look who answers there, or correct the database's address."
            )

    @property
    def server_public_key(self) -> bytes | None:
        """The server's RSA key as the address names it. Asked for by the driver, to send a password without TLS.

        Raises PlatformError where there is none: a key that comes from the server itself proves nothing.
        """
        if self._public_key is None and self.password:
            raise self._no_password_for("caching_sha2_password (or sha256_password) has it sent", _OWN_KEY)
        return self._public_key

    @server_public_key.setter
    def server_public_key(self, key: bytes | None) -> None:
        """Taken from the address only, before there is a connection."""
        if self._sock is not None:  # type: ignore[attr-defined]
            raise self._no_password_for("it sent a key of its own to encrypt it with", _OWN_KEY)
        self._public_key = key

    def _no_password_for(self, reason: str, instead: str) -> PlatformError:
        return PlatformError(
            f"{self.place} did not get the password: {reason}, and nothing shows who the server is. Add ?ssl-mode="
            f"verify_identity (and &ssl-ca=FILE) to the database's address; or {instead}."
        )

    def set_character_set(self, charset: str, collation: str | None = None) -> None:
        """As PyMySQL does, but by a statement like any other: PyMySQL would take whatever comes for a yes."""
        self.query(f"SET NAMES {charset} COLLATE {collation}" if collation else f"SET NAMES {charset}")

    def _create_ssl_ctx(self, sslp: object) -> ssl.SSLContext:
        # PyMySQL would read the system's certificates anew for each connection only to verify nothing by them.
        return super()._create_ssl_ctx(sslp) if sslp else unverified_context()  # type: ignore[misc]

    def _read_query_result(self, unbuffered: bool = False) -> int:
        """As PyMySQL does, with a result of ours."""
        self._result = None
        result = _Result(self)
        if unbuffered:
            result.init_unbuffered_query()
        else:
            result.read()
        self._result = result
        if result.server_status is not None:
            self.server_status = result.server_status
        return result.affected_rows or 0


@contextmanager
def sending(cursor: Cursor, file: Path) -> Iterator[None]:
    """Within, the server of this cursor may ask once for this file, by the very name that our statement gives it.

    The cursor's connection is made by mysql.connect with local_infile=True.
    """
    connection = cursor.connection
    assert isinstance(connection, Connection)
    connection.allow(file)
    try:
        yield
    finally:
        connection.allow(None)


class _Result(MySQLResult):
    """The answer to a statement, which may be that the server wants a file."""

    def _read_load_local_packet(self, first_packet: Any) -> None:
        connection: Any = self.connection
        connection.hand_out(LoadLocalPacketWrapper(first_packet).filename)
        super()._read_load_local_packet(first_packet)  # type: ignore[misc]


class _Refused:
    """A plugin by which the server would read the password, or as good as that."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def authenticate(self, _: Any) -> None:
        """Raises PlatformError, always."""
        raise self._connection._no_password_for(
            "it asked for it in clear text, or in a form as good as that",
            "have the account log in by another plugin, such as caching_sha2_password",
        )


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
