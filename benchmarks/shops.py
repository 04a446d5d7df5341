"""State folders of the benchmarks' own: in each a private server with Sakila at some scale.

They are removed when the process ends, and not before: ext4 makes files ten times as slowly for minutes after many were
removed, which would count for whatever is measured next.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb.server import ensure_server, stop_server
from sakila_platform.embedded.mysql_address import OLTP_DATABASE
from sakila_platform.embedded.sakila.database import load_sakila
from sakila_platform.embedded.sakila.scale import load_scaled
from sakila_platform.model.days import Clock, days_between
from sakila_platform.rentals.simulation.ledger import recorded_until, restate_history
from sakila_platform.settings.calendar import FIRST_DAY, TIME_ZONE
from sakila_platform.settings.every import put_in_environment
from sakila_platform.settings.places import DUMP
from sakila_platform.settings.runs import MAX_DAYS_PER_RUN

STATE = Path(".sakila/bench")
MANY_DAYS = "100000"


@dataclass(frozen=True)
class Shop:
    """A shop with a recorded history, and the state folder that it and its platform live in."""

    home: Path
    server: Address
    days: tuple[date, ...]
    rentals: int

    @property
    def lake(self) -> Path:
        """Where its lake is."""
        return self.home / "lake"


def say(text: str) -> None:
    """Tell who waits what is going on."""
    click.echo(text, err=True)


@contextmanager
def shop(scale: int, days: int | None = None) -> Iterator[Shop]:
    """A shop with so many times Sakila's rentals (over so many days); settings point at it while it is there."""
    home = own_folder(f"times-{scale}")
    put_in_environment({"SAKILA_HOME": str(home), "SAKILA_LAKE": "", MAX_DAYS_PER_RUN.name: MANY_DAYS})
    say(f"A shop with {scale} times Sakila's rentals ...")
    server = ensure_server(home)
    try:
        load_sakila(server, DUMP.read(), say, database=OLTP_DATABASE)
        if scale > 1:
            load_scaled(server, scale, say, database=OLTP_DATABASE, days=days)
        with closing(connect(server.on(OLTP_DATABASE))) as connection, connection.cursor() as cursor:
            restate_history(connection, Clock(TIME_ZONE.read(), None).today())
            last = recorded_until(cursor)
            cursor.execute("SELECT COUNT(*) FROM rental")
            ((rentals,),) = cursor.fetchall()
        assert last
        yield Shop(home, server, tuple(days_between(FIRST_DAY.read(), last)), rentals)
    finally:
        stop_server(home)


def forget(place: Shop, database: str) -> None:
    """Put the warehouse, the lake and Dagster's runs away: the next run begins from nothing but the shop."""
    with closing(connect(place.server)) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database}")
    away = own_folder("forgotten")
    for folder in ("lake", "dagster_home"):
        if (place.home / folder).exists():
            (place.home / folder).rename(away / folder)


def own_folder(name: str) -> Path:
    """A folder of this process alone, since two benchmarks at a time would remove each other's. It goes at the end."""
    STATE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-{os.getpid()}-", dir=STATE)).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
