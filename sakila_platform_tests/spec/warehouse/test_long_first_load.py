"""A long first load fills facts that have no indexes but their primary keys; these are built when the rows are in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

import pymysql
import pytest

from sakila_platform.databases.mysql.connection import connect
from sakila_platform.errors import PlatformError
from sakila_platform.model.ddl import mysql_indexes
from sakila_platform.rentals.warehouse_star import STAR
from sakila_platform.warehouse.mysql import deferred_indexes, load
from sakila_platform_tests.platform import Platform

FIRST, LAST = "2005-05-24", "2005-05-27"
DECLARED = {fact.name.table: {"PRIMARY", *mysql_indexes(fact)} for fact in STAR.facts}
NONE_YET = {fact: {"PRIMARY"} for fact in DECLARED}


def indexes(platform: Platform) -> Mapping[str, set[str]]:
    """The indexes that each fact has, as another connection sees them."""
    with closing(connect(platform.warehouse_address)) as connection, connection.cursor() as cursor:
        found: dict[str, set[str]] = {}
        for fact in DECLARED:
            cursor.execute(f"SHOW INDEX FROM {fact}")
            found[fact] = {row[2] for row in cursor.fetchall()}
    return found


@pytest.fixture
def four_days_are_long(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Five days in the lake, nothing in the warehouse; a thousand rows count as a long load."""
    monkeypatch.setattr(load, "ROWS_WORTH_IT", 1_000)
    platform.run(FIRST, LAST, layers=["stage", "final"])
    platform.run("2005-05-28", layers=["stage", "final"])
    return platform


@pytest.fixture
def while_rows_are_loaded(monkeypatch: pytest.MonkeyPatch, platform: Platform) -> list[Mapping[str, set[str]]]:
    """The indexes that the facts had when the first of them was filled."""
    seen: list[Mapping[str, set[str]]] = []
    load_facts = load._load_facts

    def watched(*arguments: object) -> None:
        seen.append(indexes(platform))
        load_facts(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(load, "_load_facts", watched)
    return seen


def test_rows_go_in_without_indexes_and_have_all_of_them_afterwards(
    four_days_are_long: Platform, while_rows_are_loaded: list
) -> None:
    four_days_are_long.run(FIRST, LAST, layers=["warehouse"])

    assert while_rows_are_loaded == [NONE_YET]
    assert indexes(four_days_are_long) == DECLARED


def test_the_warehouse_is_the_same_as_by_loads_of_single_days(four_days_are_long: Platform) -> None:
    platform = four_days_are_long
    for day in ("2005-05-24", "2005-05-25", "2005-05-26", "2005-05-27"):
        platform.run(day, layers=["warehouse"])
    by_days = platform.warehouse_contents()
    with closing(connect(platform.warehouse_address, autocommit=True)) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE `{platform.warehouse_address.database}`")

    platform.run(FIRST, LAST, layers=["warehouse"])

    assert platform.warehouse_contents() == by_days


def test_a_short_first_load_and_a_later_one_keep_the_indexes(
    four_days_are_long: Platform, while_rows_are_loaded: list
) -> None:
    four_days_are_long.run(FIRST, layers=["warehouse"])
    four_days_are_long.run("2005-05-25", "2005-05-28", layers=["warehouse"])

    assert while_rows_are_loaded == [DECLARED, DECLARED]


def test_indexes_that_a_run_could_not_build_are_built_by_the_next_one(
    four_days_are_long: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, build = four_days_are_long, deferred_indexes._add

    def disk_is_full(*_: object) -> None:
        raise PlatformError("The disk is full.")

    monkeypatch.setattr(deferred_indexes, "_add", disk_is_full)
    with pytest.raises(PlatformError, match="The disk is full"):
        platform.run(FIRST, LAST, layers=["warehouse"])
    loaded = platform.warehouse_contents()
    assert indexes(platform) == NONE_YET

    monkeypatch.setattr(deferred_indexes, "_add", build)
    platform.run(LAST, layers=["warehouse"])

    assert indexes(platform) == DECLARED
    assert platform.warehouse_contents() == loaded


def test_a_load_that_is_undone_leaves_empty_facts_to_the_next_one(four_days_are_long: Platform) -> None:
    platform = four_days_are_long
    path = platform.lake_path("final/sakila/dim_film", "2005-05-25")
    whole = platform.lake_files.read(path)
    platform.lake_files.publish(path, b"no Parquet at all")
    with pytest.raises(PlatformError, match=r"^The lake can't be read: .*dim_film/dt=2005-05-25.* Run final for these"):
        platform.run(FIRST, LAST, layers=["warehouse"])
    assert platform.warehouse("SELECT COUNT(*) AS n FROM fact_rental").column("n") == [0]
    platform.lake_files.publish(path, whole)

    platform.run(FIRST, LAST, layers=["warehouse"])

    assert indexes(platform) == DECLARED


def test_facts_that_somebody_reads_keep_their_indexes(
    four_days_are_long: Platform, while_rows_are_loaded: list
) -> None:
    platform = four_days_are_long
    platform.run("2005-05-24", layers=["warehouse"])
    with closing(connect(platform.warehouse_address)) as reader, reader.cursor() as cursor:
        for fact in DECLARED:
            cursor.execute(f"DELETE FROM {fact}")
        reader.commit()
        cursor.execute("SELECT COUNT(*) FROM fact_payment")
        while_rows_are_loaded.clear()

        platform.run(FIRST, LAST, layers=["warehouse"])

    assert while_rows_are_loaded == [{**NONE_YET, "fact_payment": DECLARED["fact_payment"]}]
    assert indexes(platform) == DECLARED


def test_a_table_that_stays_locked_is_reported_in_one_line(
    four_days_are_long: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = four_days_are_long
    monkeypatch.setattr(deferred_indexes, "_LOCK_WAIT_SECONDS", 1)
    platform.run("2005-05-24", layers=["warehouse"])
    with closing(connect(platform.warehouse_address)) as reader, reader.cursor() as cursor:
        cursor.execute("ALTER TABLE fact_rental DROP INDEX ix_film_key")
        cursor.execute("SELECT COUNT(*) FROM fact_rental")

        with pytest.raises(PlatformError) as reported:
            platform.run("2005-05-25", layers=["warehouse"])

    assert str(reported.value) == (
        "warehouse/sakila/fact_rental has its rows, but not its indexes: "
        "Lock wait timeout exceeded; try restarting transaction. Fix that; the next run of any day builds them."
    )
    assert not isinstance(reported.value, pymysql.err.MySQLError)
