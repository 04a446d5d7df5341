"""A rental's row accumulates what happens to it: taken, returned, paid, corrected, deleted."""

from __future__ import annotations

import pytest

from sakila_platform.errors import PlatformError
from sakila_platform_tests.nights import rebuild_warehouse
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import table

# Rental 1, of film 80 (7 days): taken on 2005-05-24, returned on the 26th, paid 2.99 on the 24th.
RENTAL = 1
FIRST, LAST = "2005-05-24", "2005-05-28"


def snapshot(platform: Platform) -> str:
    return platform.warehouse(
        "SELECT rental_date_key AS taken, return_date_key AS returned, rental_days, is_late, amount "
        "FROM fact_rental WHERE rental_id = %s",
        RENTAL,
    ).drawn()


def expect(row: str) -> str:
    return table("taken | returned | rental_days | is_late | amount\n" + row)


def facts_on_orphaned_rows(platform: Platform) -> list[int]:
    """Returns without their rental: there are none among the days from the first one on."""
    sql = "SELECT r.rental_id FROM fact_return r LEFT JOIN fact_rental USING (rental_id) WHERE rental_date_key IS NULL"
    return platform.warehouse(sql).column("rental_id")


@pytest.fixture
def shop(platform: Platform) -> Platform:
    """Rental 1 is paid 2.99, whatever else the dump has."""
    platform.sql("DELETE FROM payment WHERE rental_id = %s AND payment_date > '2005-05-25'", RENTAL)
    assert platform.sql("SELECT amount FROM payment WHERE rental_id = %s", RENTAL).drawn() == table("amount\n2.99")
    return platform


def pay(platform: Platform, amount: str, at: str) -> None:
    """A payment for the rental, dated as the counter does it: insert, then the date (triggers write NOW())."""
    platform.sql(
        "INSERT INTO payment (payment_id, customer_id, staff_id, rental_id, amount, payment_date) "
        "VALUES (60000, 130, 1, %s, %s, %s)",
        RENTAL,
        amount,
        at,
    )
    platform.sql("UPDATE payment SET payment_date = %s WHERE payment_id = 60000", at)


def test_a_rental_is_open_on_its_day_and_closed_by_the_day_of_its_return(shop: Platform) -> None:
    shop.run("2005-05-24")
    assert snapshot(shop) == expect("20050524 | null | null | null | 2.99")

    shop.run("2005-05-25")
    assert snapshot(shop) == expect("20050524 | null | null | null | 2.99")

    shop.run("2005-05-26")
    assert snapshot(shop) == expect("20050524 | 20050526 | 2 | 0 | 2.99")


def test_a_return_that_comes_before_its_rental_is_loaded_waits_for_it(shop: Platform) -> None:
    shop.run("2005-05-26")
    assert snapshot(shop) == "no rows"

    shop.run("2005-05-24")
    assert snapshot(shop) == expect("20050524 | 20050526 | 2 | 0 | 2.99")


def test_a_late_return_brings_lateness_and_its_fee_adds_up(shop: Platform) -> None:
    shop.sql("UPDATE rental SET return_date = '2005-06-04 10:00' WHERE rental_id = %s", RENTAL)
    pay(shop, "4.00", "2005-06-04 10:00")
    shop.run(FIRST, LAST)
    assert snapshot(shop) == expect("20050524 | null | null | null | 2.99")

    shop.run("2005-06-04")

    assert snapshot(shop) == expect("20050524 | 20050604 | 11 | 1 | 6.99")


@pytest.mark.parametrize("order", [("2005-05-26", "2005-05-28"), ("2005-05-28", "2005-05-26")])
def test_a_return_moved_to_another_day_counts_there_in_whichever_order_the_days_run(
    shop: Platform, order: tuple[str, str]
) -> None:
    shop.run(FIRST, LAST)
    shop.sql("UPDATE rental SET return_date = '2005-05-28 09:00' WHERE rental_id = %s", RENTAL)

    for day in order:
        shop.run(day)

    assert snapshot(shop) == expect("20050524 | 20050528 | 4 | 0 | 2.99")
    returns = shop.warehouse("SELECT return_date_key FROM fact_return WHERE rental_id = %s", RENTAL)
    assert returns.column("return_date_key") == [20050528]


def test_a_return_undone_opens_the_rental_again(shop: Platform) -> None:
    shop.run(FIRST, LAST)
    shop.sql("UPDATE rental SET return_date = NULL WHERE rental_id = %s", RENTAL)

    shop.run("2005-05-26")

    assert snapshot(shop) == expect("20050524 | null | null | null | 2.99")


@pytest.mark.parametrize("order", [("2005-05-24", "2005-05-25"), ("2005-05-25", "2005-05-24")])
def test_a_rental_moved_to_another_day_keeps_its_return_and_payments(shop: Platform, order: tuple[str, str]) -> None:
    shop.run(FIRST, LAST)
    shop.sql("UPDATE rental SET rental_date = '2005-05-25 08:00' WHERE rental_id = %s", RENTAL)
    shop.sql("DELETE FROM payment WHERE rental_id = %s", RENTAL)
    pay(shop, "3.50", "2005-05-25 08:00")

    for day in (*order, "2005-05-26"):
        shop.run(day)

    assert snapshot(shop) == expect("20050525 | 20050526 | 1 | 0 | 3.50")
    assert shop.warehouse("SELECT COUNT(*) AS n FROM fact_payment WHERE rental_id = %s", RENTAL).column("n") == [1]


