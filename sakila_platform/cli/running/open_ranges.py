"""From the days that are wanted and those that are done to the runs that are left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sakila_platform.model.days import ONE_DAY


def open_ranges(wanted: Sequence[date], done: Collection[date], most: int) -> Iterator[tuple[date, date]]:
    """The wanted days that are not done, as ranges (first, last) of consecutive days, each of at most `most`."""
    first = last = None
    for day in sorted(set(wanted) - set(done)):
        if first and last and day == last + ONE_DAY and (day - first).days < most:
            last = day
            continue
        if first and last:
            yield first, last
        first = last = day
    if first and last:
        yield first, last
