"""Events are sliced by the day they happened, as of the end of that day; what happens later changes no old day."""

from __future__ import annotations

from sakila_platform_tests.counter import give_back, rent
from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import Rows, table

EVENTS = ["rental", "payment"]
LAKE = ["stage", "final"]


def test_a_day_holds_every_rental_taken_or_returned_on_it(platform: Platform) -> None:
    platform.run("2005-05-28", layers=["stage"], tables=["rental"])

    staged = platform.lake("stage/sakila/rental", "2005-05-28")
    in_shop = platform.sql(
        "SELECT rental_id FROM rental WHERE DATE(rental_date) = '2005-05-28' OR DATE(return_date) = '2005-05-28' "
        "ORDER BY rental_id"
    )
    assert staged.column("rental_id") == in_shop.column("rental_id")
    assert len({row["rental_date"].date() for row in staged}) > 2


def test_a_return_after_the_day_is_null_in_the_slice_of_the_day(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-26", layers=["stage"], tables=["rental"])

    def slice_of(day: str) -> str:
        staged = platform.lake("stage/sakila/rental", day)
        return Rows(row for row in staged if row["rental_id"] == 1).drawn("rental_date", "return_date")

    assert slice_of("2005-05-24") == table("rental_date | return_date \n 2005-05-24 22:53:30 | null")
    assert slice_of("2005-05-25") == "no rows"
    assert slice_of("2005-05-26") == table("rental_date | return_date \n 2005-05-24 22:53:30 | 2005-05-26 22:04:30")


def test_payments_go_by_the_day_they_were_made(platform: Platform) -> None:
    platform.run("2005-05-25", layers=["stage"], tables=["payment"])

    staged = platform.lake("stage/sakila/payment", "2005-05-25")
    in_shop = platform.sql("SELECT payment_id, amount FROM payment WHERE DATE(payment_date) = '2005-05-25' ORDER BY 1")
    assert [(row["payment_id"], row["amount"]) for row in staged] == [tuple(row.values()) for row in in_shop]


def test_a_late_return_changes_no_old_day_and_is_in_the_slice_of_its_own(platform: Platform) -> None:
    give_back(platform, 3, None)
    platform.run("2005-05-24", "2005-06-01")
    before = platform.files()

    give_back(platform, 3, "2005-06-01 22:12:39")
    assert platform.stale_days("rental").keys() == {"2005-06-01"}
    platform.run("2005-06-01", tables=["rental", "fact_rental", "fact_return"])

    after = platform.files()
    changed = {path.split("/", 2)[2] for path in after if after[path] != before[path]}
    assert changed == {f"{name}/dt=2005-06-01/part-0.parquet" for name in ("rental", "fact_return")}
    returns = [row for row in platform.lake("final/sakila/fact_return", "2005-06-01") if row["rental_id"] == 3]
    assert [row["rental_days"] for row in returns] == [8]
    assert platform.stale_days("rental") == {}
    assert platform.warehouse(
        "SELECT return_date_key, rental_days FROM fact_rental WHERE rental_id = 3"
    ).drawn() == table(
        """
        return_date_key | rental_days
        20050601        | 8
        """
    )


def test_running_the_rental_day_again_after_a_late_return_still_shows_the_day_as_it_ended(platform: Platform) -> None:
    give_back(platform, 3, None)
    platform.run("2005-05-24")
    before = platform.lake_contents()

    give_back(platform, 3, "2005-06-01 22:12:39")
    platform.run("2005-05-24")

    assert platform.lake_contents() == before


def test_a_corrected_return_moves_from_one_day_to_the_other(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-27")
    assert 1 in platform.lake("final/sakila/fact_return", "2005-05-26").column("rental_id")

    give_back(platform, 1, "2005-05-27 09:00:00")
    assert platform.stale_days("rental").keys() == {"2005-05-26", "2005-05-27"}
    platform.run("2005-05-26", "2005-05-27")

    assert 1 not in platform.lake("stage/sakila/rental", "2005-05-26").column("rental_id")
    assert 1 not in platform.lake("final/sakila/fact_return", "2005-05-26").column("rental_id")
    assert 1 in platform.lake("final/sakila/fact_return", "2005-05-27").column("rental_id")
    assert platform.stale_days("rental") == {}
    assert platform.warehouse("SELECT return_at FROM fact_rental WHERE rental_id = 1").drawn() == table(
        """
        return_at
        2005-05-27 09:00:00
        """
    )


def test_a_rental_deleted_at_the_source_is_listed_and_is_gone_once_its_days_ran_again(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-26")

    platform.sql("DELETE FROM rental WHERE rental_id = 1")
    assert platform.stale_days("rental") == {
        "2005-05-24": "the source has 7 rows, stage 8",
        "2005-05-26": "the source has 186 rows, stage 187",
    }
    # The shop forgets which rental was paid for, and the payment stays.
    assert platform.stale_days("payment").keys() == {"2005-05-24"}
    platform.run("2005-05-24", "2005-05-26")

    assert platform.stale_days("rental") == platform.stale_days("payment") == {}
    for path in ("stage/sakila/rental", "final/sakila/fact_rental"):
        assert 1 not in platform.lake(path, "2005-05-24").column("rental_id")
    for fact in ("fact_rental", "fact_return", "fact_payment"):
        assert platform.warehouse(f"SELECT * FROM {fact} WHERE rental_id = 1") == []


def test_a_rental_moved_to_another_day_is_listed_on_both(platform: Platform) -> None:
    taken = rent(platform, "2006-02-18 10:00")
    platform.run("2006-02-17", "2006-02-18", layers=["stage"], tables=EVENTS)

    platform.sql("UPDATE rental SET rental_date = '2006-02-17 10:00' WHERE rental_id = %s", taken)

    assert platform.stale_days("rental") == {
        "2006-02-17": "the source has 1 rows, stage 0",
        "2006-02-18": "the source has 0 rows, stage 1",
    }


def test_a_changed_amount_is_seen_though_no_row_came_or_went(platform: Platform) -> None:
    platform.run("2005-05-25", layers=["stage"], tables=EVENTS)

    platform.sql("UPDATE payment SET amount = amount + 0.01 WHERE payment_id = 1")

    assert platform.stale_days("payment") == {"2005-05-25": "the same 137 rows differ in content"}


def test_a_day_of_the_lake_is_a_complete_star_by_itself(platform: Platform) -> None:
    platform.run("2005-05-26", layers=LAKE)

    def members(dimension: str) -> set[int]:
        return set(platform.lake(f"final/sakila/dim_{dimension}", "2005-05-26").column(f"{dimension}_id"))

    for fact, dimensions in {
        "fact_rental": ("customer", "film", "store", "staff"),
        "fact_return": ("customer", "film", "store", "staff"),
        "fact_payment": ("customer", "staff"),
    }.items():
        rows = platform.lake(f"final/sakila/{fact}", "2005-05-26")
        assert rows
        for dimension in dimensions:
            assert set(rows.column(f"{dimension}_id")) <= members(dimension)
