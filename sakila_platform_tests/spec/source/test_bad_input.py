"""What is wrong outside is reported in one line that says what and where; nothing is lost, nothing is half-written."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from sakila_platform.errors import PlatformError
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.rentals.databases import SHOP
from sakila_platform.rentals.star import DIM_ACTOR
from sakila_platform.rentals.star_build import star_build
from sakila_platform.star.transform import build_days
from sakila_platform_tests.platform import Platform

DAY = "2005-05-24"
LAKE = ["stage", "final"]


@contextmanager
def refused(*essential: str) -> Iterator[None]:
    """The one line that a person gets, with these words in it."""
    with pytest.raises(PlatformError) as error:
        yield
    reported = str(error.value)
    assert "\n" not in reported
    for words in essential:
        assert words in reported, reported


# The shop's tables are not what the contracts say

CHANGED = {
    "a column dropped": (["ALTER TABLE customer DROP COLUMN email"], "customer.email is missing"),
    "a column renamed": (
        ["ALTER TABLE film CHANGE title film_title VARCHAR(128) NOT NULL", "DROP TRIGGER upd_film"],
        "film.title is missing (it has film_title, which the contract does not know)",
    ),
    "a column retyped": (
        ["ALTER TABLE payment MODIFY amount DOUBLE"],
        "payment.amount is double, and decimal(7,2) in the contract",
    ),
    "money with more digits": (
        ["ALTER TABLE payment MODIFY amount DECIMAL(12,4)"],
        "payment.amount is decimal(12,4), and decimal(7,2) in the contract",
    ),
    "an event's day retyped": (
        ["ALTER TABLE rental MODIFY return_date VARCHAR(30)"],
        "rental.return_date is varchar(30), and datetime(6) in the contract",
    ),
    "a table missing": (["DROP TABLE film_category"], "table film_category is missing"),
}


@pytest.mark.parametrize(("statements", "fault"), CHANGED.values(), ids=CHANGED.keys())
def test_a_changed_source_is_refused_before_anything_is_published(
    platform: Platform, statements: list[str], fault: str
) -> None:
    platform.run(DAY, layers=["stage"])
    before = platform.files()
    for statement in statements:
        platform.damage(statement)

    with refused("The source's tables are not as their contracts say", fault, "change those contracts"):
        platform.run(DAY, "2005-05-25", layers=["stage"], recapture=True)

    assert platform.files() == before


def test_everything_that_changed_is_listed_at_once(platform: Platform) -> None:
    platform.damage("ALTER TABLE customer DROP COLUMN email, DROP COLUMN active")
    platform.damage("DROP TABLE film_category")

    with refused("customer.email is missing", "customer.active is missing", "table film_category is missing"):
        platform.run(DAY, layers=["stage"])


def test_a_column_added_at_the_source_is_not_carried_and_is_reported(platform: Platform) -> None:
    platform.damage("ALTER TABLE rental ADD COLUMN channel VARCHAR(10) DEFAULT 'web'")

    outcomes = platform.run(DAY, layers=["stage"], tables=["rental"])

    ((_, by_day),) = outcomes.items()
    assert by_day[date.fromisoformat(DAY)].notes["columns_not_carried"] == "channel"
    assert "channel" not in platform.lake("stage/sakila/rental", DAY)[0]


def test_a_value_too_large_for_its_contract_is_refused_with_table_and_column(platform: Platform) -> None:
    platform.run(DAY, layers=["stage"])
    before = platform.files()
    platform.damage("ALTER TABLE payment MODIFY amount DECIMAL(12,4)")
    platform.damage("UPDATE payment SET amount = 12345678.1234 WHERE payment_id < 20000")

    with refused("payment", "amount"):
        platform.run(DAY, layers=["stage"])

    assert platform.files() == before


def test_money_is_never_rounded_to_fit_its_contract(platform: Platform) -> None:
    platform.damage("ALTER TABLE payment MODIFY amount DECIMAL(7,4)")
    platform.damage("UPDATE payment SET amount = 1.2345 WHERE rental_id = 1")

    with refused("payment", "amount"):
        platform.run(DAY, layers=["stage"], tables=["payment"])


def test_a_number_too_large_for_its_contract_is_refused_with_table_and_column(platform: Platform) -> None:
    platform.run(DAY, layers=["stage"])
    before = platform.files()
    platform.damage("ALTER TABLE payment DROP FOREIGN KEY fk_payment_rental, MODIFY rental_id BIGINT")
    platform.damage("UPDATE payment SET rental_id = 5000000000 WHERE rental_id = 1")

    with refused("payment", "rental_id"):
        platform.run(DAY, layers=["stage"])

    assert platform.files() == before


def test_a_text_longer_than_its_contract_is_set_aside_and_not_cut(platform: Platform) -> None:
    platform.damage("ALTER TABLE film MODIFY title VARCHAR(300) NOT NULL")
    platform.sql("UPDATE film SET title = REPEAT('é', 129) WHERE film_id = 2")
    platform.sql("UPDATE film SET title = REPEAT('é', 128) WHERE film_id = 3")
    platform.set(ALLOWED_BAD_SHARE=1)

    platform.run(DAY)

    assert [(row["film_id"], row["reason"]) for row in platform.lake("quarantine/sakila/dim_film", DAY)] == [
        (2, "title has at most 128 characters")
    ]
    (kept,) = platform.warehouse("SELECT title FROM dim_film WHERE film_id = 3")
    assert kept["title"] == "é" * 128


# The lake's folder. What can be wrong with a lake on S3 is in integration/test_lake_s3_faults.py.


@pytest.fixture
def folder_lake(lake_kind: str) -> None:
    if lake_kind != "folder":
        pytest.skip("this is about a lake in a folder")


@pytest.mark.usefixtures("folder_lake")
def test_a_lake_that_cannot_be_written_is_reported_and_leaves_the_database_alone(platform: Platform) -> None:
    (platform.folder / "in the way").write_text("a file where a folder should be")
    platform.set(LAKE=platform.folder / "in the way" / "lake")

    with refused("sakila/rental/dt=2005-05-24", "can't be written to the lake at", "SAKILA_LAKE"):
        platform.run(DAY)


@contextmanager
def room_for_files_of(size: int) -> Iterator[None]:
    """A disk that takes no file larger than this."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.usefixtures("folder_lake")
