"""What the counter tells of a customer and of a day: what is out, what is owed, what was rented."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from pymysql.cursors import Cursor

from sakila_platform.rental_desk.accounts.people import Person, Visitor, person_by_customer
from sakila_platform.rental_desk.refusals import NotAllowed, NotFound
from sakila_platform.rental_desk.rentals.returning import DOLLARS_PER_LATE_DAY, late_days

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
       film.rental_duration, film.replacement_cost, customer.customer_id,
       CONCAT(customer.first_name, ' ', customer.last_name)
FROM rental
JOIN inventory ON inventory.inventory_id = rental.inventory_id
JOIN film ON film.film_id = inventory.film_id
JOIN customer ON customer.customer_id = rental.customer_id
WHERE {condition}
ORDER BY rental.rental_date DESC, rental.rental_id DESC
LIMIT %(most)s
"""
# More than any shop has copies: what is owed is summed over all that is out.
_ALL = 1_000_000


@dataclass(frozen=True)
class RentalLine:
    """A rental as a list of a day shows it. `today` is the day by which the lateness of what is out is counted."""

    today: date
    rental_id: int
    inventory_id: int
    title: str
    store_id: int
    rental_date: datetime
    return_date: datetime | None
    rental_days: int
    replacement_cost: Decimal
    customer_id: int
    customer_name: str

    @property
    def due_date(self) -> date:
        """The last day that was paid for."""
        return self.rental_date.date() + timedelta(days=self.rental_days)

    @property
    def late_days(self) -> int:
        """Days by the calendar beyond those that were paid for, up to the return or up to today."""
        return late_days(self.rental_date, (self.return_date or self.today), self.rental_days)

    @property
    def is_taken_for_lost(self) -> bool:
        """Whether it is out and more than twice its days late."""
        return self.return_date is None and self.late_days > 2 * self.rental_days

    @property
    def late_days_fee(self) -> Decimal:
        """What its late days cost, in dollars: what is due when it is taken back."""
        return self.late_days * DOLLARS_PER_LATE_DAY

    @property
    def late_fee(self) -> Decimal:
        """What its lateness costs, in dollars: as get_customer_balance counts it, and announces it for what is lost."""
        lost = self.replacement_cost if self.is_taken_for_lost else Decimal(0)
        return self.late_days_fee + lost


def owed(settled: Decimal, out: Sequence[RentalLine]) -> Decimal:
    """What a customer owes: the balance, and what the lateness of the copies at home costs up to today."""
    return settled + sum((line.late_fee for line in out), Decimal(0))


def balance(cursor: Cursor, customer_id: int, at: datetime) -> Decimal:
    """A customer's balance at a moment by what is back and what is paid, in dollars; below zero the shop owes."""
    cursor.execute(_BALANCE, {"customer": customer_id, "at": at})
    ((owed,),) = cursor.fetchall()
    return Decimal(owed).quantize(Decimal("0.01"))


def seen_customer(
    cursor: Cursor, by: Visitor, customer_id: int, now: datetime
) -> tuple[Person, list[RentalLine], Decimal]:
    """A customer, what is at home, and what is owed. Raises NotAllowed for other customers, NotFound for nobody."""
    if not by.is_staff and by.customer_id != customer_id:
        raise NotAllowed("Customers see their own rentals only.")
    customer = person_by_customer(cursor, customer_id)
    if customer is None:
        raise NotFound(f"There is no customer {customer_id}.")
    out = open_rentals(cursor, customer_id, now.date())
    return customer, out, owed(balance(cursor, customer_id, now), out)


def open_rentals(cursor: Cursor, customer_id: int, today: date) -> list[RentalLine]:
    """What a customer has at home, the newest first."""
    condition = "rental.customer_id = %(customer)s AND rental.return_date IS NULL"
    cursor.execute(_RENTALS.format(condition=condition), {"customer": customer_id, "most": _ALL})
    return [RentalLine(today, *row) for row in cursor.fetchall()]


def rentals_of_day(cursor: Cursor, day: date, today: date, most: int = 500) -> list[RentalLine]:
    """What was rented on a day, the newest first."""
    cursor.execute(
        # Up to the day's last moment: the calendar may have no next day.
        _RENTALS.format(condition="rental.rental_date BETWEEN %(first)s AND %(last)s"),
        {"first": day, "last": datetime.combine(day, time.max), "most": most},
    )
    return [RentalLine(today, *row) for row in cursor.fetchall()]


def holder_of_copy(cursor: Cursor, inventory_id: int) -> tuple[int, int] | None:
    """The customer who has a copy, and by which rental; None where it is in the shop."""
    cursor.execute(
        "SELECT customer_id, rental_id FROM rental WHERE inventory_id = %s AND return_date IS NULL "
        "ORDER BY rental_date DESC, rental_id DESC LIMIT 1",
        [inventory_id],
    )
    return cursor.fetchone()
