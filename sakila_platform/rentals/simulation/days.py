"""One simulated day in the shop's database: read what it needs, draw it, write it in one transaction.

No Dagster: the caller gives an open connection on the `sakila` database. The draw itself is `simulation.py`, what it
needs to know `simulation_shop.py`, what a run of days carries from one to the next `simulation_memory.py`, the record
of what was done `simulation_ledger.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.constants import ER
from pymysql.cursors import Cursor

from sakila_platform.errors import PlatformError
from sakila_platform.model.days import Clock
from sakila_platform.rentals.simulation import ledger as ledger
from sakila_platform.rentals.simulation.draws import OpenRental, Options, Rental, Return, draw_rentals, draw_returns
from sakila_platform.rentals.simulation.inserts import insert
from sakila_platform.rentals.simulation.known import KnownShop
from sakila_platform.rentals.simulation.memory import ShopMemory
from sakila_platform.rentals.simulation.shop import open_rentals, read_shop

_ATTEMPTS = 5
# The last is what a MariaDB that isolates snapshots says when a row has changed since we read it.
_COLLISIONS = (ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT, ER.CHECKREAD)
# What servers say to who may only read: in a read-only transaction or server (no name in the driver: 1792, 1836), or
# for want of a right.
_MAY_NOT_WRITE = (
    ER.OPTION_PREVENTS_STATEMENT,
    1792,
    1836,
    ER.DBACCESS_DENIED_ERROR,
    ER.TABLEACCESS_DENIED_ERROR,
    ER.COLUMNACCESS_DENIED_ERROR,
    ER.SPECIFIC_ACCESS_DENIED_ERROR,
)
# What servers say when an AUTO_INCREMENT column has no number left (MariaDB: 167 or 1467, MySQL: 1062 or 1467).
_NO_NUMBER_LEFT = (167, 1467, ER.DUP_ENTRY, ER.WARN_DATA_OUT_OF_RANGE)


class Status(str, Enum):
    """What became of a day."""

    SIMULATED = "simulated"
    ALREADY_SIMULATED = "already simulated"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class DayOutcome:
    """A day and what became of it; `reason` is one sentence where the day was skipped. Counts are rows in the shop."""

    day: date
    status: Status
    reason: str = ""
    rentals: int = 0
    returns: int = 0
    late_fees: int = 0


class _CounterTookACopy(Exception):
    """People rented a copy between our reading and our writing."""


def simulate_day(
    connection: Connection, day: date, clock: Clock, options: Options | None = None, memory: ShopMemory | None = None
) -> DayOutcome:
    """Simulate one day, or say why not. Commits what the connection has open, then its own work in one transaction.

    Twice is once, also when two runs race: all wait for one ledger row, and a done day is only reported. Days go
    forward: a day before the last simulated one, within the recorded history, or not yet ended is skipped. Where the
    shop can only be read, so is a day on which nobody is to rent. With the memory of a run, history is not read anew
    for each of its days; what is drawn is the same.
    Raises PlatformError when the database isn't Sakila's, can't be written, or the counter stays too busy.
    """
    if not clock.has_ended(day):
        return DayOutcome(day, Status.SKIPPED, f"{day} has not ended in the shop's time zone: simulate it tomorrow.")
    try:
        if not (memory and memory.has_ledger):
            ledger.ensure_ledger(connection, clock.today())
        if memory:
            memory.has_ledger = True
        for _ in range(_ATTEMPTS):
            with suppress(_CounterTookACopy), _transaction(connection) as cursor:
                return _simulate(cursor, day, options or Options(), memory)
    except pymysql.err.MySQLError as error:
        if error.args[0] in _MAY_NOT_WRITE:
            return _read_only(connection, day, clock, options or Options(), error.args[1])
        if error.args[0] == ER.NO_SUCH_TABLE and memory and memory.has_ledger:
            # Sakila was loaded anew while the run works.
            memory.has_ledger = False
            return simulate_day(connection, day, clock, options, memory)
        if error.args[0] != ER.NO_SUCH_TABLE:
            raise
        raise PlatformError(f"{day}: no Sakila here ({error.args[1]}). Load it with `sakila-platform load`.") from None
    raise PlatformError(f"{day}: the counter is too busy to simulate the day beside it. Run the day again.")


@contextmanager
def _transaction(connection: Connection) -> Iterator[Cursor]:
    """Everything or nothing. A lost deadlock with people's own work counts as a copy that the counter took."""
    committed = False
    connection.begin()
    try:
        with connection.cursor(Cursor) as cursor:
            yield cursor
        connection.commit()
        committed = True
    except pymysql.err.OperationalError as error:
        if error.args[0] in _COLLISIONS:
            raise _CounterTookACopy from None
        raise
    finally:
        if not committed:
            with suppress(pymysql.err.Error):
                connection.rollback()


