"""What was captured in time is the evidence of history: nothing takes it away unless somebody says so."""

from __future__ import annotations

import dagster as dg
import pytest

from sakila_platform.errors import PlatformError
from sakila_platform_tests.nights import run_nightly
from sakila_platform_tests.platform import Platform

MARY = 1


def name_of_mary(platform: Platform, day: str) -> str:
    (name,) = [row["last_name"] for row in platform.lake("stage/sakila/customer", day) if row["customer_id"] == MARY]
    return str(name)


@pytest.fixture
def married(platform: Platform) -> Platform:
    """Mary Smith marries after two nights; a month later somebody wants a column of all days."""
    run_nightly(platform, "2005-05-25", "2005-05-26")
    platform.sql("UPDATE customer SET last_name = 'MARRIED' WHERE customer_id = %s", MARY)
    platform.clock_stands_at("2005-07-01 12:00")
    return platform


def test_taking_a_day_anew_that_was_captured_in_time_is_refused_by_table_and_days(married: Platform) -> None:
    before = married.files()

    with pytest.raises(PlatformError) as refused:
        married.run("2005-05-24", "2005-05-26", layers=["stage"], tables=["customer", "rental"], recapture=True)

    line = str(refused.value)
    assert "\n" not in line
    assert "stage/sakila/customer of 2005-05-25..2005-05-26" in line
    assert "`lose_history: true`" in line
    assert married.files() == before


def test_with_the_word_for_it_the_evidence_is_given_up(married: Platform) -> None:
    married.run("2005-05-25", layers=["stage"], tables=["customer"], recapture=True, lose_history=True)

    assert name_of_mary(married, "2005-05-25") == "MARRIED"
    assert name_of_mary(married, "2005-05-26") == "SMITH"


def test_a_capture_that_was_late_already_is_taken_anew_without_a_word(married: Platform) -> None:
    married.run("2005-05-27", layers=["stage"])
    married.sql("UPDATE customer SET last_name = 'WIDOWED' WHERE customer_id = %s", MARY)

    married.run("2005-05-27", layers=["stage"], recapture=True)

    assert name_of_mary(married, "2005-05-27") == "WIDOWED"


def test_in_dagster_all_days_of_a_run_are_looked_at_before_the_first_is_taken(married: Platform) -> None:
    married.run("2005-05-24", layers=["stage"])
    married.set(DAYS_PER_CHUNK=1)
    before = married.files()

    ran = married.run_in_dagster(
        "2005-05-24",
        "2005-05-25",
        selection=dg.AssetSelection.assets(["stage", "sakila", "customer"]),
        run_config={"ops": {"rentals_stage": {"config": {"recapture": True}}}},
    )

    assert not ran.success
    assert married.files() == before
