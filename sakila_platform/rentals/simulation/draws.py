"""A day of rentals drawn from what people rented before: who, what, when, and when it comes back.

Pure and of the standard library only, so the same module runs in a small Lambda. Reading the shop and writing the day
is `simulation_run.py`. Every draw comes from one random sequence seeded by the day: same shop, same day, same rentals.
All times are the shop's wall clock, to the second and without a zone; money is Decimal.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from operator import attrgetter
from random import Random

from sakila_platform.rentals.simulation.shelf import Copy, Shelf, pick, place_of

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


@dataclass(frozen=True, slots=True)
class Customer:
    """An active customer, the shop they rent at, and how many times they rented before the day."""

    customer_id: int
    store_id: int
    past_rentals: int

    def rented_once_more(self) -> Customer:
        """The same, after another rental."""
        return Customer(self.customer_id, self.store_id, self.past_rentals + 1)


@dataclass(frozen=True, slots=True)
class Film:
    """A film's terms (`rental_days` is Sakila's rental_duration), and how often it was rented before the day."""

    film_id: int
    rental_rate: Decimal
    rental_days: int
    past_rentals: int

    def rented_once_more(self) -> Film:
        """The same, after another rental."""
        return Film(self.film_id, self.rental_rate, self.rental_days, self.past_rentals + 1)


@dataclass(frozen=True)
class Habits:
    """How often people rented in each hour of the day (0 to 23), and kept a film for so many whole hours."""

    hours_of_day: Mapping[int, int]
    hours_kept: Mapping[int, int]

    @cached_property
    def kept(self) -> tuple[list[int], list[int]]:
        """The whole hours that films were kept, in order, and how often up to each; nothing where none came back."""
        hours = sorted(self.hours_kept) if any(self.hours_kept.values()) else []
        return hours, list(accumulate(self.hours_kept[hour] for hour in hours))


@dataclass(frozen=True)
class Shop:
    """What a day is drawn from. `clerks` are staff ids by store; a copy that is out for the whole day isn't here."""

    customers: Sequence[Customer]
    films: Mapping[int, Film]
    copies: Sequence[Copy]
    clerks: Mapping[int, Sequence[int]]
    habits: Habits


@dataclass(frozen=True, slots=True)
class Rental:
    """A rental of the day, what is paid for it, and when the copy will be back (the day itself, or later)."""

    rented_at: datetime
    back_at: datetime
    customer_id: int
    inventory_id: int
    staff_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class OpenRental:
    """A simulated rental still out, due back by the end of the day; `staff_id` takes the late fee."""

    rental_id: int
    customer_id: int
    inventory_id: int
    staff_id: int
    rented_at: datetime
    back_at: datetime
    rental_days: int


@dataclass(frozen=True, slots=True)
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
    opening = _windows(shop.habits, options, 0)
    rentals: list[Rental] = []
    for customer in _in_drawn_order(random, shop.customers, options.smoothing):
        if len(rentals) == options.renters:
            break
        shelf = shelves.get(customer.store_id)
        clerks = shop.clerks.get(customer.store_id)
        if shelf and shelf.films_left and clerks:
            rented_at, copy = _choose(random, shelf, shop.habits, (day, options, opening))
            film = shop.films[copy.film_id]
            rentals.append(
                Rental(
                    rented_at=rented_at,
                    back_at=rented_at + _time_kept(random, shop.habits, film),
                    customer_id=customer.customer_id,
                    inventory_id=copy.inventory_id,
                    staff_id=pick(random, clerks),
                    amount=film.rental_rate,
                )
            )
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


def _shelves(day: date, shop: Shop, options: Options) -> dict[int, Shelf]:
    """By store: the copies that are on the shelf at some moment of the day's opening hours."""
    morning = day_bounds(day)[0]
    closing = morning + timedelta(hours=options.opening_hours[1])
    weights = {film_id: film.past_rentals + options.smoothing for film_id, film in shop.films.items()}
    copies: dict[int, dict[int, list[Copy]]] = defaultdict(lambda: defaultdict(list))
    for copy in sorted(shop.copies, key=attrgetter("inventory_id")):
        if copy.free_from < closing:
            copies[copy.store_id][copy.film_id].append(copy)
    return {store_id: Shelf(by_film, weights, morning) for store_id, by_film in copies.items()}


# A part of the opening hours that lies in one hour of the day: its first second, and the one after its last.
_Window = tuple[int, int]


def _choose(
    random: Random, shelf: Shelf, habits: Habits, when: tuple[date, Options, tuple[list[_Window], list[int]]]
) -> tuple[datetime, Copy]:
    """A moment, and a copy taken off its shelf for the rest of the day."""
    day, options, opening = when
    morning = day_bounds(day)[0]
    rented_at = _moment(random, morning, opening)
    copy = shelf.choose(random, rented_at)
    if copy.free_from > rented_at:
        # Nothing was on the shelf at that hour: the customer waits for the copy.
        earliest = max(0, math.ceil((copy.free_from - morning).total_seconds()))
        rented_at = _moment(random, morning, _windows(habits, options, earliest))
    return rented_at, copy


def _windows(habits: Habits, options: Options, earliest: int) -> tuple[list[_Window], list[int]]:
    """The opening hours from a second of the day on, and what they weigh up to each: as people came in the hour.

    Any second weighs the same if nobody ever came.
    """
    opens, closes = options.opening_hours
    hours = [hour for hour in range(opens, closes) if (hour + 1) * HOUR > earliest]
    windows = [(max(hour * HOUR, earliest), (hour + 1) * HOUR) for hour in hours]
    weights = [
        habits.hours_of_day.get(hour, 0) * (end - start) for hour, (start, end) in zip(hours, windows, strict=True)
    ]
    if not any(weights):
        weights = [end - start for start, end in windows]
    return windows, list(accumulate(weights))


def _moment(random: Random, morning: datetime, opening: tuple[list[_Window], list[int]]) -> datetime:
    windows, running = opening
    start, end = windows[place_of(random, running)]
    return morning + timedelta(seconds=start + int(random.random() * (end - start)))


def _time_kept(random: Random, habits: Habits, film: Film) -> timedelta:
    """As people kept films: by whole hours, any second within. Where nobody returned one yet, the film's own terms."""
    hours, running = habits.kept
    if not hours:
        return timedelta(days=max(film.rental_days, 1))
    return timedelta(seconds=max(1, hours[place_of(random, running)] * HOUR + int(random.random() * HOUR)))
