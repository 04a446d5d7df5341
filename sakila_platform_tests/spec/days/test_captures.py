"""Reference tables are captured for a day; a capture is evidence, which only gains what its day's events point at."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from sakila_platform.rentals.source import SNAPSHOT_TABLES
from sakila_platform_tests.counter import buy_film, rent, sign_up
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import table

DAY = "2006-02-18"
LAKE = ["stage", "final"]


def test_a_capture_is_the_whole_table_with_the_moment_it_was_taken(platform: Platform) -> None:
    platform.run(DAY, layers=["stage"])

    for captured in SNAPSHOT_TABLES:
        rows = platform.lake(str(captured.name), DAY)
        key = ", ".join(captured.primary_key)
        assert [tuple(row[name] for name in captured.primary_key) for row in rows] == [
            tuple(row.values()) for row in platform.sql(f"SELECT {key} FROM {captured.name.table} ORDER BY {key}")
        ]
        assert set(rows.column("captured_at")) == {platform.clock.now()}


def test_running_a_day_again_keeps_its_capture(platform: Platform) -> None:
    platform.run(DAY, layers=["stage"])
    before = platform.files()

    platform.sql("UPDATE customer SET last_name = 'MARRIED' WHERE customer_id = 5")
    platform.sql("DELETE FROM film_actor WHERE film_id = 1")
    platform.clock_stands_at("2006-03-20 12:00")
    platform.run(DAY, layers=["stage"])

    assert platform.files() == before


def test_recapture_takes_the_tables_anew(platform: Platform) -> None:
    platform.run(DAY, layers=["stage"])
    platform.sql("UPDATE customer SET last_name = 'MARRIED' WHERE customer_id = 5")
    platform.clock_stands_at("2006-03-20 12:00")

    platform.run(DAY, layers=["stage"], recapture=True)

    customers = platform.lake("stage/sakila/customer", DAY)
    assert customers[4]["last_name"] == "MARRIED"
    assert set(customers.column("captured_at")) == {platform.clock.now()}


def test_each_day_has_the_tables_as_they_were_when_it_was_captured(platform: Platform) -> None:
    platform.run("2006-02-17", layers=LAKE)
    platform.sql("UPDATE customer SET last_name = 'MARRIED' WHERE customer_id = 5")

    platform.run("2006-02-17", "2006-02-18", layers=LAKE)

    names = {day: platform.lake("final/sakila/dim_customer", f"2006-02-{day}") for day in (17, 18)}
    assert {day: rows.drawn("customer_id", "last_name").splitlines()[6] for day, rows in names.items()} == {
        17: "5           | BROWN",
        18: "5           | MARRIED",
    }


def test_a_member_that_came_after_the_capture_is_added_with_all_that_it_points_at(platform: Platform) -> None:
    platform.run(DAY, layers=LAKE)
    captured_at = platform.clock.now()
    before = {name: platform.lake(f"stage/sakila/{name}", DAY) for name in ("customer", "film_actor", "country")}

    customer = sign_up(platform, "PIPPA", city="Newtown")
    film, copy = buy_film(platform, "THE LATECOMER")
    rental = rent(platform, f"{DAY} 10:00", customer=customer, copy=copy)
    platform.sql("UPDATE customer SET last_name = 'MARRIED' WHERE customer_id = 5")
    platform.clock_stands_at("2006-03-20 12:00")
    outcomes = platform.run(DAY, layers=LAKE)

    added_at = platform.clock.now()
    for name in ("customer", "address", "city", "film", "film_actor", "film_category", "inventory"):
        rows = platform.lake(f"stage/sakila/{name}", DAY)
        assert rows.column("captured_at").count(added_at) == 1, name
        assert rows.column("captured_at").count(captured_at) == len(rows) - 1, name
        (outcome,) = [
            by_day[date.fromisoformat(DAY)]
            for key, by_day in outcomes.items()
            if str(key).endswith(f"stage/sakila/{name}")
        ]
        assert (outcome.rows, outcome.notes["members_added"]) == (len(rows), 1)
    assert platform.lake("stage/sakila/country", DAY) == before["country"]
    # What was captured stays as it was, though the shop says something else by now.
    assert platform.lake("stage/sakila/customer", DAY)[:-1] == before["customer"]
    newcomer = platform.lake("final/sakila/dim_customer", DAY)[-1]
    assert (newcomer["customer_id"], newcomer["city"]) == (customer, "Newtown")
    assert platform.lake("final/sakila/fact_rental", DAY).drawn("rental_id", "customer_id", "film_id") == table(
        f"""
        rental_id | customer_id | film_id
        {rental} | {customer} | {film}
        """
    )
    assert (film, 7) in [
        (row["film_id"], row["actor_id"]) for row in platform.lake("final/sakila/bridge_film_actor", DAY)
    ]


def test_adding_a_member_twice_changes_nothing(platform: Platform) -> None:
    platform.run(DAY, layers=LAKE)
    rent(platform, f"{DAY} 10:00", customer=sign_up(platform, "PIPPA", city="Newtown"))
    platform.run(DAY, layers=LAKE)
    before = platform.files()

    platform.clock_stands_at("2006-03-20 12:00")
    platform.run(DAY, layers=LAKE)

    assert platform.files() == before


def test_a_capture_does_not_gain_newcomers_that_its_day_has_nothing_to_do_with(platform: Platform) -> None:
    platform.run("2006-02-17", "2006-02-18", layers=["stage"])
    before = platform.files()
    rent(platform, "2006-02-18 10:00", customer=sign_up(platform, "PIPPA", city="Newtown"))

    platform.run("2006-02-17", "2006-02-18", layers=["stage"])

    changed = {path for path, content in platform.files().items() if content != before[path]}
    assert {path.split("/")[-2] for path in changed} == {"dt=2006-02-18"}


@pytest.mark.parametrize("recapture", [False, True])
def test_no_event_points_at_a_member_that_the_capture_lacks_while_the_shop_goes_on_selling(
    platform: Platform, recapture: bool
) -> None:
    platform.clock_stands_at(f"{DAY} 12:00")
    closing_time = threading.Event()
    sold: list[int] = []

    def sell() -> None:
        while not closing_time.is_set():
            sold.append(rent(platform, f"{DAY} 10:00", customer=sign_up(platform, "PIPPA", city="Newtown")))

    counter = threading.Thread(target=sell)
    counter.start()
    try:
        for _ in range(3):
            platform.run(DAY, layers=LAKE, recapture=recapture)
            rented = set(platform.lake("stage/sakila/rental", DAY).column("customer_id"))
            assert rented <= set(platform.lake("stage/sakila/customer", DAY).column("customer_id"))
            assert not platform.has("quarantine/sakila/fact_rental", DAY)
    finally:
        closing_time.set()
        counter.join()
    assert len(sold) > len(rented) > 0
