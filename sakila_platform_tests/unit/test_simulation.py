"""A simulated day, as drawn: the promises that hold for every shop, and the odds that hold on average."""

from __future__ import annotations

import math
from bisect import bisect
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from sakila_platform.rentals.simulation.draws import (
    Customer,
    Film,
    Habits,
    OpenRental,
    Options,
    Rental,
    Shop,
    day_bounds,
    draw_rentals,
    draw_returns,
    late_fee,
)
from sakila_platform.rentals.simulation.shelf import Copy

DAY = date(2006, 3, 1)
MORNING, NIGHT = day_bounds(DAY)
SURELY = 0.001


def shop(*, customers=(), films=(), copies=(), clerks=None, hours=None, kept=None) -> Shop:
    return Shop(
        customers=[Customer(*row) for row in customers],
        films={row[0]: Film(row[0], Decimal("2.99"), 3, row[1]) for row in films},
        copies=[Copy(*row) for row in copies],
        clerks={1: [1], 2: [2], 3: [3]} if clerks is None else clerks,
        habits=Habits(hours or {}, kept or {}),
    )


counts = st.integers(0, 50)
stores = st.integers(1, 3)
times = st.integers(-30 * 3600, 30 * 3600).map(lambda seconds: MORNING + timedelta(seconds=seconds))


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    films = draw(st.lists(counts, min_size=1, max_size=5))
    customers = draw(st.lists(st.tuples(stores, counts), max_size=12))
    copies = draw(st.lists(st.tuples(st.integers(1, len(films)), stores, times), max_size=20))
    return shop(
        customers=[(n, store, past) for n, (store, past) in enumerate(customers, 1)],
        films=list(enumerate(films, 1)),
        copies=[(n, film, store, free) for n, (film, store, free) in enumerate(copies, 1)],
        clerks=draw(st.dictionaries(stores, st.lists(st.integers(1, 9), min_size=1, max_size=2))),
        hours=draw(st.dictionaries(st.integers(0, 23), counts)),
        kept=draw(st.dictionaries(st.integers(0, 240), counts)),
    )


@st.composite
def options(draw: st.DrawFn) -> Options:
    opens = draw(st.integers(0, 23))
    return Options(draw(st.integers(0, 15)), draw(st.integers(1, 5)), (opens, draw(st.integers(opens + 1, 24))))


def possible_renters(shop: Shop, options: Options) -> int:
    """By shop: as many as have a copy for each, where there is a clerk to hand it over."""
    closing = MORNING + timedelta(hours=options.opening_hours[1])
    return sum(
        min(
            sum(customer.store_id == store for customer in shop.customers),
            sum(copy.store_id == store and copy.free_from < closing for copy in shop.copies),
        )
        for store in shop.clerks
    )


@given(shops(), options())
def test_exactly_as_many_distinct_customers_rent_as_asked_for_or_possible(shop: Shop, options: Options) -> None:
    rentals = draw_rentals(DAY, shop, options)

    assert len({rental.customer_id for rental in rentals}) == len(rentals)
    assert len(rentals) == min(options.renters, possible_renters(shop, options))


@given(shops(), options())
def test_a_customer_rents_a_free_copy_of_their_own_shop_from_its_clerk_in_opening_hours(
    shop: Shop, options: Options
) -> None:
    copies = {copy.inventory_id: copy for copy in shop.copies}
    home = {customer.customer_id: customer.store_id for customer in shop.customers}
    opens, closes = options.opening_hours

    for rental in draw_rentals(DAY, shop, options):
        copy = copies[rental.inventory_id]
        assert copy.store_id == home[rental.customer_id]
        assert rental.staff_id in shop.clerks[copy.store_id]
        assert rental.rented_at >= copy.free_from
        assert rental.rented_at.date() == DAY
        assert opens <= rental.rented_at.hour < closes
        assert rental.back_at > rental.rented_at
        assert rental.rented_at.microsecond == 0
        assert rental.amount == shop.films[copy.film_id].rental_rate


