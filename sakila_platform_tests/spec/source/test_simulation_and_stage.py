"""The simulation goes forward only, and stage runs with or without it."""

from __future__ import annotations

from contextlib import closing
from datetime import date

from sakila_platform.databases.mysql.connection import connect
from sakila_platform.rentals.simulation.days import DayOutcome, Status, simulate_day
from sakila_platform.rentals.simulation.ledger import ensure_ledger
from sakila_platform_tests.platform import Platform


def simulate(platform: Platform, day: str) -> DayOutcome:
    with closing(connect(platform.shop)) as connection:
        ensure_ledger(connection, platform.clock.today())
        return simulate_day(connection, date.fromisoformat(day), platform.clock)


def test_a_day_before_the_last_simulated_one_writes_nothing_and_says_so(platform: Platform) -> None:
    assert simulate(platform, "2006-02-20").status is Status.SIMULATED
    before = platform.sql("SELECT COUNT(*) AS rentals, MAX(rental_id) AS last FROM rental")

    earlier = simulate(platform, "2006-02-19")

    assert earlier.status is Status.SKIPPED
    assert "2006-02-20" in earlier.reason
    assert platform.sql("SELECT COUNT(*) AS rentals, MAX(rental_id) AS last FROM rental") == before


def test_a_day_of_the_recorded_history_is_left_as_people_recorded_it(platform: Platform) -> None:
    before = platform.sql("CHECKSUM TABLE rental, payment")

    outcome = simulate(platform, "2005-05-28")

    assert outcome.status is Status.SKIPPED and outcome.reason
    assert platform.sql("CHECKSUM TABLE rental, payment") == before


def test_stage_takes_a_day_that_was_never_simulated(platform: Platform) -> None:
    platform.run("2006-02-20", layers=["stage"])

    assert platform.lake("stage/sakila/rental", "2006-02-20") == []


def test_a_simulated_day_goes_through_the_whole_chain(platform: Platform) -> None:
    simulate(platform, "2006-02-20")

    platform.run("2006-02-20")

    rented = platform.sql("SELECT rental_id FROM rental WHERE DATE(rental_date) = '2006-02-20' ORDER BY 1")
    assert len(rented) == 100
    assert platform.warehouse("SELECT rental_id FROM fact_rental ORDER BY 1") == rented
    assert not any(path.startswith("quarantine/") for path in platform.files())
