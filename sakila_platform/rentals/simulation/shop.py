"""What a simulated day needs to know of the shop, counted in the database so that memory stays small.

Reading only; the drawing is `simulation.py`, the writing `simulation_run.py`.
"""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from pymysql.cursors import Cursor

from sakila_platform.rentals.simulation.draws import Customer, Film, Habits, OpenRental, day_bounds
from sakila_platform.rentals.simulation.known import KnownShop, LaterRental
from sakila_platform.rentals.simulation.shelf import Copy


def open_rentals(cursor: Cursor, day: date, known: KnownShop) -> list[OpenRental]:
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
    return [OpenRental(*(*row, known.rental_days(row[2]))) for row in cursor.fetchall()]


def read_shop(cursor: Cursor, day: date, recorded_until: date | None) -> KnownShop:
    """What is known before the day: counted in the database, so memory holds one row per customer, film and copy."""
    morning, _ = day_bounds(day)
    customers = {
        customer_id: Customer(customer_id, store_id, rentals)
        for customer_id, store_id, rentals in _rows(
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
    }
    copies, film_rentals = _copies(cursor, morning)
    films = {
        film_id: Film(film_id, rental_rate, rental_days, film_rentals[film_id])
        for film_id, rental_rate, rental_days in _rows(cursor, "SELECT film_id, rental_rate, rental_duration FROM film")
    }
    return KnownShop(
        customers=customers,
        films=films,
        on_shelf={copy.inventory_id: copy for copy, times_out in copies if not times_out},
        out={copy.inventory_id: (copy, times_out) for copy, times_out in copies if times_out},
        clerks=_clerks(cursor),
        habits=_habits(cursor, recorded_until),
        later=_later_rentals(cursor, morning),
    )


def _copies(cursor: Cursor, morning: datetime) -> tuple[list[tuple[Copy, int]], Counter[int]]:
    """Every copy with the number of its rentals that are open, and how often each film was rented before."""
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
        free_from = last_seen if isinstance(last_seen, datetime) else datetime.min
        copies.append((Copy(inventory_id, film_id, store_id, free_from), int(still_out)))
    return copies, film_rentals


def _later_rentals(cursor: Cursor, morning: datetime) -> list[LaterRental]:
    later = """
        SELECT rental.rental_date, rental.customer_id, inventory.film_id
        FROM rental JOIN inventory ON inventory.inventory_id = rental.inventory_id
        WHERE rental.rental_date >= %s
        ORDER BY rental.rental_date DESC
    """
    return [LaterRental(*row) for row in _rows(cursor, later, morning)]


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
