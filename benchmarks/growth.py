"""Growth: whether a row costs the same in a large shop as in a small one, and a day the same among many as among few.

python -m benchmarks.growth
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from benchmarks.chain import measured_chain
from benchmarks.shops import Shop, forget, say, shop
from sakila_platform.embedded.mysql_address import WAREHOUSE_DATABASE

SCALES = (10, 50, 400)
RANGES = (30, 300, 3_000)
# A hundred rentals a day, as the simulation's own days have.
SCALE_OF_MANY_DAYS = 20


def microseconds_per_rental(of: Shop) -> float:
    """The chain over a shop's history, by rental."""
    return measured_chain(of).seconds * 1e6 / of.rentals


def by_scale(scales: Sequence[int] = SCALES) -> dict[int, float]:
    """Microseconds per rental (with its return and payment) at each scale.

    The largest has 4,400 rentals a day; the others have the 267 days of Sakila's own history.
    """
    found = {}
    for scale in scales:
        with shop(scale) as of:
            found[scale] = microseconds_per_rental(of)
            say(f"{scale} times: {found[scale]:.1f} us per rental")
    return found


def by_days(ranges: Sequence[int] = RANGES) -> dict[int, float]:
    """Milliseconds per day of runs of so many days, each from nothing, in a shop with a hundred rentals a day."""
    found = {}
    with shop(SCALE_OF_MANY_DAYS, days=max(ranges)) as of:
        for count in ranges:
            forget(of, WAREHOUSE_DATABASE)
            found[count] = measured_chain(of, count).seconds * 1000 / count
            say(f"{count} days: {found[count]:.1f} ms per day")
    return found


@click.command()
def main() -> None:
    """Measure growth."""
    by_days()
    by_scale()


if __name__ == "__main__":
    main()
