"""Bad rows are set aside with a reason, not lost and not loaded; and an event that names nobody is of the Unknown."""

from __future__ import annotations

from datetime import date, timedelta

import dagster as dg
import pytest

from sakila_platform.orchestration.day_runs import DaysRefused
from sakila_platform_tests.counter import give_back, pay, rent
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import Rows, table

LAKE = ["stage", "final"]
DAY = "2005-05-24"


@pytest.fixture
def tolerant(platform: Platform) -> Platform:
    """A platform that stops no day, however many of its rows go to quarantine."""
    platform.set(ALLOWED_BAD_SHARE=1)
    return platform


def set_aside(platform: Platform, fact: str, day: str = DAY) -> Rows:
    return platform.lake(f"quarantine/sakila/{fact}", day)


def test_a_rental_of_nobody_is_set_aside_as_an_orphan(tolerant: Platform) -> None:
    tolerant.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 2")

    tolerant.run(DAY)

    assert set_aside(tolerant, "fact_rental").drawn("rental_id", "customer_id", "reason") == table(
        """
        rental_id | customer_id | reason
        2         | 9999        | customer_id names a row of dim_customer
        """
    )
    kept = [1, 3, 4, 5, 6, 7, 8]
    assert tolerant.lake("final/sakila/fact_rental", DAY).column("rental_id") == kept
    assert tolerant.warehouse("SELECT rental_id FROM fact_rental ORDER BY 1").column("rental_id") == kept


def test_a_rental_of_a_copy_nobody_owns_is_set_aside(tolerant: Platform) -> None:
    tolerant.damage("UPDATE rental SET inventory_id = 99999 WHERE rental_id = 3")

    tolerant.run(DAY)

    assert set_aside(tolerant, "fact_rental").drawn("rental_id", "inventory_id", "film_id", "reason") == table(
        """
        rental_id | inventory_id | film_id | reason
        3         | 99999        | null    | film_id is not null; store_id is not null
        """
    )


def test_a_negative_payment_is_set_aside(tolerant: Platform) -> None:
    refund = pay(tolerant, f"{DAY} 10:00", "-1.50", rental=1)

    tolerant.run(DAY)

    assert set_aside(tolerant, "fact_payment").drawn("payment_id", "amount", "reason") == table(
        f"""
        payment_id | amount | reason
        {refund}   | -1.50  | amount is at least 0
        """
    )
    assert tolerant.warehouse("SELECT * FROM fact_payment WHERE amount < 0") == []


def test_a_payment_of_no_amount_is_set_aside(tolerant: Platform) -> None:
    tolerant.sql("ALTER TABLE payment MODIFY amount DECIMAL(5,2) NULL")
    tolerant.sql("UPDATE payment SET amount = NULL WHERE rental_id = 2")

    tolerant.run(DAY)

    assert set_aside(tolerant, "fact_payment").drawn("rental_id", "amount", "reason") == table(
        """
        rental_id | amount | reason
        2         | null   | amount is not null
        """
    )


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        pytest.param(f"{DAY} 22:00:00", "return_at is not before rental_at", id="an hour before"),
        pytest.param(
            "2005-05-23 22:00:00",
            "rental_days is at least 0; return_at is not before rental_at",
            id="a day before",
        ),
    ],
)
def test_a_return_before_its_rental_is_set_aside_and_the_rental_counts_as_out(
    tolerant: Platform, returned: str, reason: str
) -> None:
    give_back(tolerant, 1, returned)

    tolerant.run("2005-05-23", DAY)

    assert set_aside(tolerant, "fact_return", returned[:10]).drawn("rental_id", "rental_at", "return_at", "reason") == (
        table(
            f"""
            rental_id | rental_at | return_at | reason
            1 | 2005-05-24 22:53:30 | {returned} | {reason}
            """
        )
    )
    assert tolerant.warehouse("SELECT return_at, is_late FROM fact_rental WHERE rental_id = 1").drawn() == table(
        """
        return_at | is_late
        null      | null
        """
    )


def test_an_event_that_names_no_member_is_of_the_unknown_member_and_no_orphan(platform: Platform) -> None:
    for column in ("customer_id SMALLINT UNSIGNED", "inventory_id MEDIUMINT UNSIGNED", "staff_id TINYINT UNSIGNED"):
        platform.damage(f"ALTER TABLE rental MODIFY {column} NULL")
    platform.sql("UPDATE rental SET customer_id = NULL, inventory_id = NULL, staff_id = NULL WHERE rental_id = 2")

    platform.run(DAY)

    assert not platform.has("quarantine/sakila/fact_rental", DAY)
    facts = platform.lake("final/sakila/fact_rental", DAY)
    assert Rows(facts[1:2]).drawn(
        "rental_id", "customer_id", "film_id", "store_id", "staff_id", "inventory_id"
    ) == table(
        """
        rental_id | customer_id | film_id | store_id | staff_id | inventory_id
        2         | 0           | 0       | 0        | 0        | 0
        """
    )
    assert platform.warehouse(
        "SELECT full_name, title FROM fact_rental JOIN dim_customer USING (customer_key) "
        "JOIN dim_film USING (film_key) WHERE rental_id = 2"
    ).drawn() == table("full_name | title \n Unknown | Unknown")


def test_nobody_can_say_that_an_unknown_film_came_back_late(platform: Platform) -> None:
    platform.damage("ALTER TABLE rental MODIFY inventory_id MEDIUMINT UNSIGNED NULL")
    platform.sql("UPDATE rental SET inventory_id = NULL, return_date = '2005-05-27 10:00:00' WHERE rental_id = 2")
    asked = "SELECT rental_days, is_late FROM fact_rental WHERE rental_id = 2"
    unknown = table("rental_days | is_late \n 3 | null")

    platform.run(DAY, "2005-05-27")
    assert platform.warehouse(asked).drawn() == unknown

    platform.run("2005-05-27")
    assert platform.warehouse(asked).drawn() == unknown