def test_a_full_lake_keeps_what_was_there_and_is_completed_by_the_next_run(platform: Platform) -> None:
    platform.run(DAY, layers=LAKE)
    before = platform.files()

    # Enough for a day of rentals, not for the table of films.
    with room_for_files_of(30_000), refused("can't be written to the lake", "File too large", "Free space"):
        platform.run(DAY, "2005-05-25", layers=LAKE)

    after = platform.files()
    assert {path: after[path] for path in before} == before
    assert not list((platform.folder / "lake" / "_incoming").iterdir())
    platform.run(DAY, "2005-05-25", layers=LAKE)
    completed = platform.files()
    platform.start_over()
    platform.run(DAY, "2005-05-25", layers=LAKE)
    assert platform.files() == completed


# The database's address


@pytest.mark.parametrize(
    ("url", "essential"),
    [
        pytest.param("postgres://shop@localhost", ["SAKILA_MYSQL_URL", "mysql://user:password@host:3306"], id="scheme"),
        pytest.param("mysql://shop@localhost:port", ["SAKILA_MYSQL_URL"], id="port"),
        pytest.param("mysql://shop@[::1", ["SAKILA_MYSQL_URL"], id="brackets"),
        pytest.param("mysql://shop:secret@127.0.0.1:1", ["No MySQL answers at shop@127.0.0.1:1"], id="nobody there"),
    ],
)
def test_a_database_that_cannot_be_reached_is_reported_without_its_password(
    platform: Platform, url: str, essential: list[str]
) -> None:
    platform.set(MYSQL_URL=url)

    with pytest.raises(PlatformError) as error:
        platform.shop = SHOP.address()
        platform.run(DAY)

    reported = str(error.value)
    assert all(words in reported for words in essential)
    assert "secret" not in reported and "\n" not in reported
    assert platform.files() == {}


def test_a_wrong_password_is_reported_without_showing_it(platform: Platform) -> None:
    platform.shop = replace(platform.shop, user="stranger", password="guessed-wrong")

    with pytest.raises(PlatformError) as error:
        platform.run(DAY)

    assert "stranger@127.0.0.1" in str(error.value)
    assert "guessed-wrong" not in str(error.value)


