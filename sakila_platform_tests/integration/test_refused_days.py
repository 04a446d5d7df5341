"""A run of days of which a table is refused: other days, and tables not made of it, come to their end all the same."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from sakila_platform.cli.running.run import run_days
from sakila_platform.cli.terminal import Terminal
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb.server import stop_server
from sakila_platform.embedded.mysql_address import oltp_address
from sakila_platform.errors import PlatformError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.rentals.databases import WAREHOUSE
from sakila_platform.rentals.shop.loading import load_shop
from sakila_platform.rentals.star import DAILY_TABLES
from sakila_platform.settings.calendar import CLOCK
from sakila_platform.settings.every import all_settings
from sakila_platform.settings.places import DUMP, HOME

DAYS = ["2005-05-24", "2005-05-25", "2005-05-26", "2005-05-27"]
STAR = {table.name.table for table in DAILY_TABLES}


@dataclass(frozen=True)
class Shop:
    """A state folder with Sakila in it."""

    def sql(self, *statements: str) -> None:
        """What the shop's own rules would refuse, done there."""
        _execute(oltp_address(), "SET foreign_key_checks = 0, sql_mode = ''", *statements)

    def run(self, days: list[str]) -> tuple[str, str]:
        """Run days as the command does. Returns how it failed, and what it said."""
        shown = io.StringIO()
        with pytest.raises(PlatformError) as failed:
            _run(days, Terminal.on(shown))
        return str(failed.value), shown.getvalue()

    def run_well(self, days: list[str]) -> None:
        """Run days as the command does."""
        _run(days, Terminal.on(io.StringIO()))

    def built(self, day: str) -> set[str]:
        """The tables of final that the lake has of a day."""
        lake = open_lake()
        return {table.name.table for table in DAILY_TABLES if lake.exists(data_file(table.name, day_partition(day)))}

    def days_with_new_payments(self) -> list[int]:
        """The days of whose payments the warehouse has the amounts that the shop has now."""
        rows = _execute(
            WAREHOUSE.address(), "SELECT DISTINCT payment_date_key FROM fact_payment WHERE amount = 50 ORDER BY 1"
        )
        return [day for (day,) in rows]


def _run(days: list[str], terminal: Terminal) -> None:
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    run_days("rentals", first, last, analysis=False, terminal=terminal)


def _execute(address: Address, *statements: str) -> list[tuple]:
    with closing(connect(address, autocommit=True)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.fixture
def shop(official_dump: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop with its own server, which is stopped afterwards."""
    for setting in all_settings():
        monkeypatch.delenv(setting.name, raising=False)
    home = Path(tempfile.mkdtemp(prefix="sakila-refused-"))
    monkeypatch.setenv(HOME.name, str(home))
    monkeypatch.setenv(DUMP.name, str(official_dump))
    monkeypatch.setenv(CLOCK.name, "2006-03-01T12:00:00+00:00")
    try:
        load_shop(lambda _: None)
        yield Shop()
    finally:
        stop_server(home)
        shutil.rmtree(home)


def test_what_does_not_depend_on_a_table_that_was_refused_goes_on_in_every_layer(shop: Shop) -> None:
    shop.run_well(DAYS[:2])
    shop.sql(
        "ALTER TABLE film MODIFY title VARCHAR(128) NULL",
        # Films are captured for the last two days alone, and refused by stage.
        "UPDATE film SET title = NULL WHERE film_id <= 20",
        # Each day's payments change, and those of the second are refused by final.
        "UPDATE payment SET amount = 50",
        "UPDATE payment SET amount = -1 WHERE DATE(payment_date) = '2005-05-25'",
    )

    reported, shown = shop.run(DAYS)

    assert "stage/sakila/film on 2005-05-26" in reported
    assert "final/sakila/fact_payment on 2005-05-25" in reported
    assert "\n" not in reported
    of_films = {"dim_film", "bridge_film_actor", "fact_rental", "fact_return"}
    assert [shop.built(day) for day in DAYS] == [STAR, STAR, STAR - of_films, STAR - of_films]
    # A day of the warehouse is a whole star, or is left as it was.
    assert shop.days_with_new_payments() == [20050524]
    assert [line for line in shown.splitlines() if line.startswith("What does not") and line.endswith(" ...")] == [
        "What does not depend on it: 2005-05-24..2005-05-25, 2 days ...",
        "What does not depend on it: 2005-05-24 ...",
        "What does not depend on it: 2005-05-26..2005-05-27, 2 days ...",
    ]
