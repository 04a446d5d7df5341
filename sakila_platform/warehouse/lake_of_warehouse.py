"""Which lake a warehouse is filled from: the lake's own mark, and the warehouse's record of it.

A warehouse rebuilds history from days that were loaded before, so it can't go on from a lake that lacks them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.model.contracts import Column, Table, TableKind, text
from sakila_platform.model.naming import TableName, day_partition
from sakila_platform.warehouse.star import WarehouseStar

# Beside the Date dimension's years, where whoever loads a warehouse may write. Readers pass such a name by.
RECORD = "loaded_lake"
"""The table of a warehouse with one row: its lake."""
_MARK = "_lake.json"
_ID = "lake_id"
_LONGEST_LOCATION = 500


class LoadSession(Protocol):
    """The part of a session that the record is kept by, on MySQL and on PostgreSQL."""

    @property
    def lake(self) -> Lake:
        """The lake that the run loads from."""

    def fetch(self, sql: str, parameters: Sequence[object] = ..., /) -> list[tuple]:
        """The rows of a query within the run's transaction."""

    def execute(self, sql: str, parameters: Sequence[object] = ..., /) -> object:
        """Run a statement in the run's transaction."""


@dataclass(frozen=True)
class Belonging:
    """How a domain's warehouse keeps which lake it belongs to."""

    domain: str
    dates: TableName
    """The lake's Date dimension: the mark is beside its years."""
    record: Table

    def require_own(self, session: LoadSession, loaded: Callable[[], Mapping[TableName, Sequence[date]]]) -> None:
        """Let a load go on when the session's lake is the one that the warehouse is filled from.

        A warehouse without a record takes the lake for its own when that has every day it has `loaded` of a table of
        the lake. Raises PlatformError, and names the command that helps, for any other lake.
        """
        known = session.fetch(f"SELECT {_ID}, location FROM {self.record.name.table}")
        if not known:
            self._adopt(session, loaded())
        elif known[0][0] != lake_id(session.lake, self.dates):
            self._refuse(session.lake, f"another lake, at {known[0][1]}")

    def _adopt(self, session: LoadSession, loaded: Mapping[TableName, Sequence[date]]) -> None:
        lacking = (session.lake.missing(table, map(day_partition, days)) for table, days in loaded.items())
        if missing := sorted({partition for partitions in lacking for partition in partitions}):
            self._refuse(session.lake, f"another lake: this one lacks {len(missing)} of its days, such as {missing[0]}")
        self.note(session)

    def require_empty(self, session: LoadSession, loaded: Callable[[], Mapping[TableName, Sequence[date]]]) -> None:
        """Let a warehouse be emptied for a lake without a whole day when it has `loaded` none either.

        Raises PlatformError when it has: the address of the lake is mistaken, and its days would be lost.
        """
        if days := {day for of_table in loaded().values() for day in of_table}:
            raise PlatformError(
                f"The lake at {session.lake.location} has no day of all tables of final, and the warehouse of "
                f"{self.domain} has {len(days):,}: nothing was emptied. Name the lake that has them in SAKILA_LAKE or "
                "SAKILA_HOME; or drop the warehouse's tables, to begin with this one."
            )

    def note(self, session: LoadSession) -> None:
        """Note the session's lake as the one that the warehouse is filled from."""
        table = self.record.name.table
        session.execute(f"DELETE FROM {table}")
        session.execute(
            f"INSERT INTO {table} ({_ID}, location) VALUES (%s, %s)",
            [lake_id(session.lake, self.dates), session.lake.location[:_LONGEST_LOCATION]],
        )

    def _refuse(self, lake: Lake, other: str) -> None:
        raise PlatformError(
            f"The warehouse of {self.domain} is filled from {other}. Nothing was loaded from the lake at "
            f"{lake.location}. Fill the warehouse from it alone: `sakila-platform refill {self.domain}`; "
            "or set SAKILA_LAKE or SAKILA_HOME as they were."
        )


def belonging(star: WarehouseStar) -> Belonging:
    """How the warehouse of the star keeps it."""
    dates = star.lake_dates.name
    columns = (
        Column(_ID, text(36), "The mark that the lake carries, wherever it is moved."),
        Column("location", text(_LONGEST_LOCATION), "Where that lake was when it was noted."),
    )
    name = TableName("warehouse", dates.source, RECORD)
    grain = "One row: the lake that the warehouse is filled from."
    return Belonging(star.domain, dates, Table(name, TableKind.EVENT, grain, columns, primary_key=(_ID,)))


def lake_id(lake: Lake, dates: TableName) -> str:
    """The mark of the lake's star, which is made when it is asked for first, and goes with the lake's files."""
    path = f"{dates.path}/{_MARK}"
    if not lake.exists(path):
        lake.publish(path, json.dumps({_ID: str(uuid.uuid4())}).encode())
    try:
        return str(json.loads(lake.read(path))[_ID])
    except (ValueError, KeyError, TypeError):
        raise PlatformError(
            f"{path} in the lake at {lake.location} is damaged: it says which lake this is. Remove it, "
            "then fill the warehouse anew by `sakila-platform refill DOMAIN`."
        ) from None


def whole_days(lake: Lake, tables: Sequence[TableName]) -> list[date]:
    """The days of which the lake has each of these tables, in calendar order."""
    found = [set(lake.partitions(table)) for table in tables]
    return sorted(date.fromisoformat(partition.partition("=")[2]) for partition in set.intersection(*found))
