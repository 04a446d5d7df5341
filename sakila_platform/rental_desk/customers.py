"""What the counter tells of a customer and of a day: what is out, what is owed, what was rented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from pymysql.cursors import Cursor

# The arithmetic of Sakila's function get_customer_balance, which is DECIMAL(5,2) and fails where more is owed: the
# rates of what was taken, a dollar for each day that came back late, less what was paid; all of it by a moment.
_BALANCE = """
SELECT
  COALESCE((
    SELECT SUM(film.rental_rate + CASE
      WHEN TO_DAYS(rental.return_date) - TO_DAYS(rental.rental_date) > film.rental_duration
      THEN TO_DAYS(rental.return_date) - TO_DAYS(rental.rental_date) - film.rental_duration ELSE 0 END)
    FROM rental
    JOIN inventory ON inventory.inventory_id = rental.inventory_id
    JOIN film ON film.film_id = inventory.film_id
    WHERE rental.customer_id = %(customer)s AND rental.rental_date <= %(at)s
  ), 0) - COALESCE((
    SELECT SUM(payment.amount) FROM payment WHERE payment.customer_id = %(customer)s AND payment.payment_date <= %(at)s
  ), 0)
"""
_RENTALS = """
SELECT rental.rental_id, rental.inventory_id, film.title, inventory.store_id, rental.rental_date, rental.return_date,
       film.rental_duration, customer.customer_id, CONCAT(customer.first_name, ' ', customer.last_name)
FROM rental
JOIN inventory ON inventory.inventory_id = rental.inventory_id
JOIN film ON film.film_id = inventory.film_id
JOIN customer ON customer.customer_id = rental.customer_id
WHERE {condition}
ORDER BY rental.rental_date DESC, rental.rental_id DESC
LIMIT %(most)s
"""


@dataclass(frozen=True)
class RentalLine:
    """A rental as a list shows it."""

    rental_id: int
    inventory_id: int
    title: str
    store_id: int
    rental_date: datetime
    return_date: datetime | None
    rental_days: int
    customer_id: int
    customer_name: str

    @property
    def due_date(self) -> date:
        """The last day that was paid for."""
        return self.rental_date.date() + timedelta(days=self.rental_days)


def balance(cursor: Cursor, customer_id: int, at: datetime) -> Decimal:
    """What a customer owes at a moment, in dollars; below zero what the shop owes."""
    cursor.execute(_BALANCE, {"customer": customer_id, "at": at})
    ((owed,),) = cursor.fetchall()
    return Decimal(owed).quantize(Decimal("0.01"))


def open_rentals(cursor: Cursor, customer_id: int, most: int = 100) -> list[RentalLine]:
    """What a customer has at home, the newest first."""
    condition = "rental.customer_id = %(customer)s AND rental.return_date IS NULL"
    cursor.execute(_RENTALS.format(condition=condition), {"customer": customer_id, "most": most})
    return [RentalLine(*row) for row in cursor.fetchall()]


def rentals_of_day(cursor: Cursor, day: date, most: int = 500) -> list[RentalLine]:
    """What was rented on a day, the newest first."""
    cursor.execute(
        _RENTALS.format(condition="rental.rental_date >= %(day)s AND rental.rental_date < %(next)s"),
        {"day": day, "next": day + timedelta(days=1), "most": most},
    )
    return [RentalLine(*row) for row in cursor.fetchall()]


def open_rental_of_copy(cursor: Cursor, inventory_id: int) -> RentalLine | None:
    """Who has a copy; None where it is in the shop."""
    condition = "rental.inventory_id = %(copy)s AND rental.return_date IS NULL"
    cursor.execute(_RENTALS.format(condition=condition), {"copy": inventory_id, "most": 1})
    row = cursor.fetchone()
    return RentalLine(*row) if row else None
