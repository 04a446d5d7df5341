"""A backfill in a process of its own, to be killed: through the engines, or through Dagster as the command line does.

Nothing here imports pytest's world: the process starts in a moment, from a server that has imported all of this.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from sakila_platform import settings
from sakila_platform.commands.dagster_runs import open_runs
from sakila_platform.mysql import Address
from sakila_platform_tests.lake_places import LakePlace
from sakila_platform_tests.platform import Platform

CALLS_BETWEEN_TIMES = 100


@dataclass(frozen=True)
class Backfill:
    """A range of days, and the platform that runs it."""

    shop: Address
    warehouse: Address
    folder: Path
    first: str
    last: str
    lake_place: LakePlace | None = None


def run_backfill(backfill: Backfill, parent: Connection, stop_at: int) -> None:
    """Run the days through every layer, a few days at a time; tells its parent when it is time to be killed.

    Moments are counted in calls, of Python's functions and of C's, so that they do not depend on how busy the machine
    is. At `stop_at` calls the parent is sent True, and the work goes on until the signal comes. In the end the parent
    is sent the time of every hundredth call, for it to choose moments from.
    """
    calls, times = 0, [time.perf_counter()]

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += 1
        if calls == stop_at:
            parent.send(True)
        elif calls % CALLS_BETWEEN_TIMES == 0:
            times.append(time.perf_counter())

    with pytest.MonkeyPatch.context() as monkeypatch:
        platform = Platform(backfill.shop, backfill.warehouse, backfill.folder, monkeypatch, backfill.lake_place)
        platform.set(DAYS_PER_CHUNK=4)
        sys.setprofile(count)
        try:
            platform.run(backfill.first, backfill.last)
        finally:
            sys.setprofile(None)
    parent.send(times)


def main() -> None:
    """Run the daily job over the days given, on the platform of the settings; each step is told on a line."""
    first, last = sys.argv[1:]
    with open_runs(settings.HOME.read()) as runs:
        runs.execute("rentals_daily", (first, last), lambda line: sys.stdout.write(f"{line}\n") and sys.stdout.flush())


if __name__ == "__main__":
    main()
