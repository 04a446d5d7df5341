"""A session with MySQL is as the platform needs it, whatever the server and the account have for a default."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal

import pyarrow as pa
import pymysql
import pytest

from sakila_platform.capture.members import read_snapshot
from sakila_platform.capture.source_tables import consistent_snapshot
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.tls import Tls
from sakila_platform.databases.mysql.warehouse_connection import warehouse_connection
from sakila_platform.errors import PlatformError
from sakila_platform.rental_desk.connections import Shop
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform_tests.shop_copies import ShopCopies

DEFAULTS = {
    "sql_select_limit": "2",
    "div_precision_increment": "0",
    "sql_safe_updates": "1",
    "max_join_size": "10",
    "sql_big_selects": "0",
    "group_concat_max_len": "4",
    "sql_mode": "'ANSI_QUOTES,PIPES_AS_CONCAT'",
    "time_zone": "'-05:00'",
    "autocommit": "1",
    "lc_time_names": "'es_CO'",
    "default_week_format": "3",
    "max_sort_length": "64",
    "character_set_results": "latin1",
    "collation_connection": "latin1_german1_ci",
}


@contextmanager
def account(server: Address, password: str, rights: str) -> Iterator[Address]:
    """An account of the test's own, to which init_connect applies."""
    user = f"u{uuid.uuid4().hex[:12]}"
    with connect(server.on(""), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER {user}@'%%' IDENTIFIED BY %s", [password])
        cursor.execute(f"GRANT {rights} TO {user}@'%'")
    try:
        yield replace(server, user=user, password=password)
    finally:
        with connect(server.on(""), autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP USER {user}@'%'")


@contextmanager
def global_setting(server: Address, name: str, value: object) -> Iterator[None]:
    """A setting of the whole server, for a while."""
    with connect(server.on(""), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT @@GLOBAL.{name}")
        ((before,),) = cursor.fetchall()
        cursor.execute(f"SET GLOBAL {name} = %s", [value])
        try:
            yield
        finally:
            cursor.execute(f"SET GLOBAL {name} = %s", [before])


@pytest.fixture
def odd_server(empty_database: Address) -> Iterator[Address]:
    """A server that gives every session defaults that cut and change results, and a table of five films."""
    with connect(empty_database, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE film (film_id INT PRIMARY KEY, title VARCHAR(20) CHARACTER SET utf8mb4)")
        cursor.execute("INSERT INTO film VALUES (1, 'Ñandú'), (2, 'B'), (3, 'C'), (4, 'D'), (5, 'E')")
    odd = "SET " + ", ".join(f"SESSION {name} = {value}" for name, value in DEFAULTS.items())
    with (
        account(empty_database, "plain", f"ALL ON {empty_database.database}.*") as owner,
        global_setting(empty_database, "init_connect", odd),
    ):
        yield owner


def test_the_servers_defaults_would_cut_and_change_answers(odd_server: Address) -> None:
    with (
        closing(
            pymysql.connect(
                host=odd_server.host,
                port=odd_server.port,
                user=odd_server.user,
                password=odd_server.password,
                database=odd_server.database,
            )
        ) as connection,
        connection.cursor() as cursor,
    ):
        assert cursor.execute("SELECT film_id FROM film") == 2


def test_no_default_of_the_server_cuts_or_changes_an_answer(odd_server: Address) -> None:
    with closing(connect(odd_server)) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT 'a' || 'b', \"x\", 94.484 / 100, @@time_zone, @@autocommit, GROUP_CONCAT(title), "
            "MONTHNAME('2005-05-24') FROM film"
        )
        ((either, text, share, zone, autocommit, titles, month),) = cursor.fetchall()
        assert (either, text, share) == (0, "x", Decimal("0.9448400"))
        assert (zone, autocommit, month) == ("+00:00", 0, "May")
        assert titles == "Ñandú,B,C,D,E"
        assert cursor.execute("SELECT a.film_id FROM film AS a CROSS JOIN film AS b CROSS JOIN film AS c") == 125
        assert cursor.execute("UPDATE film SET title = 'F' WHERE title = 'E'") == 1


def test_a_table_is_read_whole_from_a_server_that_limits_answers(odd_server: Address) -> None:
    rows = read_batches(odd_server, "film", pa.schema([("film_id", pa.int64()), ("title", pa.string())]))

    assert pa.Table.from_batches(rows)["title"].to_pylist() == ["Ñandú", "B", "C", "D", "E"]


def test_a_reference_table_that_comes_short_of_the_sources_own_count_is_not_staged(shop_copies: ShopCopies) -> None:
    shop_copies.restore()
    (actor,) = (table for table in STAGE_TABLES if table.name.table == "actor")
    now = datetime(2005, 5, 25, tzinfo=timezone.utc)
    with consistent_snapshot(shop_copies.address) as connection:
        assert read_snapshot(connection, actor, now).num_rows == 200
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION sql_select_limit = 100")
        with pytest.raises(PlatformError, match="actor: the source counts 200 rows and gave 100"):
            read_snapshot(connection, actor, now)


def test_the_desk_sees_all_rows_of_a_server_that_limits_answers(odd_server: Address) -> None:
    with closing(Shop(lambda: odd_server, 1)) as shop, shop.transaction() as cursor:
        assert cursor.execute("SELECT film_id FROM film") == 5


@pytest.mark.parametrize("password", ["pñx", "p€x", "пароль", "日本語 ✓", "p%C3@:/?#x"])
def test_a_password_in_any_writing_logs_in(empty_database: Address, password: str) -> None:
    with account(empty_database, password, f"ALL ON {empty_database.database}.*") as owner:
        connect(Address.parse(owner.url)).close()


def test_a_wrong_password_is_reported_in_one_line_with_what_helps(empty_database: Address) -> None:
    with pytest.raises(PlatformError, match=r"Access denied.*Correct user and password") as refused:
        connect(replace(empty_database, password="wrong-€"))

    assert "\n" not in str(refused.value)
    assert "wrong-€" not in str(refused.value)


def test_an_account_without_rights_is_told_which_to_grant(empty_database: Address) -> None:
    with (
        account(empty_database, "plain", "USAGE ON *.*") as stranger,
        pytest.raises(PlatformError, match=rf"Access denied.*GRANT ALL ON `{empty_database.database}`"),
    ):
        connect(stranger)


def test_an_account_that_may_not_have_a_warehouse_is_told_what_to_grant(empty_database: Address) -> None:
    with (
        account(empty_database, "plain", "USAGE ON *.*") as stranger,
        pytest.raises(PlatformError, match=r"The warehouse at .* can't be used: .*GRANT ALL ON `datawarehouse_sakila`"),
        warehouse_connection(stranger.on("datawarehouse_sakila")),
    ):
        pass


def test_a_server_that_wants_tls_says_so_in_one_line(empty_database: Address) -> None:
    with (
        account(empty_database, "plain", f"ALL ON {empty_database.database}.*") as owner,
        global_setting(empty_database, "require_secure_transport", 1),
        pytest.raises(PlatformError, match=r"wants TLS.*take ssl-mode=disabled out of"),
    ):
        connect(replace(owner, tls=Tls(ssl_mode="disabled")))
