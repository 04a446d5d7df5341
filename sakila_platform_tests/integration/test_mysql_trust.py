"""What a MySQL server can't get from us: a file that we did not name, or a password that it could read."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from sakila_platform.capture.source_tables import consistent_snapshot
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect, sending
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.tls import Tls
from sakila_platform.databases.mysql.warehouse_connection import warehouse_connection
from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.embedded.sakila.database import load_sakila
from sakila_platform.embedded.sakila.scale import load_scaled
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.lambdas.logins import open_database
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.rental_desk.connections import Shop
from sakila_platform.rental_desk.refusals import ShopClosed
from sakila_platform.rentals.databases import SHOP, WAREHOUSE
from sakila_platform_tests.certificates import Authority
from sakila_platform_tests.rogue_mysql import Intent, rogue_mysql

PASSWORD = b"TopSecretPassword"
ROWS = pa.table({"film_id": pa.array([1, 2], pa.int64())})


def _by_desk(address: Address) -> None:
    with closing(Shop(lambda: address, 1)) as shop, shop.transaction() as cursor:
        cursor.execute("SELECT 1")


def _by_resource(declared: MySQLDatabase) -> Callable[[Address], None]:
    def use(address: Address) -> None:
        with (
            DatabaseResource.of(declared.at(address.url, "")).database().connect() as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1")

    return use


def _by_loader(address: Address) -> None:
    with warehouse_connection(address.on("datawarehouse_sakila")) as connection:
        load_batches(connection, "dim_film", [ROWS])


def _by_snapshot(address: Address) -> None:
    with consistent_snapshot(address) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _by_function(address: Address) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SAKILA_MYSQL_URL", address.url)
        with closing(open_database("sakila")) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1")


WAYS: dict[str, Callable[[Address], object]] = {
    "the shop's resource": _by_resource(SHOP),
    "the warehouse's resource": _by_resource(WAREHOUSE),
    "the loader of the warehouse": _by_loader,
    "the snapshot of the source": _by_snapshot,
    "the reader of a table": lambda address: list(read_batches(address, "film", ROWS.schema)),
    "the rental desk": _by_desk,
    "a function of Lambda": _by_function,
    "the loader of Sakila": lambda address: load_sakila(address, "", lambda _: None),
    "the loader of a scaled Sakila": lambda address: load_scaled(address, 2, lambda _: None, days=1),
}


@pytest.mark.parametrize("patience", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("way", WAYS)
def test_a_server_that_asks_for_a_file_of_this_machine_gets_none(way: str, patience: int, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("nobody's business")
    # What a server answers that is none may be an error of any kind; what matters is what it gets.
    with (
        rogue_mysql(Intent(wanted_file=str(secret).encode(), patience=patience)) as rogue,
        pytest.raises(Exception) as refused,
    ):
        WAYS[way](rogue.address)

    assert rogue.caught.files == []
    assert patience or isinstance(refused.value, (PlatformError, ShopClosed))


@pytest.mark.parametrize("autocommit", [False, True])
@pytest.mark.parametrize("local_infile", [False, True])
def test_who_asked_for_a_file_is_named_and_cut_off(local_infile: bool, autocommit: bool) -> None:
    with (
        rogue_mysql(Intent(wanted_file=b"/etc/passwd", waits_for="SET SESSION")) as rogue,
        pytest.raises(PlatformError, match=r"asked for the file '/etc/passwd'.*it got nothing") as refused,
    ):
        connect(rogue.address, autocommit=autocommit, local_infile=local_infile)

    assert "\n" not in str(refused.value)
    assert rogue.caught.files == []


def test_while_rows_are_loaded_the_server_gets_no_other_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("nobody's business")
    intent = Intent(wanted_file=str(secret).encode(), waits_for="LOAD DATA")
    with (
        rogue_mysql(intent) as rogue,
        closing(connect(rogue.address, local_infile=True)) as connection,
        pytest.raises(PlatformError, match=r"asked for the file .*secret"),
    ):
        load_batches(connection, "film", [ROWS])

    assert any("LOAD DATA" in statement for statement in rogue.caught.statements)
    assert rogue.caught.files == []


def test_a_file_that_was_named_is_sent_once(tmp_path: Path) -> None:
    rows = tmp_path / "rows.tsv"
    rows.write_text("1\n")
    intent = Intent(wanted_file=str(rows).encode(), waits_for="LOAD DATA")
    with (
        rogue_mysql(intent) as rogue,
        closing(connect(rogue.address, local_infile=True)) as connection,
        connection.cursor() as cursor,
        sending(cursor, rows),
    ):
        cursor.execute("LOAD DATA LOCAL INFILE %s INTO TABLE film", (str(rows),))
        with pytest.raises(PlatformError, match="asked for the file"):
            cursor.execute("LOAD DATA LOCAL INFILE %s INTO TABLE film", (str(rows),))

    assert rogue.caught.files == [b"1\n"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("plugin", ["mysql_clear_password", "dialog", "mysql_old_password"])
def test_no_server_without_verified_tls_is_told_the_password_in_clear(way: str, plugin: str) -> None:
    with rogue_mysql(Intent(plugin=plugin)) as rogue, pytest.raises((PlatformError, ShopClosed)):
        WAYS[way](rogue.address)

    assert not any(PASSWORD in login for login in rogue.caught.logins)
    assert len(rogue.caught.logins) == 1


@pytest.mark.parametrize("plugin", ["caching_sha2_password", "sha256_password"])
def test_without_tls_a_key_of_the_servers_own_does_not_get_it_the_password(plugin: str, rsa_key: bytes) -> None:
    wish = b"\x01\x04" if plugin == "caching_sha2_password" else b"\x01" + rsa_key
    with (
        rogue_mysql(Intent(plugin=plugin, extra=wish)) as rogue,
        pytest.raises(PlatformError, match=r"did not get the password.*server-public-key-path"),
    ):
        connect(rogue.address)

    # The greeting, and for caching_sha2_password the challenge's answer; nothing of what follows.
    assert len(rogue.caught.logins) <= 2
    assert not any(PASSWORD in login for login in rogue.caught.logins)


def test_with_the_servers_key_at_hand_a_password_goes_encrypted_without_tls(tmp_path: Path, rsa_key: bytes) -> None:
    key = tmp_path / "public_key.pem"
    key.write_bytes(rsa_key)
    intent = Intent(plugin="caching_sha2_password", extra=b"\x01\x04")
    with rogue_mysql(intent) as server:
        connect(replace(server.address, tls=Tls(server_public_key_path=str(key)))).close()

    assert len(server.caught.logins) == 3
    assert not any(PASSWORD in login for login in server.caught.logins)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A CA of the tests' own."""
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture(scope="module")
def rsa_key(authority: Authority) -> bytes:
    """The public key of a server, in PEM."""
    return authority.public_key


