"""What a run of days remembers of the shop from one day to the next, and how it sees that people changed it meanwhile.

All history is counted once. Then each day is carried on by what it wrote, as long as the shop shows the signs that it
showed at that day's end; else all is counted anew. The signs are of what people do at a counter: rentals (new ones, and
those that are out), customers, films, copies, staff, stores. Who edits a rental of the past that has come back, by hand
and while a run works, is heard by the next run. What a day's own rentals add to the signs is worked out here as the
server would, so a day asks for them once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zlib import crc32

from pymysql.cursors import Cursor

from sakila_platform.rentals.simulation.draws import OpenRental, Rental, Return
from sakila_platform.rentals.simulation.known import KnownShop
from sakila_platform.rentals.simulation.shop import read_shop

# Numbers below the newest that are looked at as well: who took one earlier may commit later than we.
_LATE_COMMITS = 1000

_SIGN = """CRC32(CONCAT_WS('|', rental_id, rental_date, inventory_id, customer_id, COALESCE(return_date, '-')))"""
_RENTALS = f"SELECT rental_id, return_date IS NULL, {_SIGN} FROM rental WHERE rental_id > %s OR return_date IS NULL"
_SIGNS_OF_RENTALS = f"SELECT COUNT(*), COALESCE(SUM({_SIGN}), 0) FROM rental WHERE rental_id > %s OR rental_id IN %s"
_SIGNS_OF_THE_REST = """
SELECT
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', customer_id, store_id, active)))) FROM customer),
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', film_id, rental_rate, rental_duration)))) FROM film),
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', inventory_id, film_id, store_id)))) FROM inventory),
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', staff_id, store_id, active)))) FROM staff),
  (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', store_id, manager_staff_id)))) FROM store)
"""
_Row = tuple[Any, ...]


class ShopMemory:
    """For the days of one run, in their order, each in a transaction that reads one snapshot."""

    def __init__(self) -> None:
        self.has_ledger = False
        """Whether the run has seen that the ledger is there."""
        self._known: KnownShop | None = None
        # Rentals that are watched, with the sign of each: the newest, and those that are out.
        self._signs: dict[int, int] = {}
        self._out: set[int] = set()
        self._newest = 0
        self._rest: _Row = ()

    def recall(self, cursor: Cursor, day: date, recorded_until: date | None) -> KnownShop:
        """The shop before the day: carried on where that can be, else counted. The caller gives it back by `keep`."""
        known, self._known = self._known, None
        before, self._rest = self._rest, (recorded_until, *_one_row(cursor, _SIGNS_OF_THE_REST))
        if known and self._rest == before and self._are_as_left(cursor):
            return known
        self._signs = {}
        return read_shop(cursor, day, recorded_until)

    def keep(self, cursor: Cursor, known: KnownShop, rentals: Mapping[int, Rental], returns: Sequence[Return]) -> None:
        """Carry on by what the day wrote, rentals by their numbers and returns: the last thing in its transaction."""
        known.carry_on(list(rentals.values()), returns)
        if self._signs:
            self._carry_on_signs(rentals, returns)
        else:
            (self._newest,) = _one_row(cursor, "SELECT COALESCE(MAX(rental_id), 0) FROM rental")
            cursor.execute(_RENTALS, [self._newest - _LATE_COMMITS])
            watched = cursor.fetchall()
            self._signs = {rental_id: sign for rental_id, _, sign in watched}
            self._out = {rental_id for rental_id, is_out, _ in watched if is_out}
        self._known = known

    def _carry_on_signs(self, rentals: Mapping[int, Rental], returns: Sequence[Return]) -> None:
        self._newest = max(self._newest, *rentals, 0)
        self._signs |= {number: _sign(number, rental, None) for number, rental in rentals.items()}
        self._signs |= {
            each.rental.rental_id: _sign(each.rental.rental_id, each.rental, each.returned_at) for each in returns
        }
        self._out = (self._out | rentals.keys()) - {each.rental.rental_id for each in returns}
        oldest = self._newest - _LATE_COMMITS
        self._signs = {number: sign for number, sign in self._signs.items() if number > oldest or number in self._out}

    def _are_as_left(self, cursor: Cursor) -> bool:
        oldest = self._newest - _LATE_COMMITS
        older = sorted(number for number in self._out if number <= oldest)
        count, signs = _one_row(cursor, _SIGNS_OF_RENTALS, oldest, (0, *older))
        return (count, int(signs)) == (len(self._signs), sum(self._signs.values()))


def _sign(number: int, rental: Rental | OpenRental, returned_at: datetime | None) -> int:
    """What the server makes of such a row. Where it would differ, all that follows is that the next day counts anew."""
    row = (number, rental.rented_at, rental.inventory_id, rental.customer_id, returned_at or "-")
    return crc32("|".join(map(str, row)).encode())


def _one_row(cursor: Cursor, statement: str, *values: Any) -> _Row:
    cursor.execute(statement, values)
    (row,) = cursor.fetchall()
    return row
