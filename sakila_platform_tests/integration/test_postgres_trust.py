"""What a PostgreSQL server can't get from us, and what it can't change: the password in clear text, and a session."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

import psycopg
import pytest

from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform_tests.certificates import Authority

PASSWORD = b"TopSecretPassword"


@dataclass
class RoguePostgres:
    """A server on loopback that wants passwords in clear text: where it is, and what it got."""

    address: PostgresAddress
    got: list[bytes] = field(default_factory=list)


@contextmanager
def rogue_postgres(certificate: tuple[str, str] | None = None) -> Iterator[RoguePostgres]:
    """Such a server, with TLS by this certificate or without, as long as the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        rogue = RoguePostgres(PostgresAddress("127.0.0.1", listening.getsockname()[1], "shop", PASSWORD.decode()))
        threading.Thread(target=_accept, args=(listening, rogue, certificate), daemon=True).start()
        yield rogue
        listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, rogue: RoguePostgres, certificate: tuple[str, str] | None) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listening.accept()
            with contextlib.suppress(OSError, ConnectionError):
                _ask(client, rogue, certificate)
            client.close()


def _ask(client: socket.socket, rogue: RoguePostgres, certificate: tuple[str, str] | None) -> None:
    client.settimeout(5)
    while len(said := client.recv(4096)) == 8:
        (request,) = struct.unpack(">I", said[4:])
        is_tls = bool(certificate) and request == 80877103
        client.sendall(b"S" if is_tls else b"N")
        if is_tls and certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            client = context.wrap_socket(client, server_side=True)
    if said:
        client.sendall(b"R" + struct.pack(">II", 8, 3))
        rogue.got.append(client.recv(4096))


def test_no_server_without_verified_tls_is_told_the_password_in_clear() -> None:
    with rogue_postgres() as rogue, pytest.raises(PlatformError, match=r"cleartext password.*sslmode=verify-full"):
        connect(rogue.address)

    assert not any(PASSWORD in said for said in rogue.got)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A CA of the tests' own."""
    return Authority(tmp_path_factory.mktemp("ca"))


def test_encryption_alone_gets_no_server_the_password_in_clear(authority: Authority) -> None:
    with rogue_postgres(authority.certificate("127.0.0.1")) as rogue:
        encrypted = replace(rogue.address, options=(("sslmode", "require"),))
        with pytest.raises(PlatformError, match="cleartext password"):
            connect(encrypted)

    assert not any(PASSWORD in said for said in rogue.got)


def test_a_server_that_shows_who_it_is_may_have_the_password_in_clear(authority: Authority) -> None:
    with rogue_postgres(authority.certificate("127.0.0.1")) as server, pytest.raises(PlatformError):
        connect(replace(server.address, options=(("sslrootcert", authority.path),)))

    assert any(PASSWORD in said for said in server.got)


def test_a_server_beyond_this_machine_with_a_certificate_of_anybody_gets_no_login(authority: Authority) -> None:
    here = socket.gethostname()
    if not socket.gethostbyname(here).startswith("127."):
        pytest.skip(f"{here} does not lead to loopback on this machine")
    with (
        rogue_postgres(authority.certificate(here)) as rogue,
        pytest.raises(PlatformError, match=r"certificate verify failed.*sslrootcert="),
    ):
        connect(replace(rogue.address, host=here))

    assert rogue.got == []


@pytest.mark.parametrize(
    ("url", "protection"),
    [
        ("postgresql://a:b@localhost", {"sslmode": "prefer"}),
        ("postgresql://a:b@db.example", {"sslmode": "verify-full", "sslrootcert": "system"}),
        ("postgresql://a:b@db.example?sslmode=require", {"sslmode": "require"}),
        ("postgresql://a:b@db.example?sslrootcert=/ca.pem", {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}),
        ("postgresql://a:b@[::1]?sslrootcert=/ca.pem", {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}),
    ],
)
def test_beyond_this_machine_a_server_is_verified_unless_the_address_says_otherwise(
    url: str, protection: dict[str, str]
) -> None:
    assert PostgresAddress.parse(url).protection == protection


@pytest.mark.parametrize("query", ["hostaddr=1.2.3.4", "options=-c", "ssl=true", "sslmode=on", "sslrootcert="])
def test_what_an_address_asks_for_and_is_not_known_is_refused_by_name(query: str) -> None:
    with pytest.raises(UsageError, match=query.partition("=")[0]):
        PostgresAddress.parse(f"postgresql://a:b@db.example/?{query}")


def test_no_default_of_the_database_cuts_or_changes_an_answer(empty_postgres: PostgresAddress) -> None:
    with connected(empty_postgres) as connection:
        for name, value in {
            "TimeZone": "America/Bogota",
            "DateStyle": "German",
            "statement_timeout": "1s",
            "extra_float_digits": "-5",
            "standard_conforming_strings": "off",
        }.items():
            connection.execute(f"ALTER DATABASE \"{empty_postgres.database}\" SET {name} = '{value}'".encode())
        connection.commit()

    with closing(connect(empty_postgres)) as connection:
        row = connection.execute(
            "SELECT timestamptz '2005-05-24 22:53:30+00', date '2005-05-24'::text, '\\n', pg_sleep(1.2)"
        ).fetchone()

    assert row is not None
    moment, day, text, _ = row
    assert moment == datetime(2005, 5, 24, 22, 53, 30, tzinfo=timezone.utc)
    assert moment.utcoffset() == datetime.now(timezone.utc).utcoffset()
    assert (day, text) == ("2005-05-24", "\\n")


def test_rows_that_a_policy_hides_are_an_error_and_not_left_out(empty_postgres: PostgresAddress) -> None:
    with connected(empty_postgres) as connection:
        connection.execute("CREATE ROLE clerk")
        connection.execute("CREATE TABLE purchase (id int); INSERT INTO purchase VALUES (1), (2)")
        connection.execute("ALTER TABLE purchase ENABLE ROW LEVEL SECURITY")
        connection.execute("CREATE POLICY one ON purchase USING (id = 1)")
        connection.execute("GRANT SELECT ON purchase TO clerk")
        connection.commit()
    try:
        with closing(connect(empty_postgres)) as connection:
            connection.execute("SET ROLE clerk")
            with pytest.raises(psycopg.Error, match="row-level security policy"):
                connection.execute("SELECT * FROM purchase").fetchall()
    finally:
        with connected(empty_postgres) as connection:
            connection.execute("DROP OWNED BY clerk; DROP ROLE clerk")
            connection.commit()
