"""A backfill in a process of its own, to be killed: through the engines, or through Dagster as the command line does.

The process starts in a moment, from a server that has imported all of this.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from bisect import bisect
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from sakila_platform.cli.running.jobs import open_runs
from sakila_platform.databases.mysql.address import Address
from sakila_platform.settings.places import HOME
from sakila_platform_tests.lake_places import LakePlace
from sakila_platform_tests.platform import Platform

_CALLS_BETWEEN_TIMES = 100
_SEED = 20050524
# What is imported on the way takes no part of the calls: by PyArrow, by the calendar, for a lake on S3.
_PRELOADED = [__name__, "pandas", "holidays.countries", "sakila_platform.lake.s3.lake"]


@dataclass(frozen=True)
class Backfill:
    """A range of days, and the platform that runs it."""

    shop: Address
    warehouse: Address
    folder: Path
    first: str
    last: str
    lake_place: LakePlace | None = None


def start(backfill: Backfill, stop_at: int = 0) -> tuple[ForkServerProcess, Connection]:
    """A process that runs the days, and what it has to say."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    progress, tell = context.Pipe(duplex=False)
    process = context.Process(target=run_backfill, args=(backfill, tell, stop_at))
    process.start()
    tell.close()
    return process, progress


def random_calls(backfill: Backfill, count: int) -> list[int]:
    """Points all over the duration of an uninterrupted run, in any order, in calls since it began."""
    process, progress = start(backfill)
    times = progress.recv()
    process.join()
    draw = random.Random(_SEED)
    spread = [(n + draw.random()) / count for n in range(count)]
    draw.shuffle(spread)
    instants = [times[0] + share * (times[-1] - times[0]) for share in spread]
    return [bisect(times, at) * _CALLS_BETWEEN_TIMES + draw.randrange(_CALLS_BETWEEN_TIMES) for at in instants]


def run_backfill(backfill: Backfill, parent: Connection, stop_at: int) -> None:
    """Run the days through every layer, a few days at a time; tells its parent when it is time to be killed.

    Progress is counted in calls, of Python's functions and of C's, so that they do not depend on how busy the machine
    is. At `stop_at` calls the parent is sent True, and the work goes on until the signal comes. In the end the parent
    is sent the time of every hundredth call, for it to choose calls from.
    """
    calls, times = 0, [time.perf_counter()]

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += 1
        if calls == stop_at:
            parent.send(True)
        elif calls % _CALLS_BETWEEN_TIMES == 0:
            times.append(time.perf_counter())

    with pytest.MonkeyPatch.context() as monkeypatch:
        platform = Platform(backfill.shop, backfill.warehouse, backfill.folder, monkeypatch, backfill.lake_place)
        platform.set(DAYS_PER_CHUNK=2)
        sys.setprofile(count)
        try:
            platform.run(backfill.first, backfill.last)
        finally:
            sys.setprofile(None)
    parent.send(times)


def main() -> None:
    """Run the daily job over the days given, on the platform of the settings; each step is reported on a line."""
    first, last = sys.argv[1:]
    with open_runs(HOME.read()) as runs:
        runs.execute("rentals_daily", (first, last), lambda line: sys.stdout.write(f"{line}\n") and sys.stdout.flush())


if __name__ == "__main__":
    main()