def test_a_server_that_shows_who_it_is_may_have_the_password_in_clear(authority: Authority) -> None:
    intent = Intent(plugin="mysql_clear_password", certificate=authority.certificate("127.0.0.1"))
    with rogue_mysql(intent) as server:
        connect(replace(server.address, tls=Tls(ssl_ca=authority.path))).close()

    assert server.caught.logins[-1] == PASSWORD + b"\0"


@pytest.mark.parametrize("mode", ["preferred", "required"])
def test_encryption_alone_gets_no_server_the_password_in_clear(mode: str, authority: Authority) -> None:
    intent = Intent(plugin="mysql_clear_password", certificate=authority.certificate("127.0.0.1"))
    with rogue_mysql(intent) as rogue, pytest.raises(PlatformError, match="did not get the password"):
        connect(replace(rogue.address, tls=Tls(ssl_mode=mode)))

    assert not any(PASSWORD in login for login in rogue.caught.logins)


@pytest.mark.parametrize(
    ("tls", "host", "reported"),
    [
        (Tls(ssl_mode="verify_ca"), "127.0.0.1", r"can't be verified.*\?ssl-ca="),
        (Tls(ssl_mode="verify_identity"), "127.0.0.1", r"can't be verified.*\?ssl-ca="),
        (Tls(), "elsewhere", r"can't be verified.*\?ssl-ca="),
    ],
)
def test_a_server_with_a_certificate_of_anybody_gets_no_login(
    tls: Tls, host: str, reported: str, authority: Authority
) -> None:
    with rogue_mysql(Intent(certificate=authority.certificate("127.0.0.1"))) as rogue:
        place = socket.gethostname() if host == "elsewhere" else host
        with pytest.raises(PlatformError, match=reported):
            connect(replace(_reached_as(rogue.address, place), tls=tls))

    assert rogue.caught.logins == []


