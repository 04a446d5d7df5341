"""A longer history drawn from the recorded one: the same customers, copies and hours, day after day. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from sakila_platform.errors import PlatformError

Integers = npt.NDArray[np.int64]

DAY_SECONDS, MINUTE_SECONDS = 86_400, 60
# Sakila's own habit: back after one to nine whole days, give or take six hours.
MOST_DAYS_OUT, GIVE_OR_TAKE_MINUTES = 9, 360
CENTS_PER_DAY_LATE = 100
RENTALS_PER_CHUNK = 400_000
MOST_DRAWS = 1_000


@dataclass(frozen=True)
class RecordedRentals:
    """One entry per recorded rental: when (seconds since 1970), which copy, who, and the film's terms (cents, days)."""

    taken: Integers
    copy: Integers
    customer: Integers
    rate_cents: Integers
    allowed_days: Integers


@dataclass(frozen=True)
class DrawnRentals:
    """One entry per drawn rental, in order of `taken`; times in seconds since 1970, the amount due in cents."""

    taken: Integers
    returned: Integers
    copy: Integers
    customer: Integers
    staff: Integers
    amount_cents: Integers

    def __len__(self) -> int:
        return len(self.taken)


@dataclass(frozen=True)
class ScaledCalendar:
    """The days over which rentals are drawn, and how many in all."""

    first_day: date
    days: int
    rentals: int


def drawn_rentals(
    recorded: RecordedRentals, staff: Integers, calendar: ScaledCalendar, seed: int
) -> Iterator[DrawnRentals]:
    """Rentals over the calendar, in pieces of consecutive days of about RENTALS_PER_CHUNK, the same for a seed.

    Each rental takes its hour, its customer and its copy from recorded ones, each drawn by itself: who rented much and
    what was rented much stays so. A moment, copy and customer together never come twice, recorded ones included. That
    a copy is out once at a time is not kept: 4,400 rentals a day don't fit on Sakila's 4,581 copies.
    """
    random = np.random.default_rng(seed)
    per_day = random.multinomial(calendar.rentals, np.full(calendar.days, 1 / calendar.days))
    start = int(np.datetime64(calendar.first_day, "s").astype(np.int64))
    for days in _pieces(per_day):
        midnights = np.repeat(start + np.asarray(days) * DAY_SECONDS, per_day[days])
        if len(midnights):
            yield _drawn(random, recorded, staff, midnights)


def _pieces(per_day: Integers) -> Iterator[list[int]]:
    """Consecutive days, gathered until a piece has enough rentals."""
    days: list[int] = []
    for day in range(len(per_day)):
        days.append(day)
        if per_day[days].sum() >= RENTALS_PER_CHUNK:
            yield days
            days = []
    if days:
        yield days


def _drawn(
    random: np.random.Generator, recorded: RecordedRentals, staff: Integers, midnights: Integers
) -> DrawnRentals:
    count, known = len(midnights), len(recorded.taken)
    taken = np.sort(midnights + recorded.taken[random.integers(known, size=count)] % DAY_SECONDS)
    of_copy, of_customer = _unrepeated(random, recorded, taken)
    minutes = random.integers(1, MOST_DAYS_OUT + 1, size=count) * (DAY_SECONDS // MINUTE_SECONDS)
    minutes += random.integers(-GIVE_OR_TAKE_MINUTES, GIVE_OR_TAKE_MINUTES, size=count)
    returned = taken + minutes * MINUTE_SECONDS
    late_days = np.maximum(returned // DAY_SECONDS - taken // DAY_SECONDS - recorded.allowed_days[of_copy], 0)
    return DrawnRentals(
        taken=taken,
        returned=returned,
        copy=recorded.copy[of_copy],
        customer=recorded.customer[of_customer],
        staff=staff[random.integers(len(staff), size=count)],
        amount_cents=recorded.rate_cents[of_copy] + late_days * CENTS_PER_DAY_LATE,
    )


def _unrepeated(random: np.random.Generator, recorded: RecordedRentals, taken: Integers) -> tuple[Integers, Integers]:
    """For each moment two recorded rentals: one to take the copy from, one the customer. No key comes twice.

    Raises PlatformError when there are too few copies and customers for so many rentals at the same times.
    """
    origin = min(int(taken[0]), int(recorded.taken.min()))
    copies, customers = int(recorded.copy.max()) + 1, int(recorded.customer.max()) + 1

    def keys(moment: Integers, copy: Integers, customer: Integers) -> Integers:
        return ((moment - origin) * copies + copy) * customers + customer

    used = keys(recorded.taken, recorded.copy, recorded.customer)
    drawn = random.integers(len(recorded.taken), size=(2, len(taken)))
    for _ in range(MOST_DRAWS):
        of_copy, of_customer = drawn
        every = np.concatenate([used, keys(taken, recorded.copy[of_copy], recorded.customer[of_customer])])
        _, first = np.unique(every, return_index=True)
        repeated = np.ones(len(every), dtype=bool)
        repeated[first] = False
        again = np.flatnonzero(repeated[len(used) :])
        if not len(again):
            return of_copy, of_customer
        drawn[:, again] = random.integers(len(recorded.taken), size=(2, len(again)))
    raise PlatformError(f"{len(taken):,} rentals don't fit on these days: give the scaled history more days.")