def test_a_database_that_is_not_there_is_reported(platform: Platform) -> None:
    platform.shop = platform.shop.on("nowhere")

    with refused("There is no database nowhere", "sakila-platform load"):
        platform.run(DAY)


# A bad SQL file

BAD_SQL = {
    "its syntax": ("-- One row per actor and day.\nSELECT FROM WHERE", ["dim_actor.sql", "is not valid duckdb SQL"]),
    "no grain": ("SELECT 1 AS actor_id", ["dim_actor.sql", "the first line must say the grain"]),
    "two statements": (
        "-- One row per actor and day.\nSELECT 1 AS a;\nSELECT 2 AS b",
        ["dim_actor.sql", "exactly one SELECT", "2 statements"],
    ),
    "not a question": (
        "-- One row per actor and day.\nDELETE FROM stage_sakila.actor",
        ["dim_actor.sql", "exactly one SELECT"],
    ),
    "another column": (
        "-- One row per actor and day.\n"
        "SELECT dt, actor_id, first_name, last_name, last_name AS surname, captured_at FROM stage_sakila.actor",
        ["dim_actor.sql", "full_name, surname", "Select exactly the contract's columns"],
    ),
    "an unknown column": (
        "-- One row per actor and day.\n"
        "SELECT dt, actor_id, first_name, last_name, nickname AS full_name, captured_at FROM stage_sakila.actor",
        ["dim_actor.sql", "nickname", "Fix the file"],
    ),
    "a wrong type": (
        "-- One row per actor and day.\n"
        "SELECT dt, first_name AS actor_id, first_name, last_name, last_name AS full_name, captured_at "
        "FROM stage_sakila.actor",
        ["dim_actor.sql", "Fix the file"],
    ),
    "no such table": (
        "-- One row per actor and day.\n"
        "SELECT dt, actor_id, first_name, last_name, full_name, captured_at FROM stage_sakila.acteur",
        ["dim_actor.sql reads stage/sakila/acteur, which no contract declares"],
    ),
}


@pytest.mark.parametrize(("text", "essential"), BAD_SQL.values(), ids=BAD_SQL.keys())
def test_a_bad_sql_file_is_named_with_its_fault(platform: Platform, text: str, essential: list[str]) -> None:
    platform.run(DAY, layers=["stage"], tables=["actor"])
    folder = platform.folder / "sql"
    shutil.copytree(SQL_FOLDER / "rentals" / "final", folder)
    (folder / "dim_actor.sql").write_text(text)
    build = replace(star_build(platform.lake_files), sql_folder=folder)

    with refused(*essential):
        build_days(build, [DIM_ACTOR], [date.fromisoformat(DAY)])

    assert not platform.has("final/sakila/dim_actor", DAY)


def test_a_missing_sql_file_is_named(platform: Platform) -> None:
    build = replace(star_build(platform.lake_files), sql_folder=Path("/nowhere"))

    with refused("/nowhere/dim_actor.sql", "can't be read"):
        build_days(build, [DIM_ACTOR], [date.fromisoformat(DAY)])


# What a run asks for


def test_a_run_of_more_days_than_allowed_does_nothing_and_says_how_many_it_may_have(platform: Platform) -> None:
    platform.set(MAX_DAYS_PER_RUN=3)

    result = platform.run_in_dagster(DAY, "2005-05-27", selection=dg.AssetSelection.groups("rentals_stage"))

    assert not result.success
    reported = failure_message(result)
    assert "asks for 4 days (2005-05-24..2005-05-27), but a run takes at most 3" in reported
    assert "SAKILA_MAX_DAYS_PER_RUN" in reported
    assert platform.files() == {}


@pytest.mark.parametrize("day", ["2005-05-23", "2131-01-01"])
def test_a_day_outside_the_calendar_is_not_run_and_the_calendar_is_reported(platform: Platform, day: str) -> None:
    result = platform.run_in_dagster(day, selection=dg.AssetSelection.groups("rentals_stage"))

    assert not result.success
    assert f"{day} is not a day of the calendar, which goes from 2005-05-24 to" in failure_message(result)
    assert platform.files() == {}


def failure_message(result: dg.ExecuteInProcessResult) -> str:
    """What the step that failed says of itself; one line for a person, no trace."""
    (failure,) = result.get_step_failure_events()
    described = failure.step_failure_data.user_failure_data
    assert described and described.description and "\n" not in described.description
    return described.description
