"""The Date dimension is there before the facts that name its days, and follows the settings."""

from __future__ import annotations

import dagster as dg
import pytest

from sakila_platform_tests.platform import Platform
from sakila_platform_tests.tables import table

DATES = dg.AssetSelection.assets("final/sakila/dim_date", "warehouse/sakila/dim_date")


def years(platform: Platform) -> str:
    return platform.warehouse("SELECT year, COUNT(*) AS days FROM dim_date GROUP BY year ORDER BY year").drawn()


def test_a_run_brings_the_years_that_its_days_name(platform: Platform) -> None:
    platform.run("2005-12-31")
    assert years(platform) == table("year | days\n2005 | 365")

    platform.run("2006-01-01")
    assert years(platform) == table("year | days\n2005 | 365\n2006 | 365")


def test_every_date_key_of_a_fact_is_in_the_date_dimension(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-27")

    for fact, key in (
        ("fact_rental", "rental_date_key"),
        ("fact_rental", "return_date_key"),
        ("fact_return", "return_date_key"),
        ("fact_payment", "payment_date_key"),
    ):
        missing = platform.warehouse(
            f"SELECT COUNT(*) AS missing FROM {fact} LEFT JOIN dim_date ON date_key = {key} "
            f"WHERE {key} IS NOT NULL AND date_key IS NULL"
        )
        assert missing.column("missing") == [0], f"{fact}.{key}"


def test_a_rental_returned_in_the_next_year_names_a_day_that_is_there(platform: Platform) -> None:
    platform.sql(
        "UPDATE rental SET rental_date = '2005-12-30 10:00', return_date = '2006-01-02 10:00' WHERE rental_id = 1"
    )
    platform.run("2005-12-30")
    platform.run("2006-01-02")

    assert platform.warehouse(
        "SELECT rental_id, date, day_name FROM fact_rental JOIN dim_date ON date_key = return_date_key"
    ).drawn("rental_id", "date") == table("rental_id | date\n1 | 2006-01-02")


def test_another_country_changes_lake_and_warehouse_when_the_year_is_run_again(platform: Platform) -> None:
    holiday = "SELECT is_holiday, holiday_name FROM dim_date WHERE date_key = 20050704"
    platform.run("2005-07-04")
    colombian = platform.warehouse(holiday)
    platform.set(HOLIDAY_COUNTRY="US")
    platform.run("2005-07-05")
    assert platform.warehouse(holiday) == colombian, "days leave the years that are there alone"

    assert platform.run_in_dagster("2005", selection=DATES).success

    assert platform.warehouse(holiday).drawn() == table("is_holiday | holiday_name\n1 | Independence Day")
    (in_lake,) = [row for row in _lake_year(platform, 2005) if row["date_key"] == 20050704]
    assert (in_lake["is_holiday"], in_lake["holiday_name"]) == (True, "Independence Day")


def _lake_year(platform: Platform, year: int) -> list[dict]:
    contents = platform.lake_contents()
    return contents[f"final/sakila/dim_date/year={year}/part-0.parquet"].to_pylist()


def test_running_a_year_twice_changes_nothing(platform: Platform) -> None:
    assert platform.run_in_dagster("2005", "2007", selection=DATES).success
    before = platform.contents()

    assert platform.run_in_dagster("2006", selection=DATES).success

    assert platform.contents() == before
    assert years(platform) == table("year | days\n2005 | 365\n2006 | 365\n2007 | 365")


def test_an_unknown_country_is_reported_in_one_line_and_loads_nothing(platform: Platform) -> None:
    platform.set(HOLIDAY_COUNTRY="UK1")
    with pytest.raises(Exception, match=r"^[^\n]*UK1[^\n]*$"):
        platform.run("2005-07-04")
