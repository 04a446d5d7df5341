"""What a run of days remembers of the shop from one day to the next, and how it sees that people changed it meanwhile.

All history is counted once. Then each day is carried on by what it wrote, as long as the shop shows the signs that it
showed at that day's end; else all is counted anew. The signs are of what people do at a counter: rentals (new ones, and
those that are out), customers, films, copies, staff, stores. Who edits a rental of the past that has come back, by hand
and while a run works, is heard by the next run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pymysql.cursors import Cursor

from sakila_platform.rentals.simulation.draws import Rental, Return
from sakila_platform.rentals.simulation.known import KnownShop
from sakila_platform.rentals.simulation.shop import read_shop

# Numbers below the newest that are looked at as well: who took one earlier may commit later than we.
_LATE_COMMITS = 1000

_SIGNS_OF_RENTALS = """
SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', rental_id, rental_date, inventory_id, customer_id,
                                     COALESCE(return_date, '-'))))
FROM rental WHERE rental_id > %s OR rental_id IN %s
"""
_SIGNS_OF_THE_REST = """
SELECT
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', customer_id, store_id, active)))) FROM customer),
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', film_id, rental_rate, rental_duration)))) FROM film),
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', inventory_id, film_id, store_id)))) FROM inventory),
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', staff_id, store_id, active)))) FROM staff),
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', store_id, manager_staff_id)))) FROM store)
"""
_Signs = tuple[Any, ...]


class ShopMemory:
    """For the days of one run, in their order, each in a transaction that reads one snapshot."""

    def __init__(self) -> None:
        self._known: KnownShop | None = None
        self._open: set[int] = set()
        self._newest = 0
        self._rentals: _Signs = ()
        self._rest: _Signs = ()

    def recall(self, cursor: Cursor, day: date, recorded_until: date | None) -> KnownShop:
        """The shop before the day: carried on where that can be, else counted. The caller gives it back by `keep`."""
        known, self._known = self._known, None
        before, self._rest = self._rest, (recorded_until, *_one_row(cursor, _SIGNS_OF_THE_REST))
        if known and self._rest == before and self._rentals == self._signs_of_rentals(cursor):
            return known
        self._open = set()
        return read_shop(cursor, day, recorded_until)

    def keep(self, cursor: Cursor, known: KnownShop, rentals: dict[int, Rental], returns: Sequence[Return]) -> None:
        """Carry on by what the day wrote, rentals by their numbers and returns: the last thing in its transaction."""
        known.carry_on(list(rentals.values()), returns)
        if not self._open:
            cursor.execute("SELECT rental_id FROM rental WHERE return_date IS NULL")
            self._open = {rental_id for (rental_id,) in cursor.fetchall()}
            (self._newest,) = _one_row(cursor, "SELECT COALESCE(MAX(rental_id), 0) FROM rental")
        self._open = (self._open | rentals.keys()) - {each.rental.rental_id for each in returns}
        self._newest = max(self._newest, *rentals, 0)
        self._rentals = self._signs_of_rentals(cursor)
        self._known = known

    def _signs_of_rentals(self, cursor: Cursor) -> _Signs:
        cursor.execute(_SIGNS_OF_RENTALS, [self._newest - _LATE_COMMITS, (0, *sorted(self._open))])
        (signs,) = cursor.fetchall()
        return signs


def _one_row(cursor: Cursor, statement: str) -> _Signs:
    cursor.execute(statement)
    (row,) = cursor.fetchall()
    return row
