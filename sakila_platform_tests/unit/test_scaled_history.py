"""What a multiplied history keeps of the recorded one."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sakila_platform.embedded.sakila import scaled_history
from sakila_platform.embedded.sakila.scale import scaled_days
from sakila_platform.embedded.sakila.scaled_history import DrawnRentals, RecordedRentals, ScaledCalendar, drawn_rentals
from sakila_platform.errors import PlatformError

MIDNIGHT = 1_116_892_800  # 2005-05-24
STAFF = np.array([1, 2])


def recorded(customers: int = 3) -> RecordedRentals:
    """A tiny shop in which keys collide often: two seconds of the day, two copies."""
    count = 2 * customers
    return RecordedRentals(
        taken=MIDNIGHT + np.arange(count) % 2,
        copy=1 + np.arange(count) % 2,
        customer=1 + np.arange(count) // 2,
        rate_cents=np.full(count, 299),
        allowed_days=np.full(count, 3),
    )


def drawn(calendar: ScaledCalendar, seed: int = 1, customers: int = 3) -> DrawnRentals:
    pieces = list(drawn_rentals(recorded(customers), STAFF, calendar, seed))
    return DrawnRentals(*(np.concatenate([getattr(piece, name) for piece in pieces]) for name in vars(pieces[0])))


def test_the_asked_number_of_rentals_falls_on_the_asked_days_in_order() -> None:
    rentals = drawn(ScaledCalendar(date(2005, 5, 24), days=60, rentals=200))
    assert len(rentals) == 200
    assert (np.diff(rentals.taken) >= 0).all()
    days = (rentals.taken - MIDNIGHT) // 86_400
    assert days.min() >= 0 and days.max() <= 59


def test_no_moment_copy_and_customer_come_twice_nor_what_is_recorded() -> None:
    rentals = drawn(ScaledCalendar(date(2005, 5, 24), days=40, rentals=120))
    known = recorded()
    keys = list(zip(rentals.taken, rentals.copy, rentals.customer, strict=True))
    assert len(set(keys)) == 120
    assert not set(keys) & set(zip(known.taken, known.copy, known.customer, strict=True))


def test_more_rentals_than_times_copies_and_customers_allow_are_refused() -> None:
    with pytest.raises(PlatformError, match="13 rentals don't fit on these days"):
        drawn(ScaledCalendar(date(2005, 5, 24), days=1, rentals=13))


def test_every_rental_comes_back_after_one_to_nine_days_and_pays_for_each_day_late() -> None:
    rentals = drawn(ScaledCalendar(date(2005, 5, 24), days=400, rentals=2_000), customers=10)
    hours = (rentals.returned - rentals.taken) / 3_600
    assert hours.min() >= 18 and hours.max() <= 9 * 24 + 6
    days = rentals.returned // 86_400 - rentals.taken // 86_400
    assert (rentals.amount_cents == 299 + 100 * np.maximum(days - 3, 0)).all()


def test_the_same_seed_gives_the_same_rentals_in_pieces_of_any_number(monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = ScaledCalendar(date(2005, 5, 24), days=50, rentals=100)
    monkeypatch.setattr(scaled_history, "RENTALS_PER_CHUNK", 10)
    once, again, other = drawn(calendar), drawn(calendar), drawn(calendar, seed=2)
    assert (once.taken == again.taken).all() and (once.returned == again.returned).all()
    assert not (once.returned == other.returned).all()


@pytest.mark.parametrize(("n", "days"), [(1, 4), (10, 36), (200, 730), (400, 1460)])
def test_the_calendar_grows_with_the_scale(n: int, days: int) -> None:
    assert scaled_days(n) == days
