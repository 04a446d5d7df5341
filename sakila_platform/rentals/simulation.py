"""A day of rentals drawn from what people rented before: who, what, when, and when it comes back.

Pure and of the standard library only, so the same module runs in a small Lambda. Reading the shop and writing the day
is `simulation_run.py`. Every draw comes from one random sequence seeded by the day: same shop, same day, same rentals.
All times are the shop's wall clock, to the second and without a zone; money is Decimal.
"""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import TypeVar

T = TypeVar("T")

HOUR = 3600
LATE_FEE_PER_DAY = Decimal("1.00")
# payment.amount is DECIMAL(5,2), and get_customer_balance counts in the same type: no fee can be larger.
LARGEST_AMOUNT = Decimal("999.99")


@dataclass(frozen=True)
class Options:
    """What a day is asked for: renters, what is added to every past count, and the hours [opens, closes) of renting."""

    renters: int = 100
    smoothing: int = 1
    opening_hours: tuple[int, int] = (0, 24)


@dataclass(frozen=True)
class Customer:
    """An active customer, the shop they rent at, and how many times they rented before the day."""

    customer_id: int
    store_id: int
    past_rentals: int


@dataclass(frozen=True)
class Film:
    """A film's terms (`rental_days` is Sakila's rental_duration), and how often it was rented before the day."""

    film_id: int
    rental_rate: Decimal
    rental_days: int
    past_rentals: int


@dataclass(frozen=True)
class Copy:
    """A copy of a film, the shop that owns it, and from when on it stands on the shelf."""

    inventory_id: int
    film_id: int
    store_id: int
    free_from: datetime


@dataclass(frozen=True)
class Habits:
    """How often people rented in each hour of the day (0 to 23), and kept a film for so many whole hours."""

    hours_of_day: Mapping[int, int]
    hours_kept: Mapping[int, int]


@dataclass(frozen=True)
class Shop:
    """What a day is drawn from. `clerks` are staff ids by store; a copy that is out for the whole day isn't here."""

    customers: Sequence[Customer]
    films: Mapping[int, Film]
    copies: Sequence[Copy]
    clerks: Mapping[int, Sequence[int]]
    habits: Habits


@dataclass(frozen=True)
class Rental:
    """A rental of the day, what is paid for it, and when the copy will be back (the day itself, or later)."""

    rented_at: datetime
    back_at: datetime
    customer_id: int
    inventory_id: int
    staff_id: int
    amount: Decimal


@dataclass(frozen=True)
class OpenRental:
    """A simulated rental still out, due back by the end of the day; `staff_id` takes the late fee."""

    rental_id: int
    customer_id: int
    inventory_id: int
    staff_id: int
    rented_at: datetime
    back_at: datetime
    rental_days: int


@dataclass(frozen=True)
class Return:
    """A copy that comes back on the day. A late fee of zero means that it came back in time."""

    rental: OpenRental
    returned_at: datetime
    late_fee: Decimal


def draw_rentals(day: date, shop: Shop, options: Options) -> list[Rental]:
    """The day's rentals, in the order of their times: one each for min(renters, possible) distinct customers.

    Customers are drawn without replacement, each time as likely as past rentals + smoothing among those who are left.
    Possible is a customer whose shop has a clerk and a copy that nobody took yet and that is free before closing.
    """
    random = Random(f"rentals of {day}")
    shelves = _shelves(day, shop, options)
    rentals: list[Rental] = []
    for customer in _in_drawn_order(random, shop.customers, options.smoothing):
        if len(rentals) == options.renters:
            break
        shelf = shelves.get(customer.store_id)
        if shelf and shop.clerks.get(customer.store_id):
            rentals.append(_rent(random, customer, shelf, shop, (day, options)))
    return sorted(rentals, key=lambda rental: (rental.rented_at, rental.inventory_id))


def draw_returns(day: date, open_rentals: Sequence[OpenRental]) -> list[Return]:
    """What comes back on the day, in the order of the rentals given, each with its late fee.

    A rental that was due on a day nobody simulated comes back at the day's first moment: a run writes its own day only.
    """
    morning, night = day_bounds(day)
    returns = []
    for rental in open_rentals:
        if rental.back_at < night:
            returned_at = max(rental.back_at, morning)
            fee = late_fee(rental.rented_at, returned_at, rental.rental_days)
            returns.append(Return(rental, returned_at, fee))
    return returns


