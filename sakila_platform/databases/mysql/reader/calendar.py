"""Dates and times that MySQL gives as whole numbers (20050524225330), as Arrow counts them; which of them are none."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

_DAY_MICROSECONDS = 86_400_000_000


def days(numbers: npt.NDArray[np.int32]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_] | None]:
    """Days since 1970 of numbers such as 20050524, and where there is no such day."""
    starts, lengths = _months()
    months = numbers // 100
    day = numbers - months * 100
    unusable = (day == 0) | (day > lengths.take(months))
    return starts.take(months) + day - 1, unusable if unusable.any() else None


def timestamps(numbers: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_] | None]:
    """Microseconds since 1970 of numbers such as 20050524225330, and where their day is none."""
    day = numbers // 1_000_000
    clock = (numbers - day * 1_000_000).astype(np.int32)
    since_1970, unusable = days(day.astype(np.int32))
    seconds = clock - 40 * (clock // 100) - 2400 * (clock // 10_000)
    return since_1970.astype(np.int64) * _DAY_MICROSECONDS + seconds.astype(np.int64) * 1_000_000, unusable


@cache
def _months() -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """By year and month as a number (200505): the day before which it starts, and its days (0 where there is none)."""
    starts = np.zeros(1_000_000, np.int32)
    lengths = np.zeros(1_000_000, np.int32)
    months = np.arange("0000-01", "10000-01", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int32)
    numbers = (np.arange(10_000)[:, None] * 100 + np.arange(1, 13)).reshape(-1)
    starts[numbers] = months
    lengths[numbers] = np.diff(np.append(months, np.datetime64("10000-01-01", "D").astype(np.int32)))
    return starts, lengths
