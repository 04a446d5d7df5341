"""Which days a demonstration still has to run."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.cli.running.open_ranges import open_ranges

FIRST = date(2005, 5, 24)
DAYS = st.sets(st.integers(0, 40).map(lambda n: FIRST + timedelta(days=n)))


def test_a_gap_in_what_is_done_is_a_range_of_its_own() -> None:
    wanted = [FIRST + timedelta(days=n) for n in range(10)]
    done = [FIRST, FIRST + timedelta(days=4), FIRST + timedelta(days=5)]
    assert list(open_ranges(wanted, done, most=400)) == [
        (date(2005, 5, 25), date(2005, 5, 27)),
        (date(2005, 5, 30), date(2005, 6, 2)),
    ]


@given(DAYS, DAYS, st.integers(1, 12))
def test_the_ranges_are_the_days_not_done_each_once_and_none_too_long(
    wanted: set[date], done: set[date], most: int
) -> None:
    ranges = list(open_ranges(sorted(wanted), done, most))
    days = [first + timedelta(days=n) for first, last in ranges for n in range((last - first).days + 1)]
    assert days == sorted(wanted - done)
    assert all(0 <= (last - first).days < most for first, last in ranges)