def late_fee(rented_at: datetime, returned_at: datetime, rental_days: int) -> Decimal:
    """What get_customer_balance adds: 1.00 for each day, as TO_DAYS counts, beyond the film's rental_duration."""
    days_late = (returned_at.date() - rented_at.date()).days - rental_days
    return min(max(days_late, 0) * LATE_FEE_PER_DAY, LARGEST_AMOUNT)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of the day, and of the next."""
    morning = datetime.combine(day, time.min)
    return morning, morning + timedelta(days=1)


def _in_drawn_order(random: Random, customers: Sequence[Customer], smoothing: int) -> list[Customer]:
    """Efraimidis and Spirakis: sorted by -ln(u) / weight, any first n are a draw without replacement by weight."""
    keyed = [
        (-math.log(1.0 - random.random()) / (customer.past_rentals + smoothing), customer.customer_id, customer)
        for customer in sorted(customers, key=lambda customer: customer.customer_id)
    ]
    return [customer for _, _, customer in sorted(keyed, key=lambda entry: entry[:2])]


# Copies on the shelf, by film.
_Shelf = dict[int, list[Copy]]


def _shelves(day: date, shop: Shop, options: Options) -> dict[int, _Shelf]:
    """By store: the copies that are on the shelf at some moment of the day's opening hours."""
    closing = day_bounds(day)[0] + timedelta(hours=options.opening_hours[1])
    shelves: dict[int, _Shelf] = {}
    for copy in sorted(shop.copies, key=lambda copy: copy.inventory_id):
        if copy.free_from < closing:
            shelves.setdefault(copy.store_id, {}).setdefault(copy.film_id, []).append(copy)
    return shelves


def _rent(random: Random, customer: Customer, shelf: _Shelf, shop: Shop, when: tuple[date, Options]) -> Rental:
    """One rental; takes the copy off its shelf for the rest of the day."""
    day, options = when
    morning = day_bounds(day)[0]
    rented_at = _moment(random, shop.habits, options, morning)
    free = {film: there for film, copies in shelf.items() if (there := [c for c in copies if c.free_from <= rented_at])}
    # Nothing on the shelf at that hour: the customer waits for a copy that comes back later in the day.
    choices = free or shelf
    film_ids = list(choices)
    film = shop.films[_pick(random, film_ids, [shop.films[f].past_rentals + options.smoothing for f in film_ids])]
    copy = _pick(random, choices[film.film_id], [1] * len(choices[film.film_id]))
    if copy.free_from > rented_at:
        rented_at = _moment(random, shop.habits, options, morning, copy.free_from)
    shelf[film.film_id].remove(copy)
    if not shelf[film.film_id]:
        del shelf[film.film_id]
    clerks = shop.clerks[customer.store_id]
    return Rental(
        rented_at=rented_at,
        back_at=rented_at + _time_kept(random, shop.habits, film),
        customer_id=customer.customer_id,
        inventory_id=copy.inventory_id,
        staff_id=_pick(random, clerks, [1] * len(clerks)),
        amount=film.rental_rate,
    )


def _moment(
    random: Random, habits: Habits, options: Options, morning: datetime, not_before: datetime | None = None
) -> datetime:
    """A second of the opening hours, as likely as people came in its hour (any second, if nobody ever came)."""
    opens, closes = options.opening_hours
    earliest = 0 if not_before is None else max(0, math.ceil((not_before - morning).total_seconds()))
    windows = [(max(hour * HOUR, earliest), (hour + 1) * HOUR, hour) for hour in range(opens, closes)]
    windows = [window for window in windows if window[0] < window[1]]
    weights = [habits.hours_of_day.get(hour, 0) * (end - start) for start, end, hour in windows]
    if not any(weights):
        weights = [end - start for start, end, _ in windows]
    start, end, _ = _pick(random, windows, weights)
    return morning + timedelta(seconds=start + int(random.random() * (end - start)))


def _time_kept(random: Random, habits: Habits, film: Film) -> timedelta:
    """As people kept films: by whole hours, any second within. Where nobody returned one yet, the film's own terms."""
    if not any(habits.hours_kept.values()):
        return timedelta(days=max(film.rental_days, 1))
    hours = sorted(habits.hours_kept)
    hour = _pick(random, hours, [habits.hours_kept[h] for h in hours])
    return timedelta(seconds=max(1, hour * HOUR + int(random.random() * HOUR)))


def _pick(random: Random, choices: Sequence[T], weights: Sequence[int]) -> T:
    """One of the choices, by weight. On random.random() alone, whose sequence no Python release may change."""
    running = list(accumulate(weights))
    return choices[bisect(running, random.random() * running[-1], hi=len(running) - 1)]
