"""A loaded Sakila multiplied for benchmarks, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pymysql
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.sakila import load_record, scale
from sakila_platform.embedded.sakila.database import load_sakila
from sakila_platform.embedded.sakila.load_record import COMPLETE, SCALING
from sakila_platform.embedded.sakila.scale import load_scaled
from sakila_platform.embedded.sakila.verification import verify_foreign_keys
from sakila_platform.errors import PlatformError, UsageError


def unheard(_: str) -> None:
    """For tests that don't look at what is reported."""


def rows(address: Address, query: str) -> list[tuple[Any, ...]]:
    with connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def insert_triggers(address: Address) -> list[tuple[Any, ...]]:
    """The triggers as the server shows them, but for the moment of their creation."""
    return [rows(address, f"SHOW CREATE TRIGGER {name}")[0][:6] for name in ("rental_date", "payment_date")]


@pytest.fixture
def sakila(empty_database: Address, official_dump: Path) -> Iterator[Address]:
    load_sakila(empty_database, str(official_dump), unheard, database=empty_database.database)
    yield empty_database


def test_scaling_multiplies_rentals_and_payments_over_the_days_asked_for(sakila: Address) -> None:
    triggers = insert_triggers(sakila)
    report = load_scaled(sakila, 5, unheard, database=sakila.database, days=300)

    assert (report.scale, report.days, report.rentals) == (5, 300, 5 * 16_044)
    query = "SELECT COUNT(*), COUNT(DISTINCT DATE(rental_date)), SUM(return_date IS NULL) FROM rental"
    assert rows(sakila, query) == [(80_220, 300, 183)]
    query = "SELECT DATE(MIN(rental_date)), DATE(MAX(rental_date)) FROM rental WHERE rental_id > 16049"
    assert rows(sakila, query) == [(date(2005, 5, 24), date(2005, 5, 24) + timedelta(days=299))]
    query = "SELECT MAX(rental_date) FROM rental WHERE rental_id <= 16049"
    assert rows(sakila, query) == [(datetime(2006, 2, 14, 15, 16, 3),)]
    query = "SELECT COUNT(*), COUNT(DISTINCT rental_id) FROM payment JOIN rental USING (rental_id, customer_id)"
    assert rows(sakila, query) == [(80_220, 80_220)]
    with connect(sakila) as connection, connection.cursor() as cursor:
        assert verify_foreign_keys(cursor, sakila.database) == 22
    assert insert_triggers(sakila) == triggers


def test_drawn_payments_follow_sakilas_own_balance(sakila: Address) -> None:
    load_scaled(sakila, 2, unheard, database=sakila.database)
    query = (
        "SELECT COUNT(*) FROM payment JOIN rental USING (rental_id) JOIN inventory USING (inventory_id) "
        "JOIN film USING (film_id) WHERE rental_id > 16049 AND amount <> rental_rate + "
        "GREATEST(TO_DAYS(return_date) - TO_DAYS(rental_date) - CAST(rental_duration AS SIGNED), 0)"
    )
    assert rows(sakila, query) == [(0,)]


def test_the_same_scale_again_and_scale_one_change_nothing(sakila: Address) -> None:
    query = "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', rental_id, rental_date, return_date, inventory_id))) FROM rental"
    recorded = rows(sakila, query)
    assert load_scaled(sakila, 1, unheard, database=sakila.database).scale == 1
    assert rows(sakila, query) == recorded

    load_scaled(sakila, 2, unheard, database=sakila.database)
    scaled = rows(sakila, query)
    assert load_scaled(sakila, 2, unheard, database=sakila.database).rentals == 32_088
    assert load_scaled(sakila, 1, unheard, database=sakila.database).scale == 2
    assert rows(sakila, query) == scaled != recorded


def test_another_scale_than_the_one_there_is_refused(sakila: Address) -> None:
    load_scaled(sakila, 2, unheard, database=sakila.database)
    with pytest.raises(PlatformError, match="scaled to 2 times over 7 days already"):
        load_scaled(sakila, 3, unheard, database=sakila.database)


def test_payment_numbers_are_widened_when_they_would_run_out(sakila: Address) -> None:
    query = (
        "SELECT data_type, extra FROM information_schema.columns "
        f"WHERE table_schema = '{sakila.database}' AND table_name = 'payment' AND column_name = 'payment_id'"
    )
    assert rows(sakila, query) == [("smallint", "auto_increment")]
    load_scaled(sakila, 5, unheard, database=sakila.database)
    assert rows(sakila, query) == [("int", "auto_increment")]


def test_a_scaling_that_fails_leaves_rows_and_triggers_as_they_were(
    sakila: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    triggers = insert_triggers(sakila)
    # The payments' file has a column too many for the server's strict mode.
    monkeypatch.setattr(
        scale, "_PAYMENT_COLUMNS", "payment_id, customer_id, staff_id, nothing, amount, payment_date, x"
    )
    with pytest.raises(PlatformError, match=r"its rows are as before: Unknown column 'nothing'"):
        load_scaled(sakila, 2, unheard, database=sakila.database)
    assert rows(sakila, "SELECT COUNT(*) FROM rental") == [(16_044,)]
    assert insert_triggers(sakila) == triggers
    assert rows(sakila, "SELECT state, scale FROM platform_load") == [(COMPLETE, 1)]
    monkeypatch.undo()
    assert load_scaled(sakila, 2, unheard, database=sakila.database).payments == 32_088


def test_a_scaling_that_was_killed_is_redone_from_the_start(sakila: Address, official_dump: Path) -> None:
    with connect(sakila) as connection, connection.cursor() as cursor:
        record = load_record.read_record(cursor, sakila.database)
        load_record.write_record(cursor, sakila.database, load_record.LoadRecord(SCALING, record.origin))
        cursor.execute("DROP TRIGGER rental_date")
        connection.commit()
    with pytest.raises(PlatformError, match="holds no complete load of Sakila"):
        load_scaled(sakila, 2, unheard, database=sakila.database)
    load_sakila(sakila, str(official_dump), unheard, database=sakila.database)
    assert len(insert_triggers(sakila)) == 2


def test_nothing_is_scaled_without_a_load(empty_database: Address) -> None:
    with pytest.raises(PlatformError, match="Run `sakila-platform load` first"):
        load_scaled(empty_database, 2, unheard, database=empty_database.database)


@pytest.mark.parametrize(("n", "days"), [(0, None), (1001, None), (2, 0), (2, 10_001)])
def test_a_scale_out_of_range_is_wrong_use(n: int, days: int | None, mysql_server: Address) -> None:
    with pytest.raises(UsageError, match="Scale by 1 to 1000, over 1 to 10000 days"):
        load_scaled(mysql_server, n, unheard, days=days)


def test_a_server_that_refuses_local_files_is_named_as_the_reason(sakila: Address) -> None:
    with connect(sakila, autocommit=True) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("SET GLOBAL local_infile = 0")
        except pymysql.MySQLError:
            pytest.skip("this account may not change the server's settings")
        try:
            with pytest.raises(PlatformError, match=r"its rows are as before: .*local"):
                load_scaled(sakila, 2, unheard, database=sakila.database)
        finally:
            cursor.execute("SET GLOBAL local_infile = 1")
    assert rows(sakila, "SELECT COUNT(*) FROM rental") == [(16_044,)]
