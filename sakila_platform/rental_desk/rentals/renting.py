"""A rental: one transaction in which copies are locked, rentals and payments written and then dated. All films or none.

What keeps two customers from one copy: who rents a copy holds its row in `inventory` from before he looks whether it
is out until he has committed, so nobody can look in between. The daily simulation holds the same rows. What keeps one
customer from two copies of a film: the customer's row is held likewise, so what is sent twice at once comes one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pymysql
from pymysql.constants import ER
from pymysql.cursors import Cursor

from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.accounts.people import Person, Visitor, held_customer_by_document, home_store_id
from sakila_platform.rental_desk.refusals import Conflict, Invalid, NotAllowed, ShopClosed
from sakila_platform.rental_desk.rentals.counter_time import as_known_since, counter_time
from sakila_platform.rental_desk.rentals.films import known_since

MOST_FILMS = 20
# What servers say when an AUTO_INCREMENT column has no number left (MariaDB: 167 or 1467, MySQL: 1062 or 1467).
_NO_NUMBER_LEFT = (167, 1467, ER.DUP_ENTRY, ER.WARN_DATA_OUT_OF_RANGE)

# With the copy that the customer has already: out now, or out at that moment.
_FILM = """
SELECT film.title, film.rental_rate, film.rental_duration, (
    SELECT rental.inventory_id FROM inventory JOIN rental ON rental.inventory_id = inventory.inventory_id
    WHERE inventory.film_id = film.film_id AND rental.customer_id = %(customer)s
      AND (rental.return_date IS NULL OR (rental.rental_date <= %(at)s AND rental.return_date > %(at)s))
    LIMIT 1
  )
FROM film WHERE film.film_id = %(film)s
"""
_CLERK = (
    "SELECT COALESCE(staff.staff_id, store.manager_staff_id) FROM store "
    "LEFT JOIN staff ON staff.staff_id = %s AND staff.active WHERE store.store_id = %s"
)
# A copy is free at a moment when nobody has it then or takes it later.
_TAKEN = (
    "SELECT 1 FROM rental WHERE rental.inventory_id = inventory.inventory_id "
    "AND (rental.return_date IS NULL OR rental.return_date > %(at)s OR rental.rental_date >= %(at)s)"
)
_HOLD_A_COPY = (
    "SELECT inventory_id FROM inventory WHERE film_id = %(film)s AND store_id = %(store)s "
    f"AND inventory_id > %(after)s AND NOT EXISTS ({_TAKEN}) ORDER BY inventory_id LIMIT 1 FOR UPDATE SKIP LOCKED"
)
_IS_STILL_FREE = f"SELECT 1 FROM inventory WHERE inventory_id = %(copy)s AND NOT EXISTS ({_TAKEN})"
_RENT = "INSERT INTO rental (rental_date, inventory_id, customer_id, staff_id) VALUES (%s, %s, %s, %s)"
_PAY = "INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date) VALUES (%s, %s, %s, %s, %s)"
# Sakila's triggers put NOW() in place of the dates that are inserted.
_DATE_RENTAL = "UPDATE rental SET rental_date = %s WHERE rental_id = %s"
_DATE_PAYMENT = "UPDATE payment SET payment_date = %s WHERE payment_id = %s"


@dataclass(frozen=True)
class RentalRequest:
    """What somebody wants to rent: films of a store, for the customer of a document, at a moment (None: now)."""

    document: str
    film_ids: Sequence[int]
    store_id: int | None = None
    date: str | None = None


@dataclass(frozen=True)
class Rental:
    """A rental that was written. `amount` is what was paid, in dollars."""

    rental_id: int
    inventory_id: int
    film_id: int
    title: str
    rental_date: datetime
    due_date: datetime
    amount: Decimal


def rent(cursor: Cursor, asked: RentalRequest, by: Visitor, clock: Clock) -> tuple[Person, list[Rental]]:
    """Rent all films, or none: the customer and a rental for each film.

    Raises Invalid for what can't be, NotAllowed for what the person may not do, Conflict when a film has no copy left.
    """
    _require_films(asked.film_ids)
    moment = counter_time(asked.date, clock)
    customer = _customer(cursor, asked.document, by)
    if not by.is_staff and moment.date() != clock.today():
        raise NotAllowed("Customers rent for today. Ask at the counter for another day.", "date")
    store_id = asked.store_id or home_store_id(cursor, by)
    clerk = _clerk(cursor, by, store_id)
    # In one order for all, so that two requests for the same films don't wait for each other.
    numbers = sorted(asked.film_ids)
    rented = {film_id: _rent_one(cursor, film_id, (customer, clerk, store_id), (moment, clock)) for film_id in numbers}
    return customer, [rented[film_id] for film_id in asked.film_ids]


def _require_films(film_ids: Sequence[int]) -> None:
    if not film_ids:
        raise Invalid("Choose at least one film.", "films")
    if len(film_ids) > MOST_FILMS:
        raise Invalid(f"At most {MOST_FILMS} films can be rented at once.", "films")
    if len(set(film_ids)) < len(film_ids):
        raise Invalid("A film is listed twice: a customer takes one copy of a film.", "films")


def _customer(cursor: Cursor, document: str, by: Visitor) -> Person:
    customer = held_customer_by_document(cursor, document)
    if not by.is_staff and (customer is None or customer.usuario_id != by.usuario_id):
        raise NotAllowed("Customers rent for themselves: give your own document.", "document")
    if customer is None:
        raise Invalid("No customer has that document. Correct it, or register the customer first.", "document")
    if not customer.is_active_customer:
        raise Invalid(f"{customer.full_name} is no longer an active customer.", "document")
    return customer


def _clerk(cursor: Cursor, by: Visitor, store_id: int) -> int:
    """Who rents out: the clerk, for a customer without one the store's manager."""
    cursor.execute(_CLERK, [by.staff_id, store_id])
    row = cursor.fetchone()
    if row is None:
        raise Invalid(f"There is no store {store_id}.", "store_id")
    return row[0]


