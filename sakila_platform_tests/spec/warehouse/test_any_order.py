"""Days in any order, in one run or many, once or twice: the same lake and the same warehouse."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from sakila_platform_tests.nights import rebuild_warehouse
from sakila_platform_tests.platform import Contents, Platform
from sakila_platform_tests.tables import table

FIRST, LAST = 24, 35


def day(number: int) -> str:
    """The 24th of May 2005 is 24, and the 1st of June 32."""
    return f"2005-05-{number}" if number <= 31 else f"2005-06-{number - 31:02}"


def shuffled_runs(seed: int) -> list[tuple[str, str]]:
    """The days in pieces of one to four, in any order, some of them twice."""
    draw = random.Random(seed)
    pieces, at = [], FIRST
    while at <= LAST:
        end = min(at + draw.randint(0, 3), LAST)
        pieces.append((day(at), day(end)))
        at = end + 1
    pieces += draw.sample(pieces, 2)
    draw.shuffle(pieces)
    return pieces


CHANGES: list[Callable[[Platform], object]] = [
    lambda p: p.sql("UPDATE rental SET return_date = '2005-06-02 10:00' WHERE rental_id IN (1, 2, 6)"),
    lambda p: p.sql("UPDATE rental SET rental_date = '2005-05-30 10:00', return_date = NULL WHERE rental_id = 3"),
    lambda p: p.sql("UPDATE payment SET rental_id = 8 WHERE rental_id = 5"),
    lambda p: p.sql("UPDATE payment SET payment_date = '2005-06-03 10:00' WHERE rental_id IN (10, 11, 12)"),
    lambda p: p.sql("DELETE FROM rental WHERE rental_id IN (20, 200, 700)"),
]


def test_a_run_twice_changes_nothing_and_leaves_other_days_alone(platform: Platform) -> None:
    platform.run(day(24), day(27))
    before = platform.contents()

    platform.run(day(25), day(26))
    platform.run(day(25))

    assert platform.contents() == before


def test_a_run_replaces_its_days_and_no_others(platform: Platform) -> None:
    platform.run(day(24), day(27))
    platform.sql("UPDATE payment SET amount = amount + 1 WHERE payment_date < '2005-05-28'")

    platform.run(day(26))

    paid = platform.warehouse("SELECT payment_date_key AS day, SUM(amount) AS paid FROM fact_payment GROUP BY 1")
    source = platform.sql(
        "SELECT DATE_FORMAT(payment_date, '%Y%m%d') AS day, SUM(amount) AS paid, COUNT(*) AS payments "
        "FROM payment WHERE payment_date < '2005-05-28' GROUP BY 1"
    )
    grown = {int(row["day"]): row["paid"] - row["payments"] * (row["day"] != "20050526") for row in source}
    assert dict(zip(paid.column("day"), paid.column("paid"), strict=True)) == grown


@pytest.fixture(scope="module")
def in_one_run(module_platform: Platform) -> Contents:
    """The warehouse after one run of all days."""
    module_platform.run(day(FIRST), day(LAST))
    return module_platform.warehouse_contents()


@pytest.mark.parametrize("seed", range(3))
def test_the_warehouse_is_the_same_whatever_the_order_and_grouping_of_runs(
    module_platform: Platform, in_one_run: Contents, seed: int
) -> None:
    assert len(in_one_run["fact_rental"]) > 1_000

    rebuild_warehouse(module_platform, *shuffled_runs(seed))

    assert module_platform.warehouse_contents() == in_one_run


@pytest.mark.parametrize("seed", range(2))
def test_lake_and_warehouse_are_the_same_when_the_source_changed_between_runs(platform: Platform, seed: int) -> None:
    runs = shuffled_runs(100 + seed)
    changes = CHANGES.copy()
    random.Random(seed).shuffle(changes)
    for first, last in runs:
        platform.run(first, last)
        if changes:
            changes.pop()(platform)
    while changes:
        changes.pop()(platform)
    for first, last in shuffled_runs(200 + seed):
        platform.run(first, last)
    brought_up_to_date = platform.contents()

    rebuild_warehouse(platform, (day(FIRST), day(LAST)))

    assert platform.contents() == brought_up_to_date
    assert_the_snapshot_is_what_the_shop_says(platform)


def assert_the_snapshot_is_what_the_shop_says(platform: Platform) -> None:
    """Counts and sums per rental, worked out from the shop's own tables by other means."""
    end = "2005-06-05"
    assert platform.sql(
        "SELECT COUNT(*) AS rentals, COUNT(IF(return_date < %s, 1, NULL)) AS returned, "
        "SUM(IF(return_date < %s, DATEDIFF(return_date, rental_date), 0)) AS days, "
        "SUM(IF(return_date < %s, DATEDIFF(return_date, rental_date) > rental_duration, 0)) AS late, "
        "(SELECT SUM(amount) FROM payment JOIN rental r USING (rental_id) "
        " WHERE payment_date < %s AND r.rental_date < %s) AS paid "
        "FROM rental JOIN inventory USING (inventory_id) JOIN film USING (film_id) WHERE rental_date < %s",
        *[end] * 6,
    ).drawn() == (
        platform.warehouse(
            "SELECT COUNT(*) AS rentals, COUNT(return_date_key) AS returned, SUM(rental_days) AS days, "
            "SUM(is_late) AS late, SUM(amount) AS paid FROM fact_rental"
        ).drawn()
    )


def test_an_empty_day_is_a_day_in_the_warehouse_too(platform: Platform) -> None:
    platform.run("2005-06-05", "2005-06-06")

    ledger = "SELECT date_key, row_count FROM load_ledger WHERE table_name = 'fact_rental' ORDER BY date_key"
    assert platform.warehouse(ledger).drawn() == table("date_key | row_count\n20050605 | 0\n20050606 | 0")
