"""A return: copies come back, and what is due for days too many may be paid at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pymysql.cursors import Cursor

from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.accounts.people import Visitor
from sakila_platform.rental_desk.refusals import Conflict, Invalid, NotAllowed
from sakila_platform.rental_desk.rentals.counter_time import counter_time

MOST_RENTALS = 50
# As Sakila's get_customer_balance has it: a dollar for each day beyond the film's duration, by the calendar.
DOLLARS_PER_LATE_DAY = Decimal("1.00")

_HOLD = "SELECT rental_id FROM rental WHERE rental_id IN %s ORDER BY rental_id FOR UPDATE"
_RENTALS = """
SELECT rental.rental_id, rental.customer_id, rental.rental_date, rental.return_date, film.title, film.rental_duration
FROM rental
JOIN inventory ON inventory.inventory_id = rental.inventory_id
JOIN film ON film.film_id = inventory.film_id
WHERE rental.rental_id IN %s
ORDER BY rental.rental_id
"""
# payment.amount is DECIMAL(5, 2).
_MOST_IN_A_PAYMENT = Decimal("999.99")


@dataclass(frozen=True)
class Return:
    """A copy that came back. `late_fee` is in dollars, for `late_days`; `is_paid` says whether it was paid now."""

    rental_id: int
    customer_id: int
    title: str
    return_date: datetime
    late_days: int
    late_fee: Decimal
    is_paid: bool


@dataclass(frozen=True)
class ReturnRequest:
    """Which rentals end, when (None: now), and whether what is due for lateness is paid at once."""

    rental_ids: Sequence[int]
    date: str | None = None
    late_fee_paid: bool = False


def give_back(cursor: Cursor, asked: ReturnRequest, by: Visitor, clock: Clock) -> list[Return]:
    """Take back all, or none. Raises NotAllowed for customers, Invalid for what can't be, Conflict for what is back."""
    if not by.is_staff:
        raise NotAllowed("Films are handed back at the counter: only staff take them back.")
    if not asked.rental_ids:
        raise Invalid("Choose at least one rental.", "rentals")
    if len(asked.rental_ids) > MOST_RENTALS:
        raise Invalid(f"At most {MOST_RENTALS} rentals can be returned at once.", "rentals")
    moment = counter_time(asked.date, clock)
    cursor.execute(_HOLD, [tuple(asked.rental_ids)])
    cursor.execute(_RENTALS, [tuple(asked.rental_ids)])
    rows = {row[0]: row for row in cursor.fetchall()}
    missing = [rental_id for rental_id in asked.rental_ids if rental_id not in rows]
    if missing:
        raise Invalid(f"There is no rental {missing[0]}.", "rentals")
    return [_back(cursor, row, (moment, asked.late_fee_paid), by) for row in rows.values()]


def late_days(rented: datetime, back: date, rental_days: int) -> int:
    """Days by the calendar beyond those that were paid for. `back` is a day, or a moment of it."""
    last = back.date() if isinstance(back, datetime) else back
    return max((last - rented.date()).days - rental_days, 0)


def _back(cursor: Cursor, row: tuple, when: tuple[datetime, bool], by: Visitor) -> Return:
    rental_id, customer_id, rented, returned, title, rental_days = row
    moment, pays = when
    if returned is not None:
        raise Conflict(f"Rental {rental_id} ({title}) came back already.", "rentals")
    if moment < rented:
        raise Invalid(f"{title} was taken on {rented:%Y-%m-%d %H:%M}: it can't come back before that.", "date")
    cursor.execute("UPDATE rental SET return_date = %s WHERE rental_id = %s", [moment, rental_id])
    days = late_days(rented, moment, rental_days)
    fee = days * DOLLARS_PER_LATE_DAY
    if pays and fee > _MOST_IN_A_PAYMENT:
        raise Invalid(
            f"{title} is {days} days late: ${fee} is more than one payment holds. Take it back without the late fee; "
            "it stays on the customer's balance.",
            "late_fee_paid",
        )
    if pays and fee:
        _pay(cursor, (customer_id, by.staff_id, rental_id, fee), moment)
    return Return(rental_id, customer_id, title, moment, days, fee, bool(pays and fee))


def _pay(cursor: Cursor, row: tuple, moment: datetime) -> None:
    cursor.execute(
        "INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date) VALUES (%s, %s, %s, %s, %s)",
        [*row, moment],
    )
    # Sakila's trigger has put NOW() in place of the moment.
    cursor.execute("UPDATE payment SET payment_date = %s WHERE payment_id = %s", [moment, cursor.lastrowid])