def _simulate(cursor: Cursor, day: date, options: Options, memory: ShopMemory | None) -> DayOutcome:
    recorded_until = ledger.lock_simulation(cursor)
    settled = _settled(cursor, day, recorded_until)
    if settled:
        return settled
    known = memory.recall(cursor, day, recorded_until) if memory else read_shop(cursor, day, recorded_until)
    rentals, returns = _write_day(cursor, day, known, options)
    counts = (len(rentals), len(returns), sum(1 for each in returns if each.late_fee))
    ledger.record_day(cursor, day, counts)
    if memory:
        memory.keep(cursor, known, rentals, returns)
    return DayOutcome(day, Status.SIMULATED, "", *counts)


def _settled(cursor: Cursor, day: date, recorded_until: date | None, *, has_ledger: bool = True) -> DayOutcome | None:
    """What became of a day of which nothing is to be written; None for one that is to be simulated. Only reads."""
    last, done = ledger.simulated_days(cursor, day) if has_ledger else (None, None)
    if done is not None:
        return DayOutcome(day, Status.ALREADY_SIMULATED, "", *done)
    if recorded_until and day <= recorded_until:
        return DayOutcome(
            day,
            Status.SKIPPED,
            f"{day} is within the recorded history, which ends on {recorded_until}: nothing written.",
        )
    if last and day < last:
        return DayOutcome(
            day,
            Status.SKIPPED,
            f"{day} is before the last simulated day, {last}: days go forward only, nothing written.",
        )
    return None


def _read_only(connection: Connection, day: date, clock: Clock, options: Options, refusal: str) -> DayOutcome:
    """What became of a day in a shop that can only be read. Raises PlatformError when people were to rent on it."""
    connection.rollback()
    with connection.cursor(Cursor) as cursor:
        has_ledger = ledger.has_ledger(cursor)
        if has_ledger:
            recorded_until = ledger.recorded_until(cursor)
        else:
            recorded_until = ledger.last_recorded_day(cursor, clock.today())
        settled = _settled(cursor, day, recorded_until, has_ledger=has_ledger)
    connection.rollback()
    if settled:
        return settled
    if not options.renters:
        return DayOutcome(day, Status.SKIPPED, f"{day}: nobody is to be simulated, and the shop can only be read.")
    raise PlatformError(
        f"{day} can't be simulated, because the shop can only be read: {refusal.rstrip('.')}. Let SAKILA_MYSQL_URL "
        "name a server and an account that may write, or set SAKILA_RENTERS_PER_DAY=0 to have nobody simulated."
    )


