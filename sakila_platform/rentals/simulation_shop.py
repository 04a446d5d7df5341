"""What a simulated day needs to know of the shop, counted in the database so that memory stays small.

Reading only; the drawing is `simulation.py`, the writing `simulation_run.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pymysql.cursors import Cursor

from sakila_platform.rentals.simulation import Copy, Customer, Film, Habits, OpenRental, Return, Shop, day_bounds


def open_rentals(cursor: Cursor, day: date) -> list[OpenRental]:
    """Simulated rentals due by the end of the day that nobody brought back, locked so that nobody can until we do."""
    cursor.execute(
        """
        SELECT rental.rental_id, rental.customer_id, rental.inventory_id, rental.staff_id,
               rental.rental_date, simulated_rental.back_at
        FROM simulated_rental
        JOIN rental ON rental.rental_id = simulated_rental.rental_id
        WHERE simulated_rental.closed_on IS NULL AND simulated_rental.back_at < %s AND rental.return_date IS NULL
        ORDER BY rental.rental_id
        FOR UPDATE
        """,
        [day + timedelta(days=1)],
    )
    rows = cursor.fetchall()
    terms = _rental_days(cursor, [row[2] for row in rows])
    return [OpenRental(*(*row, terms[row[2]])) for row in rows]


def _rental_days(cursor: Cursor, copies: Sequence[int]) -> dict[int, int]:
    if not copies:
        return {}
    cursor.execute(
        "SELECT inventory_id, rental_duration FROM inventory JOIN film USING (film_id) WHERE inventory_id IN %s",
        [tuple(copies)],
    )
    return dict(cursor.fetchall())


def read_shop(cursor: Cursor, day: date, recorded_until: date | None, returns: Sequence[Return]) -> Shop:
    """What the day is drawn from: counted in the database, so memory holds one row per customer, film and copy."""
    morning, _ = day_bounds(day)
    customers = [
        Customer(*row)
        for row in _rows(
            cursor,
            """
            SELECT customer.customer_id, customer.store_id, COALESCE(past.rentals, 0)
            FROM customer
            LEFT JOIN (
              SELECT customer_id, COUNT(*) AS rentals FROM rental WHERE rental_date < %s GROUP BY customer_id
            ) AS past ON past.customer_id = customer.customer_id
            WHERE customer.active
            """,
            morning,
        )
    ]
    copies, film_rentals = _copies(cursor, morning, returns)
    films = {
        film_id: Film(film_id, rental_rate, rental_days, film_rentals[film_id])
        for film_id, rental_rate, rental_days in _rows(cursor, "SELECT film_id, rental_rate, rental_duration FROM film")
    }
    return Shop(customers, films, copies, _clerks(cursor), _habits(cursor, recorded_until))


def _copies(cursor: Cursor, morning: datetime, returns: Sequence[Return]) -> tuple[list[Copy], Counter[int]]:
    """The copies that aren't out all day, and how often each film was rented before."""
    back_today = {each.rental.inventory_id: each.returned_at for each in returns}
    rows = _rows(
        cursor,
        """
        SELECT inventory.inventory_id, inventory.film_id, inventory.store_id,
               COALESCE(past.rentals, 0), COALESCE(past.still_out, 0), past.last_seen
        FROM inventory
        LEFT JOIN (
          SELECT inventory_id, SUM(rental_date < %s) AS rentals, SUM(return_date IS NULL) AS still_out,
                 GREATEST(MAX(rental_date), COALESCE(MAX(return_date), MAX(rental_date))) AS last_seen
          FROM rental
          GROUP BY inventory_id
        ) AS past ON past.inventory_id = inventory.inventory_id
        """,
        morning,
    )
    copies = []
    film_rentals: Counter[int] = Counter()
    for inventory_id, film_id, store_id, rentals, still_out, last_seen in rows:
        film_rentals[film_id] += int(rentals)
        # Free after everything known of the copy, later rentals too. A zero date comes as text and says nothing.
        free_from = last_seen if isinstance(last_seen, datetime) else morning
        if still_out == 1 and inventory_id in back_today:
            free_from = max(free_from, back_today[inventory_id])
        elif still_out:
            continue
        copies.append(Copy(inventory_id, film_id, store_id, free_from))
    return copies, film_rentals


def _clerks(cursor: Cursor) -> dict[int, list[int]]:
    """Active staff by store; the manager where a store has no one else."""
    clerks: dict[int, list[int]] = {}
    for store_id, staff_id in _rows(
        cursor,
        "SELECT store.store_id, COALESCE(staff.staff_id, store.manager_staff_id) "
        "FROM store LEFT JOIN staff ON staff.store_id = store.store_id AND staff.active ORDER BY 1, 2",
    ):
        clerks.setdefault(store_id, []).append(staff_id)
    return clerks


def _habits(cursor: Cursor, recorded_until: date | None) -> Habits:
    """Of the recorded history only: what the simulation made up is no habit of people."""
    if recorded_until is None:
        return Habits({}, {})
    end = recorded_until + timedelta(days=1)
    hours = _rows(
        cursor, "SELECT HOUR(rental_date), COUNT(*) FROM rental WHERE rental_date < %s GROUP BY HOUR(rental_date)", end
    )
    kept = _rows(
        cursor,
        "SELECT TIMESTAMPDIFF(HOUR, rental_date, return_date) AS hours_kept, COUNT(*) FROM rental "
        "WHERE rental_date < %s AND return_date >= rental_date GROUP BY hours_kept",
        end,
    )
    return Habits(dict(hours), dict(kept))


def _rows(cursor: Cursor, statement: str, *values: date) -> tuple[tuple, ...]:
    cursor.execute(statement, values)
    return cursor.fetchall()
