"""Dates that name no day: an event without one goes to dt=undated, and a return without one has not happened."""

from __future__ import annotations

from datetime import date

import pytest

from sakila_platform.model.naming import TableName
from sakila_platform_tests.counter import pay, rent
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import table

DAY = "2006-02-18"
LAKE = ["stage", "final"]
RENTAL, PAYMENT = TableName("stage", "sakila", "rental"), TableName("stage", "sakila", "payment")
ZERO = "0000-00-00 00:00:00"
NO_DAY = pytest.mark.parametrize("moment", [None, ZERO, "2006-02-00 10:00:00", "2006-00-18 10:00:00"])


def lose_date(platform: Platform, rental: int, moment: str | None = ZERO) -> None:
    """A rental whose date was lost, as old programs write it."""
    if moment is None:
        platform.damage("ALTER TABLE rental MODIFY rental_date DATETIME NULL")
    platform.damage("UPDATE rental SET rental_date = %s WHERE rental_id = %s", moment, rental)


@NO_DAY
def test_a_rental_whose_date_names_no_day_is_set_aside_as_undated(platform: Platform, moment: str | None) -> None:
    taken = rent(platform, f"{DAY} 10:00")
    lose_date(platform, taken, moment)

    outcomes = platform.run(DAY)

    assert platform.lake("quarantine/sakila/rental", "undated").drawn("rental_id", "rental_date", "reason") == table(
        f"""
        rental_id | rental_date | reason
        {taken}   | null        | rental_date names no day
        """
    )
    assert platform.lake("stage/sakila/rental", DAY) == []
    assert platform.warehouse("SELECT * FROM fact_rental") == []
    assert outcomes[RENTAL][date.fromisoformat(DAY)].notes["undated_rows"] == 1


def test_a_rental_without_a_date_is_undated_even_when_it_came_back(platform: Platform) -> None:
    taken = rent(platform, f"{DAY} 10:00")
    platform.sql("UPDATE rental SET return_date = '2006-02-18 18:00' WHERE rental_id = %s", taken)
    lose_date(platform, taken)

    platform.run(DAY)

    assert platform.lake("quarantine/sakila/rental", "undated").column("rental_id") == [taken]
    assert platform.lake("final/sakila/fact_return", DAY) == []
    assert platform.stale_days("rental") == {}


def test_a_payment_whose_date_names_no_day_is_set_aside_as_undated(platform: Platform) -> None:
    paid = pay(platform, f"{DAY} 10:00", "2.99")
    platform.damage("UPDATE payment SET payment_date = %s WHERE payment_id = %s", ZERO, paid)

    platform.run(DAY)

    assert platform.lake("quarantine/sakila/payment", "undated").column("payment_id") == [paid]
    assert platform.warehouse("SELECT * FROM fact_payment") == []


def test_undated_rows_are_replaced_whole_by_each_run(platform: Platform) -> None:
    first, second = rent(platform, f"{DAY} 10:00"), rent(platform, f"{DAY} 11:00", copy=2)
    lose_date(platform, first)
    platform.run(DAY, layers=LAKE)

    platform.sql("UPDATE rental SET rental_date = %s WHERE rental_id = %s", f"{DAY} 10:00", first)
    lose_date(platform, second)
    platform.run("2005-05-24", layers=LAKE)
    assert platform.lake("quarantine/sakila/rental", "undated").column("rental_id") == [second]

    platform.sql("UPDATE rental SET rental_date = %s WHERE rental_id = %s", f"{DAY} 11:00", second)
    platform.run(DAY, layers=LAKE)
    assert not platform.has("quarantine/sakila/rental", "undated")
    assert platform.lake("final/sakila/fact_rental", DAY).column("rental_id") == [first, second]


def test_undated_rows_are_counted_by_the_contract_check_of_their_table(platform: Platform) -> None:
    lose_date(platform, rent(platform, f"{DAY} 10:00"))

    result = platform.run_in_dagster(DAY)

    assert result.success
    (reported,) = [fact for fact in result.get_asset_check_evaluations() if not fact.passed]
    assert (reported.asset_key.path[-1], reported.check_name) == ("rental", "contract")
    assert reported.metadata["rental_date names a day"].value == 1


@pytest.mark.parametrize("moment", [ZERO, "2006-02-00 10:00:00"])
def test_a_zero_return_date_becomes_null_and_is_noted(platform: Platform, moment: str) -> None:
    taken = rent(platform, f"{DAY} 10:00")
    platform.damage("UPDATE rental SET return_date = %s WHERE rental_id = %s", moment, taken)

    outcomes = platform.run(DAY)

    assert platform.lake("stage/sakila/rental", DAY).drawn("rental_id", "return_date") == table(
        f"rental_id | return_date \n {taken} | null"
    )
    assert outcomes[RENTAL][date.fromisoformat(DAY)].notes["rows_with_zero_dates"] == 1
    assert platform.stale_days("rental") == {}
    assert platform.warehouse("SELECT return_at FROM fact_rental").drawn() == table("return_at \n null")


def test_a_zero_date_in_a_reference_table_becomes_null_and_its_row_is_set_aside(platform: Platform) -> None:
    """A customer must have a day of signing up; one of six hundred is within what is allowed."""
    platform.damage("UPDATE customer SET create_date = %s WHERE customer_id = 5", ZERO)

    platform.run(DAY, layers=LAKE)

    assert platform.lake("quarantine/sakila/customer", DAY).drawn("customer_id", "create_date", "reason") == table(
        """
        customer_id | create_date | reason
        5           | null        | create_date is not null
        """
    )
    assert 5 not in platform.lake("final/sakila/dim_customer", DAY).column("customer_id")
