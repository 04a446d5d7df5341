"""All tables of a run become visible together, or none; runs wait for each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing

import pymysql
import pytest

from sakila_platform.databases.mysql.connection import Connection, connect
from sakila_platform.databases.transient import is_transient
from sakila_platform.errors import PlatformError
from sakila_platform.model.days import days_between, parse_day
from sakila_platform.rentals import warehouse_star
from sakila_platform.rentals.dates.years import publish_year
from sakila_platform.warehouse.mysql import session as warehouse_session
from sakila_platform.warehouse.mysql.load import Loading, load_days
from sakila_platform_tests.platform import Platform

FIRST, LAST = "2005-05-24", "2005-05-27"
TABLES = [table.name.table for table in warehouse_star.DAILY_TABLES]


def rows_of_each_table(connection: pymysql.Connection) -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for table in TABLES:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            counts[table] = cursor.fetchall()[0][0]
    return counts


def load_while(platform: Platform, day: str, between: Callable[[pymysql.Connection], object]) -> None:
    """Load a day; `between` gets the load's connection when its tables are all written, but not yet committed."""

    class Watched(Connection):
        def commit(self) -> None:
            between(self)
            super().commit()

    with platform.warehouse_database.connect() as connection:
        connection.__class__ = Watched
        loading = Loading(warehouse_star.STAR, connection, platform.lake_files, platform.clock, publish_year)
        load_days(loading, warehouse_star.DAILY_TABLES, days_between(parse_day(day), parse_day(day)))


@pytest.fixture
def loaded(platform: Platform) -> Platform:
    """Four days loaded, a fifth in the lake."""
    platform.run(FIRST, LAST)
    platform.run("2005-05-28", layers=["stage", "final"])
    return platform


def test_a_reader_sees_all_tables_of_a_run_or_none(loaded: Platform) -> None:
    seen = []

    def look(_: pymysql.Connection) -> None:
        with closing(connect(loaded.warehouse_address, autocommit=True)) as reader:
            seen.append(rows_of_each_table(reader))

    look(None)  # type: ignore[arg-type]
    load_while(loaded, "2005-05-28", look)
    look(None)  # type: ignore[arg-type]

    before, during, after = seen
    assert during == before
    assert all(after[fact] > before[fact] for fact in ("fact_rental", "fact_return", "fact_payment"))


def test_a_reader_with_an_open_snapshot_keeps_seeing_what_was_there(loaded: Platform) -> None:
    with closing(connect(loaded.warehouse_address)) as reader:
        before = rows_of_each_table(reader)
        loaded.run("2005-05-28", layers=["warehouse"])

        assert rows_of_each_table(reader) == before


def test_a_failure_in_the_last_table_undoes_all(loaded: Platform) -> None:
    before = loaded.warehouse_contents()
    loaded.lake_files.publish(loaded.lake_path("final/sakila/fact_payment", "2005-05-28"), b"no Parquet at all")

    with pytest.raises(PlatformError, match=r"^final/sakila/fact_payment can't be read: .*\. Run final for .*$"):
        loaded.run("2005-05-28", layers=["warehouse"])

    assert loaded.warehouse_contents() == before


def test_a_day_that_the_lake_lacks_is_refused_and_changes_nothing(loaded: Platform) -> None:
    before = loaded.warehouse_contents()

    with pytest.raises(PlatformError, match=r"has no dt=2005-05-29\. Run final for this day first"):
        loaded.run("2005-05-28", "2005-05-29", layers=["warehouse"])

    assert loaded.warehouse_contents() == before


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("DELETE FROM `fact_payment`", id="while days are replaced"),
        pytest.param("REPLACE INTO TABLE `fact_rental`", id="while rows are loaded"),
        pytest.param("UPDATE fact_rental AS rental", id="while rentals are recomputed"),
        pytest.param("REPLACE INTO load_ledger", id="while the ledger is written"),
    ],
)
def test_a_connection_killed_in_the_middle_leaves_nothing_half_written(loaded: Platform, statement: str) -> None:
    before = loaded.warehouse_contents()
    killed = []

    class Doomed(pymysql.cursors.Cursor):
        def execute(self, query, args=None):
            if statement in str(query) and not killed:
                killed.append(self.connection.thread_id())
                with closing(connect(loaded.warehouse_address)) as other, other.cursor() as cursor:
                    cursor.execute("KILL CONNECTION %s", (killed[0],))
            return super().execute(query, args)

    with (
        pytest.raises((PlatformError, pymysql.err.OperationalError)) as failed,
        loaded.warehouse_database.connect() as connection,
    ):
        connection.cursorclass = Doomed
        loading = Loading(warehouse_star.STAR, connection, loaded.lake_files, loaded.clock, publish_year)
        days = days_between(parse_day("2005-05-27"), parse_day("2005-05-28"))
        load_days(loading, warehouse_star.DAILY_TABLES, days)

    assert killed
    if not isinstance(failed.value, PlatformError):
        assert is_transient(failed.value), "Dagster runs the step again"
    assert loaded.warehouse_contents() == before
    loaded.run("2005-05-28", layers=["warehouse"])
    assert len(loaded.warehouse_contents()["fact_rental"]) > len(before["fact_rental"])


def test_two_loads_at_once_wait_for_each_other(loaded: Platform) -> None:
    loaded.run("2005-05-29", layers=["stage", "final"])
    other = threading.Thread(target=loaded.run, args=("2005-05-29",), kwargs={"layers": ["warehouse"]})
    waits = []

    def start_the_other(_: pymysql.Connection) -> None:
        other.start()
        time.sleep(0.5)
        waits.append(other.is_alive())

    load_while(loaded, "2005-05-28", start_the_other)
    other.join(timeout=60)

    assert waits == [True]
    days = loaded.warehouse("SELECT DISTINCT date_key FROM load_ledger ORDER BY 1").column("date_key")
    assert days == [*range(20050524, 20050530)]


def test_a_lock_that_is_held_too_long_is_reported_in_one_line(
    loaded: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse_session, "_LOCK_WAIT_SECONDS", 1)
    with closing(connect(loaded.warehouse_address)) as other, other.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 1)", (f"load.{loaded.warehouse_address.database}",))

        with pytest.raises(PlatformError, match=r"^Another run has been loading the warehouse for 1 s\. Wait for it"):
            loaded.run("2005-05-28", layers=["warehouse"])
