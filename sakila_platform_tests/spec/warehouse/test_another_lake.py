"""A warehouse knows which lake it is filled from, and is filled from another one by a command that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from sakila_platform.errors import PlatformError
from sakila_platform.model.naming import data_file, year_partition
from sakila_platform.rentals import star
from sakila_platform.rentals.dates.years import publish_year
from sakila_platform.rentals.warehouse_star import STAR
from sakila_platform.warehouse.mysql.load import Loading, refill
from sakila_platform_tests.counter import rent
from sakila_platform_tests.lake_places import FolderPlace
from sakila_platform_tests.platform import Platform

FIRST, SECOND = "2005-05-24", "2005-05-25"
LAKE = ["stage", "final"]


def lead_to(platform: Platform, folder: Path) -> None:
    """Have the settings name a lake in this folder."""
    platform.lake_place = FolderPlace(folder)
    for name, value in platform.lake_place.environment.items():
        platform.monkeypatch.setenv(name, value)


@pytest.fixture
def loaded(platform: Platform) -> Platform:
    """A warehouse with a day of one lake; the settings lead to another, which has the next day."""
    lead_to(platform, platform.folder / "one")
    platform.run(FIRST)
    lead_to(platform, platform.folder / "two")
    platform.run(SECOND, layers=LAKE)
    return platform


def test_a_warehouse_takes_nothing_from_another_lake_and_names_the_command(loaded: Platform) -> None:
    before = loaded.warehouse_contents()

    with pytest.raises(
        PlatformError,
        match=r"^The warehouse of rentals is filled from another lake, at .*one\. .*`sakila-platform refill rentals`;",
    ):
        loaded.run(SECOND, layers=["warehouse"])

    assert loaded.warehouse_contents() == before


def test_filled_from_another_lake_it_has_that_lake_s_days_and_goes_on_from_there(loaded: Platform) -> None:
    with loaded.warehouse_database.connect() as connection:
        (day,) = refill(Loading(STAR, connection, loaded.lake_files, loaded.clock, publish_year))
    assert str(day) == SECOND
    loaded.run(SECOND, layers=["warehouse"])
    loaded.run("2005-05-26")
    filled = loaded.contents()

    loaded.start_over()
    loaded.run(SECOND)
    loaded.run("2005-05-26")
    assert loaded.contents() == filled


def test_no_warehouse_is_emptied_for_a_lake_without_a_day(loaded: Platform) -> None:
    before = loaded.warehouse_contents()
    lead_to(loaded, loaded.folder / "mistyped")

    with (
        loaded.warehouse_database.connect() as connection,
        pytest.raises(
            PlatformError,
            match=r"^The lake at .*mistyped has no day of all tables of final, and the warehouse of rentals has 1: "
            r"nothing was emptied\. Name the lake that has them in SAKILA_LAKE or SAKILA_HOME; ",
        ),
    ):
        refill(Loading(STAR, connection, loaded.lake_files, loaded.clock, publish_year))

    assert loaded.warehouse_contents() == before
    assert not (loaded.folder / "mistyped").exists()


def test_an_empty_warehouse_is_the_empty_lakes_from_then_on(platform: Platform) -> None:
    lead_to(platform, platform.folder / "two")

    with platform.warehouse_database.connect() as connection:
        assert refill(Loading(STAR, connection, platform.lake_files, platform.clock, publish_year)) == []

    platform.run(SECOND)
    assert platform.has("final/sakila/fact_rental", SECOND)


def test_a_lake_that_was_moved_is_the_same_lake(platform: Platform) -> None:
    lead_to(platform, platform.folder / "one")
    platform.run(FIRST)
    (platform.folder / "one").rename(platform.folder / "moved")
    lead_to(platform, platform.folder / "moved")

    platform.run(SECOND)

    assert platform.has("final/sakila/fact_rental", SECOND)


def test_a_warehouse_of_before_takes_the_lake_that_has_its_days_and_no_other(platform: Platform) -> None:
    lead_to(platform, platform.folder / "one")
    platform.run(FIRST)
    platform.warehouse("DROP TABLE loaded_lake")
    lead_to(platform, platform.folder / "two")
    platform.run(SECOND, layers=LAKE)
    with pytest.raises(PlatformError, match=rf"another lake: this one lacks 1 of its days, such as dt={FIRST}\."):
        platform.run(SECOND, layers=["warehouse"])

    lead_to(platform, platform.folder / "one")
    platform.run(SECOND)
    assert len(platform.warehouse("SELECT * FROM loaded_lake")) == 1


def test_a_run_publishes_the_years_that_its_lake_lacks_though_the_warehouse_has_them(platform: Platform) -> None:
    rent(platform, "2006-02-18 10:00")
    platform.run("2006-02-18")
    year = data_file(star.DIM_DATE.name, year_partition(2006))
    platform.lake_files.delete(year)

    platform.run("2006-02-18", layers=["warehouse"])

    assert platform.lake_files.exists(year)