@given(shops(), options(), st.randoms())
def test_the_same_day_of_the_same_shop_is_the_same_in_whatever_order_it_was_read(
    shop: Shop, options: Options, random
) -> None:
    shuffled = replace(
        shop,
        customers=random.sample(shop.customers, len(shop.customers)),
        copies=random.sample(shop.copies, len(shop.copies)),
    )

    assert draw_rentals(DAY, shop, options) == draw_rentals(DAY, shuffled, options)


def plain_draw(shop: Shop, options: Options) -> list[Rental]:
    """The rule as one would say it: each time, all that can be chosen is listed with its weight, and one is drawn."""
    random = Random(f"rentals of {DAY}")
    opens, closes = options.opening_hours
    on_shelf: dict[int, dict[int, list[Copy]]] = {}
    for copy in sorted(shop.copies, key=lambda copy: copy.inventory_id):
        if copy.free_from < MORNING + timedelta(hours=closes):
            on_shelf.setdefault(copy.store_id, {}).setdefault(copy.film_id, []).append(copy)

    def drawn(choices: list, weights: list[int]):
        running = list(accumulate(weights))
        return choices[bisect(running, random.random() * running[-1], hi=len(running) - 1)]

    def moment(earliest: int) -> datetime:
        spans = [(max(hour * 3600, earliest), hour * 3600 + 3600, hour) for hour in range(opens, closes)]
        spans = [span for span in spans if span[0] < span[1]]
        weights = [shop.habits.hours_of_day.get(hour, 0) * (end - start) for start, end, hour in spans]
        start, end, _ = drawn(spans, weights if any(weights) else [end - start for start, end, _ in spans])
        return MORNING + timedelta(seconds=start + int(random.random() * (end - start)))

    keyed = [
        (-math.log(1.0 - random.random()) / (customer.past_rentals + options.smoothing), customer.customer_id, customer)
        for customer in sorted(shop.customers, key=lambda customer: customer.customer_id)
    ]
    rentals: list[Rental] = []
    for _, _, customer in sorted(keyed, key=lambda entry: entry[:2]):
        shelf, clerks = on_shelf.get(customer.store_id), shop.clerks.get(customer.store_id)
        if len(rentals) == options.renters or not shelf or not clerks:
            continue
        rented_at = moment(0)
        free = {film: [copy for copy in copies if copy.free_from <= rented_at] for film, copies in shelf.items()}
        choices = {film: copies for film, copies in free.items() if copies} or shelf
        film = shop.films[drawn(list(choices), [shop.films[f].past_rentals + options.smoothing for f in choices])]
        copy = drawn(choices[film.film_id], [1] * len(choices[film.film_id]))
        if copy.free_from > rented_at:
            rented_at = moment(max(0, math.ceil((copy.free_from - MORNING).total_seconds())))
        shelf[film.film_id].remove(copy)
        if not shelf[film.film_id]:
            del shelf[film.film_id]
        kept = timedelta(days=film.rental_days)
        if any(shop.habits.hours_kept.values()):
            hours = sorted(shop.habits.hours_kept)
            hour = drawn(hours, [shop.habits.hours_kept[h] for h in hours])
            kept = timedelta(seconds=max(1, hour * 3600 + int(random.random() * 3600)))
        clerk = drawn(clerks, [1] * len(clerks))
        rentals.append(
            Rental(rented_at, rented_at + kept, customer.customer_id, copy.inventory_id, clerk, film.rental_rate)
        )
    return sorted(rentals, key=lambda rental: (rental.rented_at, rental.inventory_id))


@settings(max_examples=300)
@given(shops(), options())
def test_what_is_drawn_is_what_listing_all_choices_each_time_would_draw(shop: Shop, options: Options) -> None:
    assert draw_rentals(DAY, shop, options) == plain_draw(shop, options)


def test_another_day_is_another_draw() -> None:
    one = shop(customers=[(n, 1, 0) for n in range(50)], films=[(1, 0)], copies=[(n, 1, 1, MORNING) for n in range(50)])

    today = draw_rentals(DAY, one, Options(renters=10))
    tomorrow = draw_rentals(DAY + timedelta(days=1), one, Options(renters=10))

    assert [r.customer_id for r in today] != [r.customer_id for r in tomorrow]