def _reached_as(address: Address, host: str) -> Address:
    """The same server; by a name that is not known to be this machine's where it has one that leads to loopback."""
    if host != "127.0.0.1" and not socket.gethostbyname(host).startswith("127."):
        pytest.skip(f"{host} does not lead to loopback on this machine")
    return replace(address, host=host)


def test_the_right_ca_for_another_host_is_enough_for_verify_ca_alone(authority: Authority) -> None:
    with rogue_mysql(Intent(certificate=authority.certificate("elsewhere.example"))) as server:
        connect(replace(server.address, tls=Tls("verify_ca", authority.path))).close()
        with pytest.raises(PlatformError, match=r"can't be verified"):
            connect(replace(server.address, tls=Tls("verify_identity", authority.path)))


def test_a_server_without_tls_beyond_this_machine_gets_no_login() -> None:
    with rogue_mysql(Intent()) as rogue, pytest.raises(PlatformError, match=r"Turn TLS on.*ssl-mode=disabled"):
        connect(_reached_as(rogue.address, socket.gethostname()))

    assert rogue.caught.logins == [] or not any(PASSWORD in login for login in rogue.caught.logins)


def test_a_ca_that_is_not_there_is_reported_before_anything_is_sent(tmp_path: Path) -> None:
    with rogue_mysql(Intent()) as rogue, pytest.raises(PlatformError, match=r"which ssl-ca of .* names, can't be used"):
        connect(replace(rogue.address, tls=Tls(ssl_ca=str(tmp_path / "none.pem"))))

    assert rogue.caught.logins == []


@pytest.mark.parametrize(
    ("query", "reported"),
    [
        ("ssl=true", r"SAKILA_WAREHOUSE_URL has the parameter 'ssl', which is not known"),
        ("charset=utf8mb4", r"'charset', which is not known"),
        ("ssl-mode=on", r"ssl-mode=on is not known. Give one of disabled"),
        ("ssl-ca=", r"without a value"),
        ("ssl-ca=a&ssl_ca=b", r"twice"),
    ],
)
def test_what_an_address_asks_for_and_is_not_known_is_refused_by_name(query: str, reported: str) -> None:
    with pytest.raises(UsageError, match=reported):
        Address.parse(f"mysql://a:b@db.example/?{query}", "SAKILA_WAREHOUSE_URL")


def test_an_address_keeps_what_it_says_of_tls() -> None:
    address = Address.parse("mysql://a:b@db.example/shop?ssl-mode=VERIFY_CA&ssl_ca=/etc/ssl/rds.pem")

    assert address.tls == Tls("verify_ca", "/etc/ssl/rds.pem")
    assert Address.parse(address.url) == address


@pytest.mark.parametrize("lie", [("sql_select_limit", "1000"), ("time_zone", "SYSTEM"), ("sql_mode", "ANSI_QUOTES")])
def test_a_server_that_does_not_take_a_setting_is_not_worked_with(lie: tuple[str, str]) -> None:
    with rogue_mysql(Intent(lies=(lie,))) as server, pytest.raises(PlatformError) as refused:
        connect(server.address)

    assert f"{lie[0]} is {lie[1]}, not " in str(refused.value)


def test_a_stand_in_that_takes_all_settings_is_worked_with() -> None:
    with rogue_mysql(Intent()) as server, closing(connect(server.address)) as connection:
        assert connection.open