def test_a_payment_for_a_rental_that_was_deleted_is_a_good_payment(platform: Platform) -> None:
    payment = pay(platform, f"{DAY} 10:00", "1.50", rental=None)

    platform.run(DAY)

    assert platform.warehouse("SELECT rental_id, amount FROM fact_payment WHERE payment_id = %s", payment).drawn() == (
        table("rental_id | amount \n null | 1.50")
    )


def test_a_film_with_an_impossible_price_is_set_aside_and_its_rentals_with_it(tolerant: Platform) -> None:
    film = tolerant.sql("SELECT film_id FROM rental JOIN inventory USING (inventory_id) WHERE rental_id = 2")[0]
    tolerant.sql("UPDATE film SET rental_rate = -0.99 WHERE film_id = %s", film["film_id"])

    tolerant.run(DAY)

    assert set_aside(tolerant, "dim_film").drawn("film_id", "reason") == table(
        f"film_id | reason \n {film['film_id']} | rental_rate is at least 0"
    )
    assert set_aside(tolerant, "fact_rental").drawn("rental_id", "reason") == table(
        "rental_id | reason \n 2 | film_id names a row of dim_film"
    )


def test_up_to_the_allowed_share_is_a_warning_and_above_it_the_day_stops(platform: Platform) -> None:
    """137 rentals were taken on 25 May: one of them is less than a hundredth, two are more."""
    platform.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 100")
    outcomes = platform.run("2005-05-25")
    (outcome,) = (by_day for name, by_day in outcomes.items() if str(name) == "final/sakila/fact_rental")
    assert outcome[date(2005, 5, 25)].rejected == 1

    platform.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 101")
    with pytest.raises(DaysRefused, match="2 of 137 rows break the contract"):
        platform.run("2005-05-25")


def test_in_dagster_rows_set_aside_are_a_warning_that_stops_nothing(platform: Platform) -> None:
    platform.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 100")

    result = platform.run_in_dagster("2005-05-25")

    assert result.success
    (reported,) = [fact for fact in result.get_asset_check_evaluations() if not fact.passed]
    assert (reported.asset_key.path[-1], reported.check_name, reported.severity) == (
        "fact_rental",
        "contract",
        dg.AssetCheckSeverity.WARN,
    )
    assert reported.metadata["customer_id names a row of dim_customer"].value == 1


def test_a_later_good_run_clears_the_quarantine(tolerant: Platform) -> None:
    tolerant.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 2")
    tolerant.run(DAY)
    assert tolerant.has("quarantine/sakila/fact_rental", DAY)

    tolerant.sql("UPDATE rental SET customer_id = 459 WHERE rental_id = 2")
    tolerant.run(DAY)

    assert not tolerant.has("quarantine/sakila/fact_rental", DAY)
    assert len(tolerant.warehouse("SELECT * FROM fact_rental")) == 8


def test_what_is_set_aside_is_the_same_however_often_the_day_runs(tolerant: Platform) -> None:
    tolerant.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 2")
    tolerant.run(DAY)
    before = tolerant.files()

    tolerant.run(DAY)

    assert tolerant.files() == before


def test_every_event_of_the_shop_is_in_a_fact_or_in_quarantine(tolerant: Platform) -> None:
    tolerant.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id % 7 = 0")
    tolerant.damage("UPDATE rental SET return_date = rental_date - INTERVAL 1 HOUR WHERE rental_id % 11 = 0")
    tolerant.damage("UPDATE payment SET amount = -1 WHERE payment_id % 5 = 0")
    first, last = date(2005, 5, 24), date(2005, 5, 30)

    tolerant.run(str(first), str(last))

    for fact, (source, day_column) in {
        "fact_rental": ("rental", "rental_date"),
        "fact_return": ("rental", "return_date"),
        "fact_payment": ("payment", "payment_date"),
    }.items():
        for n in range((last - first).days + 1):
            day = str(first + timedelta(days=n))
            in_shop = tolerant.sql(f"SELECT COUNT(*) AS n FROM {source} WHERE DATE({day_column}) = %s", day)[0]["n"]
            aside = len(set_aside(tolerant, fact, day)) if tolerant.has(f"quarantine/sakila/{fact}", day) else 0
            assert len(tolerant.lake(f"final/sakila/{fact}", day)) + aside == in_shop, (fact, day)
        assert any(path.startswith(f"quarantine/sakila/{fact}/") for path in tolerant.files())


def test_two_rentals_of_one_number_are_never_both_loaded(tolerant: Platform) -> None:
    """A shop whose key has been lost: one of the two stays, the other is set aside."""
    taken = rent(tolerant, "2006-02-20 10:00", copy=1)
    tolerant.damage("ALTER TABLE payment DROP FOREIGN KEY fk_payment_rental")
    tolerant.damage("ALTER TABLE rental MODIFY rental_id INT NOT NULL, DROP PRIMARY KEY")
    tolerant.damage(
        "INSERT INTO rental SELECT rental_id, rental_date, 2, 2, NULL, 1, last_update FROM rental WHERE rental_id = %s",
        taken,
    )
    tolerant.damage(
        "UPDATE rental SET rental_date = '2006-02-20 11:00' WHERE rental_id = %s AND inventory_id = 2", taken
    )

    tolerant.run("2006-02-20")

    assert set_aside(tolerant, "rental", "2006-02-20").drawn("rental_id", "inventory_id", "reason") == table(
        f"""
        rental_id | inventory_id | reason
        {taken}   | 2            | primary key is unique
        """
    )
    assert len(tolerant.warehouse("SELECT * FROM fact_rental")) == 1
