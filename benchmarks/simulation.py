"""Simulated days of one run in a large shop: the first counts all history, each further one carries its counts on.

python -m benchmarks.simulation
"""

from __future__ import annotations

import statistics
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timezone
from time import perf_counter

import click

from benchmarks.shops import Shop, say, shop
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mysql_address import OLTP_DATABASE
from sakila_platform.model.days import ONE_DAY, Clock
from sakila_platform.rentals.simulation.days import Status, simulate_day
from sakila_platform.rentals.simulation.memory import ShopMemory
from sakila_platform.settings.calendar import TIME_ZONE

SCALE = 200
DAYS = 120


@dataclass(frozen=True)
class Simulated:
    """Milliseconds of a run's first day, and of each further one: their median and the slowest of them."""

    first_ms: float
    further_ms: float
    slowest_ms: float


def results(of: Shop, days: int = DAYS) -> Simulated:
    """Simulate so many days after the shop's recorded history, as one run does."""
    first = of.days[-1] + ONE_DAY
    wanted = [first + n * ONE_DAY for n in range(days)]
    clock = Clock(TIME_ZONE.read(), datetime.combine(wanted[-1] + 2 * ONE_DAY, time.min, timezone.utc))
    memory = ShopMemory()
    taken = []
    with closing(connect(of.server.on(OLTP_DATABASE))) as connection:
        for day in wanted:
            started = perf_counter()
            outcome = simulate_day(connection, day, clock, None, memory)
            taken.append((perf_counter() - started) * 1000)
            assert outcome.status is Status.SIMULATED, outcome.reason
    further = taken[1:]
    return Simulated(taken[0], statistics.median(further), max(further))


@click.command()
def main() -> None:
    """Measure simulated days."""
    with shop(SCALE) as of:
        say(str(results(of)))


if __name__ == "__main__":
    main()