def _write_day(cursor: Cursor, day: date, known: KnownShop, options: Options) -> tuple[dict[int, Rental], list[Return]]:
    """Draw and write the day; returns its rentals by their numbers, and its returns."""
    returns = draw_returns(day, open_rentals(cursor, day, known))
    newest_rental, step = _one_row(cursor, "SELECT COALESCE(MAX(rental_id), 0), @@auto_increment_increment FROM rental")
    rentals = draw_rentals(day, known.shop(day, returns), options)
    numbered: dict[int, Rental] = {}
    if rentals:
        _hold_copies(cursor, [rental.inventory_id for rental in rentals], newest_rental)
        numbered = _write_rentals(cursor, day, rentals, step)
    # The day's own as well: a film taken in the morning may be back by night.
    returns += draw_returns(day, [_opened(number, rental, known) for number, rental in numbered.items()])
    ledger.return_rentals(cursor, day)
    _pay(cursor, numbered, returns, step)
    return numbered, returns


def _opened(rental_id: int, rental: Rental, known: KnownShop) -> OpenRental:
    days = known.rental_days(rental.inventory_id)
    who = (rental.customer_id, rental.inventory_id, rental.staff_id)
    return OpenRental(rental_id, *who, rental.rented_at, rental.back_at, days)


def _hold_copies(cursor: Cursor, copies: Sequence[int], newest_rental: int) -> None:
    """Keep people from renting the drawn copies until we have committed; start over where one just did."""
    cursor.execute("SELECT COUNT(*) FROM inventory WHERE inventory_id IN %s FOR UPDATE", [tuple(copies)])
    taken = "SELECT COUNT(*) FROM rental WHERE inventory_id IN %s AND rental_id > %s LOCK IN SHARE MODE"
    if _one_row(cursor, taken, tuple(copies), newest_rental) != (0,):
        raise _CounterTookACopy


def _write_rentals(cursor: Cursor, day: date, rentals: Sequence[Rental], step: int) -> dict[int, Rental]:
    # Sakila's triggers set every date to NOW() on insert: so insert, then date the rows, by way of the ledger.
    into = "rental (rental_date, inventory_id, customer_id, staff_id)"
    rows = [(r.inventory_id, r.customer_id, r.staff_id) for r in rentals]
    rental_ids = insert(cursor, into, "(NOW(), %s, %s, %s)", rows, step)
    numbered = dict(zip(rental_ids, rentals, strict=True))
    ledger.record_rentals(cursor, day, [(rental_id, r.rented_at, r.back_at) for rental_id, r in numbered.items()])
    cursor.execute(
        "UPDATE rental JOIN simulated_rental USING (rental_id) SET rental.rental_date = simulated_rental.rented_at "
        "WHERE simulated_rental.rented_on = %s",
        [day],
    )
    return numbered


def _pay(cursor: Cursor, numbered: Mapping[int, Rental], returns: Sequence[Return], step: int) -> None:
    """Pay the day's rentals when they are taken, and late fees when films come back."""
    payments = [(r.customer_id, r.staff_id, number, r.amount) for number, r in numbered.items()]
    late = [(back.rental, back.late_fee) for back in returns if back.late_fee]
    payments += [(rental.customer_id, rental.staff_id, rental.rental_id, late_fee) for rental, late_fee in late]
    if not payments:
        return
    into = "payment (customer_id, staff_id, rental_id, amount, payment_date)"
    try:
        payment_ids = insert(cursor, into, "(%s, %s, %s, %s, NOW())", payments, step)
    except pymysql.err.MySQLError as error:
        if error.args[0] not in _NO_NUMBER_LEFT:
            raise
        raise PlatformError(
            "sakila.payment has no payment_id left (a SMALLINT ends at 65535), so nothing was simulated. Widen it: "
            "ALTER TABLE payment MODIFY payment_id INT UNSIGNED NOT NULL AUTO_INCREMENT"
        ) from None
    cursor.execute(
        "UPDATE payment JOIN rental USING (rental_id) SET payment.payment_date = "
        "IF(payment_id IN %s, rental.return_date, rental.rental_date) WHERE payment_id IN %s",
        [(0, *payment_ids[len(numbered) :]), tuple(payment_ids)],
    )


def _one_row(cursor: Cursor, statement: str, *values: Any) -> tuple:
    cursor.execute(statement, values)
    return cursor.fetchone() or ()
