"""A member of which the source has no usable row is set aside like any other row, also when an event asks for it."""

from __future__ import annotations

from datetime import date

import pytest

from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform.orchestration.day_runs import DaysRefused
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform_tests.counter import rent, sign_up
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import table

LAKE = ["stage", "final"]
DAY = "2005-05-24"
# Who rented the first of that day's eight.
CUSTOMER = 130
CUSTOMERS = 599
(CUSTOMER_TABLE,) = (one for one in STAGE_TABLES if one.name.table == "customer")

WITHOUT_DATE = "UPDATE customer SET create_date = '0000-00-00' WHERE customer_id = 130"
WITHOUT_NAME = "UPDATE customer SET first_name = NULL WHERE customer_id = 130"


@pytest.fixture
def shop(platform: Platform) -> Platform:
    """A platform whose shop lets a customer have no name, and that stops no day of final."""
    platform.damage("ALTER TABLE customer MODIFY first_name VARCHAR(45) NULL")
    platform.set(ALLOWED_BAD_SHARE=0.2)
    return platform


def customers(outcomes: Outcomes) -> TableDay:
    """What stage's customers of the day came to."""
    return outcomes[CUSTOMER_TABLE.name][date.fromisoformat(DAY)]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        pytest.param(WITHOUT_DATE, "create_date is not null", id="a zero date"),
        pytest.param(WITHOUT_NAME, "first_name is not null", id="no name"),
    ],
)
def test_a_customer_without_a_required_value_is_set_aside_and_the_rental_is_an_orphan(
    shop: Platform, damage: str, reason: str
) -> None:
    shop.damage(damage)

    outcomes = shop.run(DAY, "2005-05-25")

    for day in (DAY, "2005-05-25"):
        assert shop.lake("quarantine/sakila/customer", day).drawn("customer_id", "reason") == table(
            f"customer_id | reason \n {CUSTOMER} | {reason}"
        )
        assert CUSTOMER not in shop.lake("stage/sakila/customer", day).column("customer_id")
    assert shop.lake("quarantine/sakila/fact_rental", DAY).drawn("rental_id", "reason") == table(
        "rental_id | reason \n 1 | customer_id names a row of dim_customer"
    )
    assert len(shop.lake("final/sakila/fact_rental", DAY)) == 7
    outcome = customers(outcomes)
    assert (outcome.rows, outcome.rejected, outcome.broken) == (CUSTOMERS - 1, 1, {reason: 1})


def test_running_such_a_day_again_changes_nothing_and_says_again_who_is_set_aside(shop: Platform) -> None:
    shop.damage(WITHOUT_DATE)
    shop.run(DAY, layers=LAKE)
    before = shop.files()

    shop.clock_stands_at("2006-03-20 12:00")
    again = shop.run(DAY, layers=LAKE)

    assert shop.files() == before
    outcome = customers(again)
    assert (outcome.rows, outcome.rejected, outcome.broken) == (CUSTOMERS - 1, 1, {"create_date is not null": 1})
    assert outcome.notes == {"kept_capture": 1}


def test_a_customer_who_is_put_right_is_added_and_leaves_quarantine(shop: Platform) -> None:
    shop.damage(WITHOUT_DATE)
    shop.run(DAY)

    shop.sql("UPDATE customer SET create_date = '2005-01-01' WHERE customer_id = %s", CUSTOMER)
    shop.clock_stands_at("2006-03-20 12:00")
    outcomes = shop.run(DAY)

    assert not shop.has("quarantine/sakila/customer", DAY)
    assert not shop.has("quarantine/sakila/fact_rental", DAY)
    added = shop.lake("stage/sakila/customer", DAY)[CUSTOMER - 1]
    assert (added["customer_id"], added["captured_at"]) == (CUSTOMER, shop.clock.now())
    assert len(shop.warehouse("SELECT * FROM fact_rental")) == 8
    outcome = customers(outcomes)
    assert (outcome.rows, outcome.rejected, outcome.broken) == (CUSTOMERS, 0, {})


def test_a_newcomer_without_a_name_is_set_aside_beside_a_kept_capture(shop: Platform) -> None:
    shop.run("2006-02-18", layers=["stage"])
    before = shop.lake("stage/sakila/customer", "2006-02-18")
    newcomer = sign_up(shop, "PIPPA", city="Newtown")
    shop.sql("UPDATE customer SET first_name = NULL WHERE customer_id = %s", newcomer)
    rent(shop, "2006-02-18 10:00", customer=newcomer)

    shop.run("2006-02-18", layers=["stage"])

    assert shop.lake("stage/sakila/customer", "2006-02-18") == before
    assert shop.lake("quarantine/sakila/customer", "2006-02-18").drawn("customer_id", "reason") == table(
        f"customer_id | reason \n {newcomer} | first_name is not null"
    )
    # Nobody who is in the lake lives there.
    assert "Newtown" not in shop.lake("stage/sakila/city", "2006-02-18").column("city")


def test_too_many_newcomers_at_fault_refuse_the_table_and_the_capture_stays(shop: Platform) -> None:
    shop.run("2006-02-18", layers=["stage"])
    shop.set(ALLOWED_BAD_SHARE=0.001)
    for copy in (1, 2):
        rent(shop, "2006-02-18 10:00", customer=sign_up(shop, "PIPPA", city="Newtown"), copy=copy)
    shop.sql("UPDATE customer SET first_name = NULL WHERE first_name = 'PIPPA'")

    with pytest.raises(DaysRefused) as refused:
        shop.run("2006-02-18", layers=["stage"])

    assert "stage/sakila/customer on 2006-02-18: 2 of 601 rows break the contract: first_name is not null (2), " in (
        str(refused.value)
    )
    assert str(refused.value).endswith("such as customer_id 600; customer_id 601")
    assert len(shop.lake("stage/sakila/customer", "2006-02-18")) == CUSTOMERS
    assert not shop.has("quarantine/sakila/customer", "2006-02-18")


def test_a_day_that_is_refused_for_an_orphan_names_the_rental_and_its_customer(platform: Platform) -> None:
    platform.damage(WITHOUT_DATE)

    with pytest.raises(DaysRefused) as refused:
        platform.run(DAY)

    assert str(refused.value) == (
        "Refused final/sakila/fact_rental on 2005-05-24: 1 of 8 rows break the contract: customer_id names a row of "
        "dim_customer (1), such as rental_id 1, customer_id 130 (and 1 more: "
        "final/sakila/fact_payment on 2005-05-24)"
    )
