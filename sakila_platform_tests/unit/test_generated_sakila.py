"""What the generated shop has in common with Sakila: its size, its habits, and its rules."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from sakila_platform.embedded.sakila.generated.database import GeneratedSakila, generated_sakila
from sakila_platform.embedded.sakila.generated.shop import Row
from sakila_platform.embedded.sakila.verification import TABLES


@pytest.fixture(scope="module")
def sakila() -> GeneratedSakila:
    return generated_sakila()


@pytest.fixture(scope="module")
def rentals(sakila: GeneratedSakila) -> Sequence[Row]:
    return sakila.tables["rental"]


def test_every_table_has_as_many_rows_as_sakilas(sakila: GeneratedSakila) -> None:
    assert set(sakila.rows) == set(TABLES)
    assert dict(sakila.rows) == {
        "actor": 200,
        "address": 603,
        "category": 16,
        "city": 600,
        "country": 109,
        "customer": 599,
        "film": 1000,
        "film_actor": 5462,
        "film_category": 1000,
        "film_text": 1000,
        "inventory": 4581,
        "language": 6,
        "payment": 16044,
        "rental": 16044,
        "staff": 2,
        "store": 2,
    }


def test_the_same_seed_gives_the_same_shop_and_another_seed_another(sakila: GeneratedSakila) -> None:
    assert generated_sakila() == sakila
    assert generated_sakila(seed=1) != sakila


def test_no_copy_is_out_twice_at_once(rentals: Sequence[Row]) -> None:
    outings = defaultdict(list)
    for _, taken, copy, _, returned, *_ in rentals:
        outings[copy].append((taken, returned or datetime.max))
    for outing in outings.values():
        assert all(back <= taken for (_, back), (taken, _) in pairwise(outing))


def test_rentals_come_in_five_bursts_and_183_stay_out(rentals: Sequence[Row]) -> None:
    days = {taken.date() for _, taken, *_ in rentals}
    bursts = [(2005, 5, 24), (2005, 6, 14), (2005, 7, 5), (2005, 7, 26), (2005, 8, 16)]
    expected = {date(*start) + timedelta(days=n) for start in bursts for n in range(8)}
    assert days == expected | {date(2006, 2, 14)}
    assert min(taken for _, taken, *_ in rentals) == datetime(2005, 5, 24, 22, 53, 30)
    assert Counter(taken.date() for _, taken, _, _, returned, *_ in rentals if returned is None) == {
        date(2005, 8, 21): 1,
        date(2006, 2, 14): 182,
    }


def test_films_come_back_after_one_to_nine_days_round_the_clock(rentals: Sequence[Row]) -> None:
    days_out = [(returned - taken) / timedelta(days=1) for _, taken, _, _, returned, *_ in rentals if returned]
    assert 0.75 <= min(days_out) < 1 and 9 < max(days_out) <= 9.25
    hours = Counter(taken.hour for _, taken, *_ in rentals)
    assert len(hours) == 24 and min(hours.values()) > 500


def test_some_customers_films_and_categories_are_asked_for_more(sakila: GeneratedSakila) -> None:
    film_of = {copy: film for copy, film, *_ in sakila.tables["inventory"]}
    category_of = {film: category for film, category, _ in sakila.tables["film_category"]}
    rentals = sakila.tables["rental"]
    for counts, most_over_least in (
        (Counter(customer for _, _, _, customer, *_ in rentals), 2),
        (Counter(film_of[copy] for _, _, copy, *_ in rentals), 4),
        (Counter(category_of[film_of[copy]] for _, _, copy, *_ in rentals), 1.3),
    ):
        assert max(counts.values()) > most_over_least * min(counts.values())


def test_each_rental_is_paid_once_at_the_films_rate_and_a_dollar_per_day_late(sakila: GeneratedSakila) -> None:
    terms = {film[0]: (film[7], film[6]) for film in sakila.tables["film"]}
    film_of = {copy: film for copy, film, *_ in sakila.tables["inventory"]}
    paid = {rental: (amount, moment) for _, _, _, rental, amount, moment, _ in sakila.tables["payment"]}
    for rental_id, taken, copy, _, returned, *_ in sakila.tables["rental"]:
        rate, allowed = terms[film_of[copy]]
        late = max(0, (returned.date() - taken.date()).days - allowed) if returned else 0
        assert paid[rental_id] == (rate + late, taken)
