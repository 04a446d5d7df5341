"""What the simulation remembers in the shop's database: which days it did, and which rentals are its own.

Three tables beside Sakila's sixteen. A rental that has no row in `simulated_rental` was recorded by people.
No foreign key points into Sakila, so a rental may be deleted, or Sakila loaded anew, without asking the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pymysql.connections import Connection
from pymysql.cursors import Cursor

from sakila_platform.rentals.simulation.inserts import insert

# simulation: one row. Its lock is what runs of any day wait for, and it keeps where the recorded history ends.
# simulated_day: one row per simulated day, written in the day's own transaction.
# simulated_rental: one row per simulated rental; closed_on is the day that dealt with its return.
_TABLES = {
    "simulation": """
        CREATE TABLE IF NOT EXISTS simulation (
          simulation_id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
          recorded_until DATE NULL
        ) ENGINE=InnoDB""",
    "simulated_day": """
        CREATE TABLE IF NOT EXISTS simulated_day (
          simulated_on DATE NOT NULL PRIMARY KEY,
          rentals INT UNSIGNED NOT NULL,
          returns INT UNSIGNED NOT NULL,
          late_fees INT UNSIGNED NOT NULL,
          finished_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
        ) ENGINE=InnoDB""",
    "simulated_rental": """
        CREATE TABLE IF NOT EXISTS simulated_rental (
          rental_id INT NOT NULL PRIMARY KEY,
          rented_on DATE NOT NULL,
          rented_at DATETIME NOT NULL,
          back_at DATETIME NOT NULL,
          closed_on DATE NULL,
          KEY idx_rented_on (rented_on),
          KEY idx_open (closed_on, back_at)
        ) ENGINE=InnoDB""",
}
LEDGER_TABLES = tuple(_TABLES)


def ensure_ledger(connection: Connection, today: date) -> None:
    """Make the ledger where it is missing, and note once where the recorded history ends. Commits what is open.

    The history ends with the last day that has a rental when the first ledger is made. Rentals of today are the
    counter's and do not count. Best called right after Sakila was loaded, before people rent anything.
    """
    with connection.cursor(Cursor) as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN %s",
            [LEDGER_TABLES],
        )
        (found,) = _row(cursor)
        if found < len(LEDGER_TABLES):
            for statement in _TABLES.values():
                cursor.execute(statement)
        cursor.execute("SELECT COUNT(*) FROM simulation")
        if _row(cursor) == (0,):
            cursor.execute(
                "INSERT IGNORE INTO simulation (simulation_id, recorded_until) "
                "SELECT 1, DATE(MAX(rental_date)) FROM rental WHERE rental_date < %s OR rental_date >= %s",
                [today, today + timedelta(days=1)],
            )
    connection.commit()


def restate_history(connection: Connection, today: date) -> None:
    """Note anew where the recorded history ends, for a shop whose rentals were multiplied; not once a day is simulated.

    Commits what is open.
    """
    ensure_ledger(connection, today)
    with connection.cursor(Cursor) as cursor:
        cursor.execute("DELETE FROM simulation WHERE NOT EXISTS (SELECT 1 FROM simulated_day)")
    ensure_ledger(connection, today)


def has_ledger(cursor: Cursor) -> bool:
    """Whether the ledger is there and knows where the recorded history ends. Only reads."""
    cursor.execute(
        "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN %s",
        [LEDGER_TABLES],
    )
    if _row(cursor) < (len(LEDGER_TABLES),):
        return False
    cursor.execute("SELECT COUNT(*) FROM simulation")
    return _row(cursor) > (0,)


def last_recorded_day(cursor: Cursor, today: date) -> date | None:
    """Where the recorded history ends in a shop that has no ledger yet: what `ensure_ledger` would note. Only reads."""
    cursor.execute(
        "SELECT DATE(MAX(rental_date)) FROM rental WHERE rental_date < %s OR rental_date >= %s",
        [today, today + timedelta(days=1)],
    )
    (last,) = _row(cursor)
    return last


def recorded_until(cursor: Cursor) -> date | None:
    """The last day of the recorded history; None where nothing was rented before the ledger was made."""
    cursor.execute("SELECT recorded_until FROM simulation WHERE simulation_id = 1")
    (last,) = _row(cursor)
    return last


def lock_simulation(cursor: Cursor) -> date | None:
    """Wait until no other run simulates, and keep others waiting; returns the last day of the recorded history."""
    cursor.execute("SELECT recorded_until FROM simulation WHERE simulation_id = 1 FOR UPDATE")
    (recorded_until,) = _row(cursor)
    return recorded_until


def simulated_days(cursor: Cursor, day: date) -> tuple[date | None, tuple[int, int, int] | None]:
    """The newest simulated day; and of this day, when it was simulated, rentals, returns and late fees."""
    cursor.execute(
        "SELECT newest.day, done.rentals, done.returns, done.late_fees "
        "FROM (SELECT MAX(simulated_on) AS day FROM simulated_day) AS newest "
        "LEFT JOIN simulated_day AS done ON done.simulated_on = %s",
        [day],
    )
    newest, *counts = _row(cursor)
    return newest, None if counts[0] is None else tuple(counts)


def record_rentals(cursor: Cursor, day: date, rentals: Sequence[tuple[int, datetime, datetime]]) -> None:
    """Note the day's rentals as simulated: (rental_id, rented at, back at)."""
    insert(
        cursor,
        "simulated_rental (rented_on, rental_id, rented_at, back_at)",
        "(%s, %s, %s, %s)",
        [(day, *rental) for rental in rentals],
    )


def return_rentals(cursor: Cursor, day: date) -> None:
    """Bring back every simulated rental due by the day's end, at its first moment where that was before the day.

    One that people have brought back, or deleted, is only done with.
    """
    cursor.execute(
        "UPDATE simulated_rental "
        "LEFT JOIN rental ON rental.rental_id = simulated_rental.rental_id AND rental.return_date IS NULL "
        "SET simulated_rental.closed_on = %(day)s, "
        "simulated_rental.back_at = GREATEST(simulated_rental.back_at, %(morning)s), "
        "rental.return_date = GREATEST(simulated_rental.back_at, %(morning)s) "
        "WHERE simulated_rental.closed_on IS NULL AND simulated_rental.back_at < %(night)s",
        {"day": day, "morning": datetime(day.year, day.month, day.day), "night": day + timedelta(days=1)},
    )


def record_day(cursor: Cursor, day: date, counts: tuple[int, int, int]) -> None:
    """Note that the day is simulated: rentals, returns, late fees. Fails where the day already is."""
    cursor.execute(
        "INSERT INTO simulated_day (simulated_on, rentals, returns, late_fees) VALUES (%s, %s, %s, %s)", [day, *counts]
    )


def _row(cursor: Cursor) -> tuple:
    return cursor.fetchone() or ()
