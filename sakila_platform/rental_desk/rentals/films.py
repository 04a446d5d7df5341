"""Films as the counter sees them: which are rented out here, for how much, and how many copies are in the shop."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from decimal import Decimal

from pymysql.cursors import Cursor

from sakila_platform.model.days import Clock

# A copy is out while a rental of it has no return date. The films first, so that only their copies are counted.
_FILMS = """
SELECT film.film_id, film.title, film.release_year, film.rating, film.rental_rate, film.rental_duration,
       COUNT(DISTINCT inventory.inventory_id), COUNT(DISTINCT rental.inventory_id)
FROM (
  SELECT film_id, title, release_year, rating, rental_rate, rental_duration, {rank} AS film_rank
  FROM film WHERE {condition} ORDER BY film_rank, title, film_id LIMIT %(most)s OFFSET %(skipped)s
) AS film
LEFT JOIN inventory ON inventory.film_id = film.film_id AND (%(store)s IS NULL OR inventory.store_id = %(store)s)
LEFT JOIN rental ON rental.inventory_id = inventory.inventory_id AND rental.return_date IS NULL
GROUP BY film.film_id, film.title, film.release_year, film.rating, film.rental_rate, film.rental_duration,
         film.film_rank
ORDER BY film.film_rank, film.title, film.film_id
"""


@dataclass(frozen=True)
class Film:
    """A film and its copies, of one store or of all. `rental_rate` is in dollars for `rental_days`."""

    film_id: int
    title: str
    release_year: int | None
    rating: str | None
    rental_rate: Decimal
    rental_days: int
    copies: int
    copies_out: int

    @property
    def copies_in_shop(self) -> int:
        """Copies that could be rented now."""
        return self.copies - self.copies_out


@dataclass(frozen=True)
class Search:
    """Which films: those whose title contains every word; of copies, those of a store (None: of all)."""

    words: str = ""
    store_id: int | None = None
    most: int = 20
    skipped: int = 0


def films(cursor: Cursor, search: Search) -> list[Film]:
    """Films by title, those first whose title begins as the words do."""
    words = search.words.split()[:10]
    values: dict[str, object] = {"store": search.store_id, "most": search.most, "skipped": search.skipped}
    values |= {f"word_{n}": f"%{_literal(word)}%" for n, word in enumerate(words)}
    values["begins"] = f"{_literal(' '.join(words))}%"
    condition = " AND ".join(f"title LIKE %(word_{n})s" for n in range(len(words))) or "TRUE"
    cursor.execute(_FILMS.format(condition=condition, rank="title NOT LIKE %(begins)s"), values)
    return [Film(*row) for row in cursor.fetchall()]


def films_by_id(cursor: Cursor, film_ids: Sequence[int], store_id: int | None) -> list[Film]:
    """These films by title; those that there are."""
    if not film_ids:
        return []
    cursor.execute(
        _FILMS.format(condition="film_id IN %(films)s", rank="0"),
        {"films": tuple(film_ids), "store": store_id, "most": len(film_ids), "skipped": 0},
    )
    return [Film(*row) for row in cursor.fetchall()]


def known_since(cursor: Cursor, film_id: int, clock: Clock) -> datetime | None:
    """Since when a film is in the shop: its first rental, or when its first copy was entered if that is earlier.

    Sakila says of no copy when it was bought. None where the film has no copy.
    """
    cursor.execute(
        "SELECT MIN(inventory.last_update), MIN(rental.rental_date) "
        "FROM inventory LEFT JOIN rental ON rental.inventory_id = inventory.inventory_id WHERE inventory.film_id = %s",
        [film_id],
    )
    entered, first_rented = cursor.fetchone() or (None, None)
    known = [first_rented] if isinstance(first_rented, datetime) else []
    if isinstance(entered, datetime):
        # A TIMESTAMP: an instant, read in UTC.
        known.append(entered.replace(tzinfo=timezone.utc).astimezone(clock.zone).replace(tzinfo=None))
    return min(known, default=None)


def stores(cursor: Cursor) -> list[tuple[int, str]]:
    """The shop's stores: number, and the city that each is in."""
    cursor.execute(
        "SELECT store_id, city FROM store JOIN address USING (address_id) JOIN city USING (city_id) ORDER BY store_id"
    )
    return list(cursor.fetchall())


def _literal(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)
