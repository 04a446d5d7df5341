"""What an address says of TLS reaches Java's drivers, and no driver may send files or a readable password."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.tls import Mode, Tls
from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.spark.source.jdbc_protection import MYSQL_DRIVER, protection
from sakila_platform.spark.source.login import Login
from sakila_platform.spark.source.postgres_jdbc import PostgresJdbc

MARIADB_DRIVER = "org.mariadb.jdbc.Driver"


def address(host: str, **tls: str) -> Address:
    return Address(host, 3306, "ada", "secret", "sakila", Tls(**tls))


@pytest.mark.parametrize(
    ("host", "driver", "mode"),
    [
        ("127.0.0.1", MYSQL_DRIVER, "PREFERRED"),
        ("127.0.0.1", MARIADB_DRIVER, "disable"),
        ("db.example", MYSQL_DRIVER, "VERIFY_IDENTITY"),
        ("db.example", MARIADB_DRIVER, "verify-full"),
    ],
)
def test_beyond_this_machine_a_job_verifies_the_server(host: str, driver: str, mode: str) -> None:
    assert protection(address(host), driver)["sslMode"] == mode


@given(st.sampled_from(list(product(Mode, (MYSQL_DRIVER, MARIADB_DRIVER)))))
def test_whatever_the_mode_no_driver_sends_files_or_a_password_to_who_is_not_verified(
    case: tuple[Mode, str],
) -> None:
    mode, driver = case
    found = protection(address("db.example", ssl_mode=mode.value), driver)

    assert found["allowLoadLocalInfile" if driver == MYSQL_DRIVER else "allowLocalInfile"] == "false"
    assert found["allowPublicKeyRetrieval"] == "false"
    assert found["passwordCharacterEncoding"] == "UTF-8"
    if not mode.is_verifying:
        named = found.get("restrictedAuth", "") or found["disabledAuthenticationPlugins"]
        assert ("mysql_clear_password" in named) == (driver == MYSQL_DRIVER)


def test_the_ca_reaches_mariadbs_driver_as_it_is_and_mysqls_as_a_key_store() -> None:
    pem = address("db.example", ssl_ca="/etc/rds.pem")
    store = address("db.example", ssl_ca="/etc/rds.pem", ssl_truststore="/etc/rds.jks")

    assert protection(pem, MARIADB_DRIVER)["serverSslCert"] == "/etc/rds.pem"
    assert protection(store, MYSQL_DRIVER)["trustCertificateKeyStoreUrl"] == "file:/etc/rds.jks"
    with pytest.raises(PlatformError, match=r"reads no PEM files.*ssl-truststore="):
        protection(pem, MYSQL_DRIVER)


def test_a_jdbc_url_says_of_tls_what_an_address_does_and_nothing_else() -> None:
    known = "mysql://ann:secret@primary:3306?ssl-ca=/etc/primary.pem"

    asked = Login("jdbc:mysql://replica:3307?sslMode=VERIFY_CA&ssl-ca=/etc/rds.pem").address(known, "sakila")
    silent = Login("jdbc:mysql://replica:3307").address(known, "sakila")

    assert asked.tls == Tls("verify_ca", "/etc/rds.pem")
    assert silent.tls == Tls(ssl_ca="/etc/primary.pem")
    with pytest.raises(UsageError, match="--jdbc-url has the parameter 'allowLoadLocalInfile'"):
        Login("jdbc:mysql://replica?allowLoadLocalInfile=true").address(known, "sakila")


def test_postgresql_is_verified_by_java_as_by_libpq() -> None:
    def url(options: tuple[tuple[str, str], ...], host: str = "db.example") -> str:
        return PostgresJdbc(PostgresAddress(host, 5432, "ada", "secret", "reviews", options)).url

    assert url((), "127.0.0.1").endswith("/reviews?sslmode=prefer")
    assert url(()).endswith("?sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory")
    assert url((("sslrootcert", "/etc/rds.pem"),)).endswith("sslrootcert=%2Fetc%2Frds.pem&sslmode=verify-full")
    assert "secret" not in url(())
