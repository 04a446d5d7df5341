"""A backfill in a process of its own, to be killed: through the engines, or through Dagster as the command line does.

Nothing here imports pytest's world: the process starts in a moment, from a server that has imported all of this.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from sakila_platform import settings
from sakila_platform.commands.dagster_runs import open_runs
from sakila_platform.mysql import Address
from sakila_platform_tests.platform import Platform


@dataclass(frozen=True)
class Backfill:
    """A range of days, and the platform that runs it."""

    shop: Address
    warehouse: Address
    folder: Path
    first: str
    last: str


def run_backfill(backfill: Backfill, started: Connection) -> None:
    """Run the days through every layer, a few days at a time; tells when the work begins."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        platform = Platform(backfill.shop, backfill.warehouse, backfill.folder, monkeypatch)
        platform.set(DAYS_PER_CHUNK=4)
        started.send(True)
        platform.run(backfill.first, backfill.last)


def main() -> None:
    """Run the daily job over the days given, on the platform of the settings; each step is told on a line."""
    first, last = sys.argv[1:]
    with open_runs(settings.HOME.read()) as runs:
        runs.execute("rentals_daily", (first, last), lambda line: sys.stdout.write(f"{line}\n") and sys.stdout.flush())


if __name__ == "__main__":
    main()