@dataclass
class Diary:
    """A shop that lives from day to day: what the database would keep."""

    shop: Shop
    open: list[OpenRental] = field(default_factory=list)
    spans: list[tuple[int, datetime, datetime]] = field(default_factory=list)

    def live(self, day: date, options: Options) -> None:
        due = draw_returns(day, self.open)
        free = {back.rental.inventory_id: back.returned_at for back in due}
        out = {rental.inventory_id for rental in self.open} - set(free)
        shelf = [
            replace(copy, free_from=max(copy.free_from, free.get(copy.inventory_id, copy.free_from)))
            for copy in self.shop.copies
            if copy.inventory_id not in out
        ]
        rentals = draw_rentals(day, replace(self.shop, copies=shelf), options)
        self.open += [opened(rental, len(self.spans) + n) for n, rental in enumerate(rentals)]
        back = draw_returns(day, self.open)
        self.spans += [(each.rental.inventory_id, each.rental.rented_at, each.returned_at) for each in back]
        self.open = [rental for rental in self.open if rental not in [each.rental for each in back]]
        last = {each.rental.inventory_id: each.returned_at for each in back}
        self.shop = replace(
            self.shop,
            copies=[replace(c, free_from=last.get(c.inventory_id, c.free_from)) for c in self.shop.copies],
        )
        assert all(each.returned_at.date() == day for each in back)


def opened(rental: Rental, number: int) -> OpenRental:
    return OpenRental(
        number, rental.customer_id, rental.inventory_id, rental.staff_id, rental.rented_at, rental.back_at, 3
    )


