"""The standing part of a generated shop: places, people, films and copies. Pure and seeded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import product
from random import Random

from sakila_platform.embedded.sakila.generated import words

Row = tuple[object, ...]

COUNTRIES, CITIES, ADDRESSES = 109, 600, 603
STORES = STAFF = 2
CUSTOMERS, INACTIVE_CUSTOMERS, CUSTOMERS_OF_FIRST_STORE = 599, 15, 326
ACTORS, FILMS, FILM_ACTORS = 200, 1000, 5462
COPIES, FILMS_WITH_COPIES, MOST_COPIES = 4581, 958, 8
UPDATED = datetime(2006, 2, 15, 4, 34, 33)
JOINED = datetime(2006, 2, 14, 22, 4, 36)


def shop_tables(random: Random) -> dict[str, list[Row]]:
    """Every table that is not an event, as rows in the order of its columns."""
    return _places(random) | _people(random) | _films(random)


def _picked(random: Random, names: Sequence[str], count: int) -> list[str]:
    return random.sample(names, count)


def _places(random: Random) -> dict[str, list[Row]]:
    stems = ["".join(parts) for parts in product(words.PLACE_BEGINNINGS, words.PLACE_MIDDLES)]
    countries = _picked(random, [stem + end for stem, end in product(stems, words.COUNTRY_ENDINGS)], COUNTRIES)
    cities = _picked(random, [stem + end for stem, end in product(stems, words.PLACE_ENDINGS)], CITIES)
    return {
        "country": [(n, name, UPDATED) for n, name in enumerate(sorted(countries), 1)],
        # A square of a random number favours the low ids: some countries have many cities, most have few.
        "city": [
            (n, name, 1 + int(COUNTRIES * random.random() ** 2), UPDATED) for n, name in enumerate(sorted(cities), 1)
        ],
        "address": [_address(random, n) for n in range(1, ADDRESSES + 1)],
    }


def _address(random: Random, address_id: int) -> Row:
    street = f"{random.randint(1, 1999)} {random.choice(words.STREET_NAMES)} {random.choice(words.STREET_KINDS)}"
    postal_code, phone = f"{random.randrange(100_000):05d}", f"{random.randrange(10**12):012d}"
    city_id = random.randint(1, CITIES)
    return (address_id, street, None, random.choice(words.DISTRICTS), city_id, postal_code, phone, UPDATED)


def _people(random: Random) -> dict[str, list[Row]]:
    names = _picked_names(random, STAFF + CUSTOMERS)
    staff: list[Row] = [
        (
            n,
            first.title(),
            last.title(),
            n,
            None,
            f"{first}.{last}@shop.example".lower(),
            n,
            1,
            first.title(),
            None,
            UPDATED,
        )
        for n, (first, last) in enumerate(names[:STAFF], 1)
    ]
    inactive = set(random.sample(range(1, CUSTOMERS + 1), INACTIVE_CUSTOMERS))
    homes = random.sample(range(STAFF + STORES + 1, ADDRESSES + 1), CUSTOMERS)
    first_store = set(random.sample(range(1, CUSTOMERS + 1), CUSTOMERS_OF_FIRST_STORE))
    customers: list[Row] = []
    for n, ((first, last), home) in enumerate(zip(names[STAFF:], homes, strict=True), 1):
        email = f"{first}.{last}@customer.example"
        store = 1 if n in first_store else 2
        customers.append((n, store, first, last, email, home, int(n not in inactive), JOINED, UPDATED))
    return {
        "staff": staff,
        "store": [(n, n, STAFF + n, UPDATED) for n in range(1, STORES + 1)],
        "customer": customers,
    }


def _picked_names(random: Random, count: int) -> list[tuple[str, str]]:
    return random.sample(list(product(words.FIRST_NAMES, words.LAST_NAMES)), count)


def _films(random: Random) -> dict[str, list[Row]]:
    titles = _picked(random, [" ".join(pair) for pair in product(words.TITLE_QUALITIES, words.TITLE_THINGS)], FILMS)
    casts = random.sample(range(ACTORS * FILMS), FILM_ACTORS)
    categories = [1 + n % len(words.CATEGORY_APPEAL) for n in range(FILMS)]
    random.shuffle(categories)
    return {
        "language": [(n, name, UPDATED) for n, name in enumerate(words.LANGUAGES, 1)],
        "category": [(n, name, UPDATED) for n, name in enumerate(words.CATEGORY_APPEAL, 1)],
        "actor": [(n, first, last, UPDATED) for n, (first, last) in enumerate(_picked_names(random, ACTORS), 1)],
        "film": [_film(random, n, title) for n, title in enumerate(sorted(titles), 1)],
        "film_category": [(n, category, UPDATED) for n, category in enumerate(categories, 1)],
        "film_actor": [(1 + pair // FILMS, 1 + pair % FILMS, UPDATED) for pair in sorted(casts)],
        "inventory": _copies(random),
    }


def _film(random: Random, film_id: int, title: str) -> Row:
    story = (
        f"A {random.choice(words.STORY_KINDS)} of a {random.choice(words.STORY_HEROES)} who must "
        f"{random.choice(words.STORY_GOALS)} in {random.choice(words.STORY_PLACES)}"
    )
    features = [feature for feature in words.FEATURES if random.random() < 0.5] or [random.choice(words.FEATURES)]
    return (
        film_id,
        title,
        story,
        2006,
        1,
        None,
        random.randint(3, 7),
        Decimal(random.choice(("0.99", "2.99", "4.99"))),
        random.randint(46, 185),
        Decimal(random.randint(9, 29)) + Decimal("0.99"),
        random.choice(words.RATINGS),
        ",".join(features),
        UPDATED,
    )


def _copies(random: Random) -> list[Row]:
    films = sorted(random.sample(range(1, FILMS + 1), FILMS_WITH_COPIES))
    copies = dict.fromkeys(films, 2)
    while sum(copies.values()) < COPIES:
        film = random.choice(films)
        copies[film] = min(copies[film] + 1, MOST_COPIES)
    owned = [film for film in films for _ in range(copies[film])]
    return [(n, film, random.randint(1, STORES), UPDATED) for n, film in enumerate(owned, 1)]
