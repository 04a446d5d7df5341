"""A shop that can only be read, such as a replica: recorded days are no matter, simulated ones give one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.errors import PlatformError
from sakila_platform.model.days import Clock
from sakila_platform.rentals.simulation.days import Status, simulate_day
from sakila_platform.rentals.simulation.draws import Options
from sakila_platform.rentals.simulation.ledger import ensure_ledger
from sakila_platform_tests.accounts import account
from sakila_platform_tests.shop_copies import ShopCopies

RECORDED = date(2005, 5, 24)
MONDAY = date(2024, 5, 20)
CLOCK = Clock(ZoneInfo("UTC"), datetime(2024, 8, 1, 12, tzinfo=timezone.utc))


@pytest.fixture(params=["an account that may only read", "a server that is read-only"])
def read_only_shop(request: pytest.FixtureRequest, shop_copies: ShopCopies) -> Iterator[Address]:
    """Sakila as its dump has it, for who may not write it."""
    shop_copies.restore()
    shop = shop_copies.address
    if "account" in request.param:
        with account(shop, f"SELECT ON {shop.database}.*") as reader:
            yield reader
        return
    with (
        account(shop, f"ALL ON {shop.database}.*") as owner,
        connect(shop, autocommit=True) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SET GLOBAL read_only = 1")
        try:
            yield owner
        finally:
            cursor.execute("SET GLOBAL read_only = 0")


def test_a_recorded_day_is_skipped_and_nothing_is_written(read_only_shop: Address) -> None:
    with closing(connect(read_only_shop)) as connection:
        outcome = simulate_day(connection, RECORDED, CLOCK)

    assert outcome.status is Status.SKIPPED
    assert "within the recorded history, which ends on 2006-02-14" in outcome.reason


def test_a_day_to_simulate_says_in_one_line_that_the_shop_can_only_be_read(read_only_shop: Address) -> None:
    with closing(connect(read_only_shop)) as connection, pytest.raises(PlatformError) as refused:
        simulate_day(connection, MONDAY, CLOCK)

    reported = str(refused.value)
    assert reported.startswith("2024-05-20 can't be simulated, because the shop can only be read: ")
    assert "SAKILA_RENTERS_PER_DAY=0" in reported
    assert "\n" not in reported


def test_with_nobody_to_simulate_any_day_of_a_shop_that_can_only_be_read_is_skipped(read_only_shop: Address) -> None:
    with closing(connect(read_only_shop)) as connection:
        outcome = simulate_day(connection, MONDAY, CLOCK, Options(renters=0))

    assert outcome.status is Status.SKIPPED
    assert "the shop can only be read" in outcome.reason


def test_a_day_that_was_simulated_before_the_shop_was_closed_to_writing_is_known(shop_copies: ShopCopies) -> None:
    shop_copies.restore()
    shop = shop_copies.address
    with closing(connect(shop)) as connection:
        ensure_ledger(connection, CLOCK.today())
        simulated = simulate_day(connection, MONDAY, CLOCK)

    with account(shop, f"SELECT ON {shop.database}.*") as reader, closing(connect(reader)) as connection:
        again = simulate_day(connection, MONDAY, CLOCK)

    assert again == replace(simulated, status=Status.ALREADY_SIMULATED)
