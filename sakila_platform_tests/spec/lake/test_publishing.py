"""A table's day is published whole, after its audit, or not at all; who reads sees the old file or the new one."""

from __future__ import annotations

import dagster as dg
import pytest

from sakila_platform.errors import PlatformError
from sakila_platform.orchestration.day_runs import DaysRefused
from sakila_platform.rentals.star import DAILY_TABLES
from sakila_platform_tests.platform import Platform

LAKE = ["stage", "final"]
FINAL = {table.name.table for table in DAILY_TABLES}
DAY, NEXT = "2005-05-24", "2005-05-25"


def built(platform: Platform, day: str) -> set[str]:
    """The tables of final that the lake has of a day."""
    return {table for table in FINAL if platform.has(f"final/sakila/{table}", day)}


def give_a_clerk_too_long_a_name(platform: Platform) -> None:
    """Stage takes what the shop wrote; in the star one of three members of staff is more than is allowed."""
    platform.damage("ALTER TABLE staff MODIFY first_name VARCHAR(60) NOT NULL")
    platform.damage("UPDATE staff SET first_name = REPEAT('x', 50) WHERE staff_id = 1")


def test_a_day_that_breaks_its_contract_leaves_the_old_file_in_place(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-25")
    before = platform.contents()
    # Eight rentals were taken on the day, so one is more than the allowed hundredth.
    platform.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 2")

    platform.run("2005-05-24", layers=["stage"])
    with pytest.raises(DaysRefused, match=r"final/sakila/fact_rental on 2005-05-24: 1 of 8 rows break the contract"):
        platform.run("2005-05-24", layers=["final"])

    after = platform.contents()
    assert {path for path in before if after[path] != before[path]} == {
        "stage/sakila/rental/dt=2005-05-24/part-0.parquet"
    }
    assert after.keys() == before.keys()


def test_a_refused_day_says_which_rule_how_many_rows_break(platform: Platform) -> None:
    platform.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id <= 3")
    platform.damage("UPDATE rental SET inventory_id = 99999 WHERE rental_id = 4")

    with pytest.raises(DaysRefused) as refused:
        platform.run("2005-05-24", layers=LAKE)

    reported = str(refused.value)
    assert "4 of 8 rows" in reported
    assert "customer_id names a row of dim_customer (3)" in reported
    assert "film_id is not null (1)" in reported
    assert "\n" not in reported


def test_the_other_days_of_a_run_are_published_beside_a_refused_one(platform: Platform) -> None:
    platform.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 2")

    with pytest.raises(DaysRefused):
        platform.run("2005-05-24", "2005-05-25", layers=LAKE)

    assert platform.has("final/sakila/fact_rental", "2005-05-25")
    assert not platform.has("final/sakila/fact_rental", "2005-05-24")


def test_a_refused_fact_keeps_no_other_table_of_its_day(platform: Platform) -> None:
    platform.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 2")

    with pytest.raises(DaysRefused, match=r"fact_rental on 2005-05-24"):
        platform.run(DAY, NEXT, layers=LAKE)

    assert built(platform, DAY) == FINAL - {"fact_rental"}
    assert built(platform, NEXT) == FINAL


def test_a_refused_dimension_holds_up_the_facts_that_name_its_members_and_no_other_table(platform: Platform) -> None:
    platform.run(DAY, layers=["stage"])
    give_a_clerk_too_long_a_name(platform)
    platform.run(NEXT, layers=["stage"])

    with pytest.raises(DaysRefused) as refused:
        platform.run(DAY, NEXT, layers=["final"])

    assert [(refusal.key.to_user_string(), str(refusal.day)) for refusal in refused.value.refusals] == [
        ("final/sakila/dim_staff", NEXT)
    ]
    assert built(platform, DAY) == FINAL
    assert built(platform, NEXT) == FINAL - {"dim_staff", "fact_rental", "fact_return", "fact_payment"}


def test_a_fact_is_not_built_on_the_old_file_of_a_dimension_that_is_refused(platform: Platform) -> None:
    platform.run(DAY, layers=LAKE)
    before = platform.files()
    give_a_clerk_too_long_a_name(platform)
    platform.sql("UPDATE rental SET return_date = '2005-05-24 23:59:00' WHERE rental_id = 1")
    platform.run(DAY, layers=["stage"], recapture=True)

    with pytest.raises(DaysRefused):
        platform.run(DAY, layers=["final"])

    held_up = [f"final/sakila/{table}" for table in ("dim_staff", "fact_rental", "fact_return", "fact_payment")]
    for path in (platform.lake_path(table, DAY) for table in held_up):
        assert platform.files()[path] == before[path]


def test_what_a_refused_day_held_up_comes_in_when_it_is_run_again(platform: Platform) -> None:
    give_a_clerk_too_long_a_name(platform)
    with pytest.raises(DaysRefused):
        platform.run(DAY, layers=LAKE)

    platform.sql("UPDATE staff SET first_name = 'Mike' WHERE staff_id = 1")
    platform.run(DAY, recapture=True)

    assert built(platform, DAY) == FINAL
    assert len(platform.warehouse("SELECT * FROM fact_rental")) == 8


def test_in_dagster_a_refused_day_has_a_failed_check_no_materialisation_and_nothing_downstream(
    platform: Platform,
) -> None:
    platform.damage("UPDATE rental SET customer_id = 9999 WHERE rental_id = 2")
    rental = dg.AssetKey(["final", "sakila", "fact_rental"])

    with dg.DagsterInstance.ephemeral() as instance:
        result = platform.run_in_dagster("2005-05-24", "2005-05-25", instance=instance)
        days = instance.get_materialized_partitions(rental)
        loaded = instance.get_materialized_partitions(dg.AssetKey(["warehouse", "sakila", "fact_rental"]))

    assert not result.success
    assert days == {"2005-05-25"}
    assert loaded == set()
    failed = [fact for fact in result.get_asset_check_evaluations() if not fact.passed]
    assert [(fact.asset_key, fact.check_name, fact.partition) for fact in failed] == [
        (rental, "contract", "2005-05-24")
    ]
    assert "customer_id names a row of dim_customer" in str(failed[0].description)


def test_final_refuses_a_day_whose_stage_is_missing_in_one_line(platform: Platform) -> None:
    platform.run("2005-05-24", layers=["stage"])

    with pytest.raises(PlatformError) as refused:
        platform.run("2005-05-24", "2005-05-26", layers=["final"])

    reported = str(refused.value)
    assert "stage/sakila/" in reported
    assert "dt=2005-05-25 and 1 more days" in reported
    assert "Run stage" in reported
    assert not any(path.startswith("final/") for path in platform.files())


def test_final_refuses_a_fact_whose_dimensions_are_missing_in_one_line(platform: Platform) -> None:
    platform.run("2005-05-24", layers=["stage"])

    with pytest.raises(PlatformError, match=r"final/sakila/dim_\w+ has no dt=2005-05-24\. Run its dimensions"):
        platform.run("2005-05-24", layers=["final"], tables=["fact_rental"])


def test_the_warehouse_refuses_a_day_that_final_lacks_and_loads_none_of_the_others(platform: Platform) -> None:
    platform.run("2005-05-24", layers=LAKE)

    with pytest.raises(PlatformError, match=r"final/sakila/\w+ has no dt=2005-05-25\. Run final"):
        platform.run("2005-05-24", "2005-05-25", layers=["warehouse"])

    assert platform.warehouse("SELECT * FROM fact_rental") == []


def test_nothing_is_left_aside_in_the_lake_after_a_run(platform: Platform) -> None:
    platform.run("2005-05-24")

    assert platform.place.paths()
    assert platform.place.left_aside() == []
