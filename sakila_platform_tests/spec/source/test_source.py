"""What comes from the shop arrives as it was: text, money, dates; and the shop itself stays as it was."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform_tests.counter import pay, rent
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import table

DAY = "2006-02-18"
LAKE = ["stage", "final"]
TEXTS = {
    "emoji": "Zoë 🎬🍿",
    "quotes": "O'Hara \"Q\" `x` ''",
    "newlines": "two\nlines\r\nand\ttab",
    "backslashes": "a\\b\\n\\t\\",
    "the loader's own null": "\\N",
    "the word null": "NULL",
    "nothing": "",
    "blanks around": "  x  ",
    "other scripts": "你好 שלום مرحبا",
    "combined letters": "e\u0301 ‍👩‍👩‍👧",
    "a zero byte": "a\x00b",
    "a comma and a separator": "a,b;c|d\x1fe",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_text_survives_to_the_warehouse(platform: Platform, text: str) -> None:
    platform.sql("UPDATE customer SET first_name = %s WHERE customer_id = 5", text)

    platform.run(DAY, tables=["customer", "address", "city", "country", "dim_customer"])

    assert platform.lake("stage/sakila/customer", DAY)[4]["first_name"] == text
    customer = [row for row in platform.lake("final/sakila/dim_customer", DAY) if row["customer_id"] == 5]
    assert [row["full_name"] for row in customer] == [f"{text} BROWN"]
    (row,) = platform.warehouse("SELECT first_name, full_name FROM dim_customer WHERE customer_id = 5")
    assert (row["first_name"], row["full_name"]) == (text, f"{text} BROWN")


def test_decimals_stay_decimals_to_the_cent(platform: Platform) -> None:
    amounts = ["0.01", "0.10", "0.20", "999.99", "1.10"]
    for amount in amounts:
        pay(platform, f"{DAY} 10:00", amount)

    platform.run(DAY)

    for fact in ("stage/sakila/payment", "final/sakila/fact_payment"):
        assert platform.lake(fact, DAY).column("amount") == [Decimal(amount) for amount in amounts]
    (total,) = platform.warehouse("SELECT SUM(amount) AS amount, COUNT(*) AS n FROM fact_payment")
    assert (total["amount"], total["n"]) == (Decimal("1001.40"), 5)


def test_the_money_of_a_day_is_the_shop_s_to_the_cent(platform: Platform) -> None:
    platform.run("2005-05-25")

    in_shop = platform.sql("SELECT SUM(amount) AS amount FROM payment WHERE DATE(payment_date) = '2005-05-25'")
    assert platform.warehouse("SELECT SUM(amount) AS amount FROM fact_payment") == in_shop


def test_wall_clock_times_are_the_shop_s_own_to_the_second(platform: Platform) -> None:
    platform.set(TIME_ZONE="America/Bogota")
    platform.run("2005-05-24")

    reported = "SELECT rental_id, {} AS taken FROM {} ORDER BY rental_id"
    assert platform.warehouse(reported.format("rental_at", "fact_rental")) == platform.sql(
        reported.format("rental_date", "rental WHERE rental_date < '2005-05-25'")
    )


def test_instants_are_read_as_utc_whatever_the_server_s_own_zone_is(platform: Platform) -> None:
    platform.sql("UPDATE customer SET last_update = '2006-02-15 04:57:20' WHERE customer_id = 5")

    platform.run(DAY, layers=["stage"], tables=["customer"])

    instant = platform.lake("stage/sakila/customer", DAY)[4]["last_update"]
    assert instant.isoformat() == "2006-02-15T04:57:20+00:00"


def test_the_shop_s_triggers_stay_and_so_do_the_dates_it_recorded(platform: Platform) -> None:
    rent(platform, f"{DAY} 10:00")
    platform.run("2005-05-24", DAY, layers=["stage"], tables=["rental"])

    assert sorted(platform.sql("SHOW TRIGGERS").column("Trigger")) == [
        "customer_create_date",
        "del_film",
        "ins_film",
        "payment_date",
        "rental_date",
        "upd_film",
    ]
    assert platform.sql("SELECT rental_date FROM rental WHERE rental_id = 1").drawn() == table(
        "rental_date \n 2005-05-24 22:53:30"
    )


def test_reading_the_shop_writes_nothing_to_it(platform: Platform) -> None:
    tables = ", ".join(source.name.table for source in STAGE_TABLES)
    before = platform.sql(f"CHECKSUM TABLE {tables}")

    platform.run("2005-05-24", "2005-05-26")

    assert platform.sql(f"CHECKSUM TABLE {tables}") == before