@settings(max_examples=50)
@given(shops(), options(), st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_no_copy_is_out_twice_at_once_and_none_is_back_before_it_went_out(
    shop: Shop, options: Options, steps: list[int]
) -> None:
    diary = Diary(shop)
    day = DAY
    for step in steps:
        diary.live(day, options)
        day += timedelta(days=step)

    out_to_the_end = [(rental.inventory_id, rental.rented_at, datetime.max) for rental in diary.open]
    spans = sorted(diary.spans + out_to_the_end)
    assert all(went < came for _, went, came in spans)
    for (copy, _, came), (next_copy, went_again, _) in pairwise(spans):
        assert copy != next_copy or came <= went_again


def test_the_first_customer_drawn_is_as_likely_as_their_past_rentals() -> None:
    past = [0, 1, 3, 9, 27, 60]
    one = shop(
        customers=[(n, 1, rentals) for n, rentals in enumerate(past)], films=[(1, 0)], copies=[(1, 1, 1, MORNING)]
    )

    drawn = Counter(rental.customer_id for rental in many_days(one, Options(renters=1), 4000))

    expected = [4000 * (rentals + 1) / sum(rentals + 1 for rentals in past) for rentals in past]
    assert chisquare([drawn[n] for n in range(len(past))], expected).pvalue > SURELY


def test_the_second_customer_is_as_likely_as_their_past_rentals_among_those_left() -> None:
    weights = [1, 2, 3, 6]
    one = shop(
        customers=[(n, 1, weight - 1) for n, weight in enumerate(weights)],
        films=[(1, 0)],
        copies=[(1, 1, 1, MORNING), (2, 1, 1, MORNING)],
    )

    days = 4000
    pairs = Counter(
        frozenset(r.customer_id for r in draw_rentals(DAY + timedelta(days=n), at(one, n), Options(renters=2)))
        for n in range(days)
    )

    total = sum(weights)
    chances = {
        frozenset((a, b)): weights[a] / total * weights[b] / (total - weights[a])
        + weights[b] / total * weights[a] / (total - weights[b])
        for a in range(4)
        for b in range(a)
    }
    observed, expected = zip(*((pairs[pair], days * chance) for pair, chance in chances.items()), strict=True)
    assert chisquare(observed, expected).pvalue > SURELY


def test_a_film_is_as_likely_as_its_past_rentals_however_many_copies_it_has() -> None:
    past = {1: 0, 2: 4, 3: 19}
    one = shop(
        customers=[(1, 1, 5)],
        films=list(past.items()),
        copies=[(1, 1, 1, MORNING), (2, 1, 1, MORNING), (3, 1, 1, MORNING), (4, 2, 1, MORNING), (5, 3, 1, MORNING)],
    )
    film_of = {copy.inventory_id: copy.film_id for copy in one.copies}

    drawn = Counter(film_of[rental.inventory_id] for rental in many_days(one, Options(renters=1), 3000))

    expected = [3000 * (rentals + 1) / 26 for rentals in past.values()]
    assert chisquare([drawn[film] for film in past], expected).pvalue > SURELY


def test_rentals_follow_the_hours_in_which_people_came_while_the_shop_is_open() -> None:
    one = shop(
        customers=[(1, 1, 0)],
        films=[(1, 0)],
        copies=[(1, 1, 1, MORNING)],
        hours={3: 500, 9: 10, 10: 20, 17: 70},
    )

    drawn = Counter(rental.rented_at.hour for rental in many_days(one, Options(1, 1, (9, 18)), 2000))

    assert set(drawn) == {9, 10, 17}
    assert chisquare([drawn[9], drawn[10], drawn[17]], [200, 400, 1400]).pvalue > SURELY


def test_rentals_last_as_long_as_people_kept_films() -> None:
    one = shop(customers=[(1, 1, 0)], films=[(1, 0)], copies=[(1, 1, 1, MORNING)], kept={20: 1, 50: 3, 200: 4})

    drawn = Counter(int((r.back_at - r.rented_at) / timedelta(hours=1)) for r in many_days(one, Options(1), 1600))

    assert chisquare([drawn[20], drawn[50], drawn[200]], [200, 600, 800]).pvalue > SURELY


def test_where_nobody_returned_a_film_yet_it_comes_back_when_it_is_due() -> None:
    one = shop(customers=[(1, 1, 0)], films=[(1, 0)], copies=[(1, 1, 1, MORNING)])

    (rental,) = draw_rentals(DAY, one, Options())

    assert rental.back_at - rental.rented_at == timedelta(days=3)


def test_a_customer_waits_for_the_copy_that_comes_back_in_the_evening() -> None:
    evening = MORNING + timedelta(hours=20, minutes=30)
    one = shop(customers=[(1, 1, 0)], films=[(1, 0)], copies=[(1, 1, 1, evening)], hours={10: 99, 21: 1})

    (rental,) = draw_rentals(DAY, one, Options())

    assert evening <= rental.rented_at < NIGHT


def test_what_was_due_on_a_day_nobody_simulated_comes_back_at_the_first_moment_of_the_next_one() -> None:
    rented_at = datetime(2006, 2, 20, 18)
    due = OpenRental(1, 7, 8, 1, rented_at, datetime(2006, 2, 24, 9), 3)
    later = replace(due, rental_id=2, back_at=NIGHT)

    (back,) = draw_returns(DAY, [due, later])

    assert (back.rental.rental_id, back.returned_at, back.late_fee) == (1, MORNING, Decimal("6.00"))


@pytest.mark.parametrize(
    ("rented_at", "returned_at", "rental_days", "fee"),
    [
        ("2006-03-01 23:59:59", "2006-03-05 00:00:00", 4, "0.00"),
        ("2006-03-01 23:59:59", "2006-03-05 00:00:00", 3, "1.00"),
        ("2006-03-01 00:00:00", "2006-03-04 23:59:59", 3, "0.00"),
        ("2006-02-26 12:00:00", "2006-03-03 12:00:00", 3, "2.00"),
        ("2006-03-01 12:00:00", "2006-03-01 13:00:00", 7, "0.00"),
        ("2006-03-01 12:00:00", "2024-03-01 12:00:00", 3, "999.99"),
    ],
)
def test_a_late_fee_is_one_for_each_calendar_day_beyond_the_films_duration(
    rented_at: str, returned_at: str, rental_days: int, fee: str
) -> None:
    counted = late_fee(datetime.fromisoformat(rented_at), datetime.fromisoformat(returned_at), rental_days)

    assert counted == Decimal(fee)


def at(shop: Shop, days_later: int) -> Shop:
    """The same shop on a later morning."""
    return replace(
        shop, copies=[replace(copy, free_from=copy.free_from + timedelta(days=days_later)) for copy in shop.copies]
    )


def many_days(shop: Shop, options: Options, days: int) -> list[Rental]:
    """The rentals of many days that know nothing of each other."""
    return [rental for n in range(days) for rental in draw_rentals(DAY + timedelta(days=n), at(shop, n), options)]