@pytest.mark.parametrize("to_day", ["2005-05-24", "2005-05-27"])
def test_a_payment_moved_to_another_rental_counts_there_and_here_no_more(shop: Platform, to_day: str) -> None:
    shop.run(FIRST, LAST)
    other = "SELECT amount FROM fact_rental WHERE rental_id = 2"
    (before,) = shop.warehouse(other).column("amount")
    shop.sql("UPDATE payment SET rental_id = 2, payment_date = %s WHERE rental_id = %s", f"{to_day} 23:00:00", RENTAL)

    shop.run(to_day)

    assert snapshot(shop) == expect("20050524 | 20050526 | 2 | 0 | 0.00")
    assert float(shop.warehouse(other).column("amount")[0] - before) == 2.99


def test_a_payment_deleted_at_the_source_no_longer_counts(shop: Platform) -> None:
    pay(shop, "4.00", "2005-05-27 10:00")
    shop.run(FIRST, LAST)
    assert snapshot(shop) == expect("20050524 | 20050526 | 2 | 0 | 6.99")
    shop.sql("DELETE FROM payment WHERE payment_id = 60000")

    shop.run("2005-05-27")

    assert snapshot(shop) == expect("20050524 | 20050526 | 2 | 0 | 2.99")


def test_a_rental_deleted_at_the_source_goes_and_what_was_paid_stays(shop: Platform) -> None:
    shop.run(FIRST, LAST)
    # As the foreign key does: the payment stays and names no rental any more.
    shop.sql("DELETE FROM rental WHERE rental_id = %s", RENTAL)

    shop.run("2005-05-24")
    shop.run("2005-05-26")

    assert snapshot(shop) == "no rows"
    assert facts_on_orphaned_rows(shop) == []
    kept = "SELECT payment_id, rental_id, amount FROM fact_payment WHERE customer_key DIV 100000000 = 130"
    assert shop.warehouse(kept + " AND payment_date_key = 20050524").drawn("rental_id", "amount") == table(
        "rental_id | amount\nnull | 2.99"
    )


def test_a_correction_leaves_what_a_fresh_load_would_give(shop: Platform) -> None:
    shop.run(FIRST, LAST)
    shop.sql("UPDATE rental SET rental_date = '2005-05-25 08:00', return_date = NULL WHERE rental_id = %s", RENTAL)
    shop.sql("UPDATE payment SET rental_id = 3 WHERE rental_id = %s", RENTAL)
    shop.sql("DELETE FROM rental WHERE rental_id = 5")
    for day in ("2005-05-26", "2005-05-25", "2005-05-24"):
        shop.run(day)
    mended = shop.contents()

    rebuild_warehouse(shop, (FIRST, LAST))

    assert shop.contents() == mended


@pytest.mark.parametrize(
    "tables",
    [
        pytest.param([("fact_payment",), ("fact_return",), ("fact_rental",)], id="facts one by one"),
        pytest.param([("fact_rental",), ("fact_return", "fact_payment")], id="rentals first"),
    ],
)
def test_tables_run_by_themselves_end_in_the_same_warehouse(shop: Platform, tables: list[tuple[str, ...]]) -> None:
    dimensions = ("dim_customer", "dim_film", "dim_store", "dim_staff", "dim_actor", "bridge_film_actor")
    shop.run(FIRST, LAST)
    together = shop.warehouse_contents()
    shop.warehouse(f"DROP DATABASE `{shop.warehouse_address.database}`")

    for some in (dimensions, *tables):
        shop.run(FIRST, LAST, layers=["warehouse"], tables=some)

    assert shop.warehouse_contents() == together


def test_running_payments_alone_again_brings_the_amounts_up_to_date(shop: Platform) -> None:
    shop.run(FIRST, LAST)
    pay(shop, "4.00", "2005-05-27 10:00")
    shop.run("2005-05-27", layers=["stage", "final"])

    shop.run("2005-05-27", layers=["warehouse"], tables=["fact_payment"])

    assert snapshot(shop) == expect("20050524 | 20050526 | 2 | 0 | 6.99")


def test_a_dimension_can_be_run_where_the_lake_has_no_facts(shop: Platform) -> None:
    films = ("film", "film_category", "category", "language")
    shop.run("2005-05-24", layers=["stage"], tables=films)
    shop.run("2005-05-24", layers=["final", "warehouse"], tables=["dim_film"])

    assert shop.warehouse("SELECT COUNT(*) AS films FROM dim_film").column("films") == [1001]


def test_a_fact_without_its_dimension_is_refused_in_one_line(shop: Platform) -> None:
    shop.run("2005-05-24", layers=["stage", "final"])

    with pytest.raises(PlatformError, match=r"name members that dim_customer lacks.*Load warehouse/sakila/dim_c"):
        shop.run("2005-05-24", layers=["warehouse"], tables=["fact_payment"])
