"""What a day means: a run owns its days and leaves all others alone, however often and in whatever order it comes."""

from __future__ import annotations

import pytest

from sakila_platform.model.naming import TableName
from sakila_platform_tests.counter import give_back, pay, rent
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import table

# Sakila's own gap: nothing is taken, returned or paid.
EMPTY_DAY = "2005-10-10"


def test_running_days_twice_changes_nothing_not_even_a_byte_of_the_lake(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-27")
    files, warehouse = platform.files(), platform.warehouse_contents()

    platform.clock_stands_at("2006-03-09 09:00")
    platform.run("2005-05-24", "2005-05-27")

    assert platform.files() == files
    assert platform.warehouse_contents() == warehouse


def test_each_day_run_twice_gives_what_one_run_over_all_days_gives(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-26")
    at_once = platform.contents()
    platform.start_over()

    for day in ("2005-05-24", "2005-05-25", "2005-05-26"):
        platform.run(day)
        platform.run(day)

    assert platform.contents() == at_once


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param(["26..27", "25", "24"], id="backwards"),
        pytest.param(["27", "24..25", "26"], id="shuffled"),
        pytest.param(["25..27", "24..26", "27"], id="overlapping"),
    ],
)
def test_days_in_any_order_and_in_any_runs_give_the_same_lake_and_warehouse(
    platform: Platform, runs: list[str]
) -> None:
    platform.run("2005-05-24", "2005-05-27")
    in_order = platform.contents()
    platform.start_over()

    for run in runs:
        first, _, last = run.partition("..")
        platform.run(f"2005-05-{first}", f"2005-05-{last or first}")

    assert platform.contents() == in_order


def test_a_run_in_chunks_gives_what_a_run_in_one_piece_gives(platform: Platform) -> None:
    platform.run("2005-05-28", "2005-06-03")
    in_one_piece = platform.contents()
    platform.start_over()

    platform.set(DAYS_PER_CHUNK=3)
    platform.run("2005-05-28", "2005-06-03")

    assert platform.contents() == in_one_piece


def test_a_run_leaves_the_files_of_other_days_alone(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-26", layers=["stage", "final"])
    before = platform.files()
    platform.sql("UPDATE rental SET customer_id = 5 WHERE rental_id < 300")
    platform.sql("UPDATE customer SET first_name = 'SOMEONE'")

    platform.run("2005-05-25", layers=["stage", "final"], recapture=True)

    after = platform.files()
    changed = {path for path in after if after[path] != before.get(path)}
    assert {path.split("/")[-2] for path in changed} == {"dt=2005-05-25"}
    assert {path.split("/")[2] for path in changed} >= {"rental", "customer", "fact_rental", "dim_customer"}


def test_an_empty_day_is_a_day_with_no_rows_and_a_file_that_carries_the_schema(platform: Platform) -> None:
    outcomes = platform.run(EMPTY_DAY)
    platform.run("2005-05-24")

    events = ["stage/sakila/rental", "stage/sakila/payment"]
    facts = [f"final/sakila/{fact}" for fact in ("fact_rental", "fact_return", "fact_payment")]
    in_warehouse = [f"warehouse/sakila/{fact}" for fact in ("fact_rental", "fact_return", "fact_payment")]
    for name in (*events, *facts, *in_warehouse):
        ((_, outcome),) = outcomes[TableName(*name.split("/"))].items()
        assert outcome.rows == 0, name
    for name in (*events, *facts):
        empty, full = platform.schema(name, EMPTY_DAY), platform.schema(name, "2005-05-24")
        assert platform.lake(name, EMPTY_DAY) == []
        assert empty.equals(full), name


def test_today_is_provisional_and_is_captured_anew_once_it_has_ended(platform: Platform) -> None:
    platform.clock_stands_at("2006-02-20 12:00")
    taken = rent(platform, "2006-02-20 11:00", customer=5)
    platform.run("2006-02-20")
    assert platform.lake("stage/sakila/customer", "2006-02-20")[0]["captured_at"] == platform.clock.now()

    give_back(platform, taken, "2006-02-20 18:00")
    rent(platform, "2006-02-20 19:00", customer=6, copy=2)
    pay(platform, "2006-02-20 19:00", "2.99", customer=6)
    platform.sql("UPDATE customer SET last_name = 'MARRIED' WHERE customer_id = 5")
    platform.clock_stands_at("2006-02-21 00:30")
    platform.run("2006-02-20")

    assert platform.lake("stage/sakila/rental", "2006-02-20").drawn(
        "customer_id", "rental_date", "return_date"
    ) == table(
        """
        customer_id | rental_date         | return_date
        5           | 2006-02-20 11:00:00 | 2006-02-20 18:00:00
        6           | 2006-02-20 19:00:00 | null
        """
    )
    customers = platform.lake("stage/sakila/customer", "2006-02-20")
    assert {row["captured_at"] for row in customers} == {platform.clock.now()}
    assert platform.warehouse(
        "SELECT last_name, return_at FROM fact_rental JOIN dim_customer USING (customer_key) ORDER BY rental_id"
    ).drawn() == table(
        """
        last_name | return_at
        MARRIED   | 2006-02-20 18:00:00
        DAVIS     | null
        """
    )


def test_a_day_that_ended_in_the_shop_s_zone_has_ended_whatever_utc_says(platform: Platform) -> None:
    """Bogota is five hours behind: its 20 February goes on until 05:00 UTC of the 21st."""
    platform.set(TIME_ZONE="America/Bogota")
    platform.clock_stands_at("2006-02-21 04:00")
    platform.run("2006-02-20", layers=["stage"], tables=["customer"])
    platform.sql("UPDATE customer SET last_name = 'MARRIED' WHERE customer_id = 5")

    platform.clock_stands_at("2006-02-21 05:00")
    platform.run("2006-02-20", layers=["stage"], tables=["customer"])
    assert platform.lake("stage/sakila/customer", "2006-02-20")[4]["last_name"] == "MARRIED"

    platform.sql("UPDATE customer SET last_name = 'DIVORCED' WHERE customer_id = 5")
    platform.run("2006-02-20", layers=["stage"], tables=["customer"])
    assert platform.lake("stage/sakila/customer", "2006-02-20")[4]["last_name"] == "MARRIED"