def _rent_one(cursor: Cursor, film_id: int, parties: tuple[Person, int, int], when: tuple[datetime, Clock]) -> Rental:
    (customer, clerk, store_id), (moment, clock) = parties, when
    cursor.execute(_FILM, {"film": film_id, "customer": customer.customer_id, "at": moment})
    film = cursor.fetchone()
    if film is None:
        raise Invalid(f"There is no film {film_id}.", "films")
    title, rate, days, has_already = film
    if has_already:
        raise Conflict(
            f"{title} is rented already to {customer.full_name}, who has copy {has_already}: "
            "a customer takes one copy of a film.",
            "films",
        )
    if moment.date() < clock.today():
        since = known_since(cursor, film_id, clock)
        if since:
            as_known_since(title, moment, since)
    copy = _held_copy(cursor, film_id, store_id, moment)
    if copy is None:
        raise Conflict(_why_none(cursor, film_id, title, store_id, moment), "films")
    rental_id = _write(cursor, (moment, copy, customer.customer_id, clerk), rate)
    return Rental(rental_id, copy, film_id, title, moment, moment + timedelta(days=days), rate)


def _held_copy(cursor: Cursor, film_id: int, store_id: int, moment: datetime) -> int | None:
    """A free copy whose row we hold until the transaction ends; None where there is none."""
    after = 0
    while True:
        cursor.execute(_HOLD_A_COPY, {"film": film_id, "store": store_id, "at": moment, "after": after})
        row = cursor.fetchone()
        if row is None:
            return None
        # Between our look and our lock somebody may have rented it and committed.
        cursor.execute(_IS_STILL_FREE, {"copy": row[0], "at": moment})
        if cursor.fetchone():
            return row[0]
        after = row[0]


def _write(cursor: Cursor, row: tuple, amount: Decimal) -> int:
    moment, _, customer_id, clerk = row
    try:
        cursor.execute(_RENT, row)
        rental_id = cursor.lastrowid
        cursor.execute(_PAY, [customer_id, clerk, rental_id, amount, moment])
        payment_id = cursor.lastrowid
    except pymysql.err.MySQLError as error:
        if error.args[0] not in _NO_NUMBER_LEFT:
            raise
        raise ShopClosed(
            "The shop's tables have no number left for a rental or payment. Tell the people who run the database: "
            "ALTER TABLE payment MODIFY payment_id INT UNSIGNED NOT NULL AUTO_INCREMENT"
        ) from None
    cursor.execute(_DATE_RENTAL, [moment, rental_id])
    cursor.execute(_DATE_PAYMENT, [moment, payment_id])
    return rental_id


def _why_none(cursor: Cursor, film_id: int, title: str, store_id: int, moment: datetime) -> str:
    cursor.execute("SELECT store_id, COUNT(*) FROM inventory WHERE film_id = %s GROUP BY store_id", [film_id])
    copies = dict(cursor.fetchall())
    if not copies:
        return f"The shop has no copy of {title}."
    if store_id not in copies:
        return f"Store {store_id} has no copy of {title}; store {min(copies)} has {copies[min(copies)]}."
    count = copies[store_id]
    which = "Its only copy" if count == 1 else f"All {count} copies"
    return f"{which} of {title} in store {store_id} {'is' if count == 1 else 'are'} out at {moment:%Y-%m-%d %H:%M}."
