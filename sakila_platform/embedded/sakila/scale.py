"""A loaded Sakila multiplied for benchmarks: N times the rentals and payments, over a longer calendar."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pymysql
from pyarrow import csv
from pymysql.cursors import Cursor

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect, sending
from sakila_platform.embedded.sakila import load_record
from sakila_platform.embedded.sakila.load_record import SCALING, LoadRecord
from sakila_platform.embedded.sakila.scaled_history import DrawnRentals, RecordedRentals, ScaledCalendar, drawn_rentals
from sakila_platform.embedded.sakila.verification import existing_tables, quoted
from sakila_platform.errors import PlatformError, UsageError

SEED = 20050524
# N = 200 fills two years, so a day has about 4,400 rentals whatever N is.
DAYS_AT_200 = 730
MOST_SCALE, MOST_DAYS = 1000, 10_000

_RECORDED = """
SELECT UNIX_TIMESTAMP(rental.rental_date), rental.inventory_id, rental.customer_id,
    CAST(film.rental_rate * 100 AS SIGNED), film.rental_duration
FROM rental INNER JOIN inventory USING (inventory_id) INNER JOIN film USING (film_id)
ORDER BY rental.rental_id
"""
_INSERT_TRIGGERS = """
SELECT trigger_name FROM information_schema.triggers
WHERE trigger_schema = %s AND event_object_table IN %s AND event_manipulation = 'INSERT'
ORDER BY event_object_table, action_timing, action_order
"""
_LOAD = "LOAD DATA LOCAL INFILE %s INTO TABLE {table} CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\\t' ({columns})"
_RENTAL_COLUMNS = "rental_id, rental_date, inventory_id, customer_id, return_date, staff_id, last_update"
_PAYMENT_COLUMNS = "payment_id, customer_id, staff_id, rental_id, amount, payment_date, last_update"
_TSV = csv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")
_UNSIGNED_LIMITS = {"smallint": 2**16, "mediumint": 2**24}


@dataclass(frozen=True)
class ScaleReport:
    """How often the rentals are there now, over how many days, in how many rows, and what that took."""

    scale: int
    days: int
    rentals: int
    payments: int
    seconds: float


class TriggersLost(PlatformError):
    """Triggers that were set aside could not be put back: the database is not to be used as it is."""


def scaled_days(n: int) -> int:
    """The length of the calendar for N times the rentals, when none is given: 730 for 200."""
    return max(1, round(n * DAYS_AT_200 / 200))


def load_scaled(
    address: Address, n: int, report: Callable[[str], None], *, database: str = "sakila", days: int | None = None
) -> ScaleReport:
    """Make a loaded Sakila's rentals and payments N times as many, over `days` days from its first rental on.

    The recorded history stays; the rest is drawn from it, the same each time, every rental with its return and its one
    payment. N = 1 changes nothing, nor does the scale that is there. Customers and copies are not multiplied, so a
    copy is out many times at once. `payment_id` is widened to INT when its numbers would run out. Raises UsageError
    for an N or a calendar out of range, PlatformError without a complete load or with another scale there.
    """
    days = scaled_days(n) if days is None else days
    if not 1 <= n <= MOST_SCALE or not 1 <= days <= MOST_DAYS:
        asked = f"{n} over {days}"
        raise UsageError(f"Scale by 1 to {MOST_SCALE}, over 1 to {MOST_DAYS} days: {asked} was asked for.")
    started = time.monotonic()
    with (
        closing(connect(address.on(""), autocommit=True, local_infile=True)) as connection,
        connection.cursor() as cursor,
    ):
        load_record.take_load_lock(cursor, database)
        record = _loaded(cursor, database)
        if n > 1 and record.scale == 1:
            record = _scale(cursor, database, replace(record, scale=n, days=days), report)
        elif n > 1 and (record.scale, record.days) != (n, days):
            raise PlatformError(
                f"{database} is scaled to {record.scale} times over {record.days} days already. "
                "Drop the database and load it again for another scale."
            )
        rentals, payments = _count(cursor, "rental"), _count(cursor, "payment")
    seconds = round(time.monotonic() - started, 3)
    report(f"{database}: {rentals:,} rentals and {payments:,} payments at scale {record.scale}, {seconds:.1f} s.")
    return ScaleReport(record.scale, record.days, rentals, payments, seconds)


def _loaded(cursor: Cursor, database: str) -> LoadRecord:
    there = load_record.TABLE in existing_tables(cursor, database)
    record = load_record.read_record(cursor, database) if there else None
    if record is None or not record.is_complete:
        raise PlatformError(f"{database} holds no complete load of Sakila. Run `sakila-platform load` first.")
    cursor.execute(f"USE {quoted(database)}")
    return record


def _scale(cursor: Cursor, database: str, scaled: LoadRecord, report: Callable[[str], None]) -> LoadRecord:
    """Add the rows in one transaction. Cut off by a kill, the record says so, and the next load starts over."""
    recorded, first_day = _recorded(cursor)
    calendar = ScaledCalendar(first_day, scaled.days, (scaled.scale - 1) * len(recorded.taken))
    cursor.execute("SELECT staff_id FROM staff ORDER BY staff_id")
    staff = np.array([staff_id for (staff_id,) in cursor.fetchall()], dtype=np.int64)
    before = load_record.read_record(cursor, database)
    try:
        load_record.write_record(cursor, database, replace(scaled, state=SCALING))
        _widen_payment_id(cursor, database, calendar.rentals)
        with _without_insert_triggers(cursor, database, ("rental", "payment")):
            # The drawn keys are new and what they point at is there, so the server need not look.
            cursor.execute("SET unique_checks = 0, foreign_key_checks = 0")
            cursor.execute("BEGIN")
            _load_rows(cursor, drawn_rentals(recorded, staff, calendar, SEED), calendar, report)
            cursor.execute("COMMIT")
    except TriggersLost:
        raise
    except (pymysql.MySQLError, OSError, PlatformError) as error:
        load_record.write_record(cursor, database, before)
        reason = error.args[-1] if error.args else error
        raise PlatformError(f"Scaling {database} failed, its rows are as before: {reason}.") from None
    load_record.write_record(cursor, database, scaled)
    return scaled


def _recorded(cursor: Cursor) -> tuple[RecordedRentals, date]:
    cursor.execute(_RECORDED)
    columns = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 5).T
    cursor.execute("SELECT DATE(MIN(rental_date)) FROM rental")
    ((first_day,),) = cursor.fetchall()
    if first_day is None:
        raise PlatformError("There are no rentals to multiply. Load Sakila again.")
    return RecordedRentals(*columns), first_day


def _widen_payment_id(cursor: Cursor, database: str, added: int) -> None:
    cursor.execute(
        "SELECT data_type FROM information_schema.columns "
        "WHERE table_schema = %s AND table_name = 'payment' AND column_name = 'payment_id'",
        (database,),
    )
    ((data_type,),) = cursor.fetchall()
    if _last_id(cursor, "payment") + added >= _UNSIGNED_LIMITS.get(data_type, 2**31):
        cursor.execute("ALTER TABLE payment MODIFY payment_id INT UNSIGNED NOT NULL AUTO_INCREMENT")


def _load_rows(
    cursor: Cursor, drawn: Iterator[DrawnRentals], calendar: ScaledCalendar, report: Callable[[str], None]
) -> None:
    rental_id, payment_id = _last_id(cursor, "rental") + 1, _last_id(cursor, "payment") + 1
    done = 0
    with tempfile.TemporaryDirectory(prefix="sakila-scale-") as folder:
        path = Path(folder) / "rows.tsv"
        for rentals in drawn:
            _load_file(cursor, path, "rental", _rental_rows(rentals, rental_id + done))
            _load_file(cursor, path, "payment", _payment_rows(rentals, rental_id + done, payment_id + done))
            done += len(rentals)
            report(f"rental and payment: {done:,} of {calendar.rentals:,} rows added")


def _load_file(cursor: Cursor, path: Path, table: str, rows: pa.Table) -> None:
    csv.write_csv(rows, path, _TSV)
    columns = {"rental": _RENTAL_COLUMNS, "payment": _PAYMENT_COLUMNS}[table]
    with sending(cursor, path):
        loaded = cursor.execute(_LOAD.format(table=table, columns=columns), (str(path),))
    # With LOCAL the server turns errors into warnings and leaves rows out.
    if loaded != len(rows):
        raise PlatformError(f"the server took {loaded:,} of {len(rows):,} rows of {table}")


def _rental_rows(rentals: DrawnRentals, first_id: int) -> pa.Table:
    returned = _timestamps(rentals.returned)
    ids = pa.array(np.arange(first_id, first_id + len(rentals)))
    columns = [ids, _timestamps(rentals.taken), rentals.copy, rentals.customer, returned, rentals.staff, returned]
    return pa.table([pa.array(column) for column in columns], names=_RENTAL_COLUMNS.split(", "))


def _payment_rows(rentals: DrawnRentals, first_rental_id: int, first_id: int) -> pa.Table:
    ids = np.arange(len(rentals))
    taken = _timestamps(rentals.taken)
    amounts = pa.array([f"{cents / 100:.2f}" for cents in range(int(rentals.amount_cents.max()) + 1)])
    amount = amounts.take(pa.array(rentals.amount_cents))
    columns = [first_id + ids, rentals.customer, rentals.staff, first_rental_id + ids, amount, taken, taken]
    return pa.table([pa.array(column) for column in columns], names=_PAYMENT_COLUMNS.split(", "))


def _timestamps(seconds: np.ndarray) -> pa.Array:
    return pa.array(seconds.astype("datetime64[s]"))


def _last_id(cursor: Cursor, table: str) -> int:
    cursor.execute(f"SELECT COALESCE(MAX({table}_id), 0) FROM {table}")
    ((last,),) = cursor.fetchall()
    return int(last)


def _count(cursor: Cursor, table: str) -> int:
    cursor.execute(f"SELECT COUNT(*) FROM {table}")
    ((count,),) = cursor.fetchall()
    return int(count)


@dataclass(frozen=True)
class _Trigger:
    """A trigger's statement, and the session it was created in: its meaning depends on both."""

    name: str
    sql_mode: str
    statement: str
    character_set: str
    collation: str


@contextmanager
def _without_insert_triggers(cursor: Cursor, database: str, tables: Sequence[str]) -> Iterator[None]:
    """Within, rows enter the tables as they are given. What isn't committed when it ends is rolled back.

    The database is the selected one. For all sessions the triggers are gone meanwhile: nobody else may insert.
    Raises TriggersLost when the server does not take them back.
    """
    cursor.execute(_INSERT_TRIGGERS, (database, tuple(tables)))
    triggers = [_trigger(cursor, name) for (name,) in cursor.fetchall()]
    try:
        for trigger in triggers:
            cursor.execute(f"DROP TRIGGER {quoted(trigger.name)}")
        yield
    finally:
        try:
            cursor.connection.rollback()
            _recreate(cursor, database, triggers)
        except pymysql.MySQLError as error:
            names = ", ".join(trigger.name for trigger in triggers)
            raise TriggersLost(
                f"{database}: the triggers {names} could not be put back: {error.args[-1]}. "
                "Run `sakila-platform load`: it starts over."
            ) from None


def _trigger(cursor: Cursor, name: str) -> _Trigger:
    cursor.execute(f"SHOW CREATE TRIGGER {quoted(name)}")
    ((_, sql_mode, statement, character_set, collation, *_),) = cursor.fetchall()
    return _Trigger(name, sql_mode, statement, character_set, collation)


def _recreate(cursor: Cursor, database: str, triggers: Sequence[_Trigger]) -> None:
    cursor.execute("SELECT @@sql_mode, @@character_set_client, @@collation_connection")
    ((sql_mode, character_set, collation),) = cursor.fetchall()
    cursor.execute("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = %s", (database,))
    there = {name for (name,) in cursor.fetchall()}
    session = "SET sql_mode = %s, character_set_client = %s, collation_connection = %s"
    for trigger in triggers:
        if trigger.name not in there:
            cursor.execute(session, (trigger.sql_mode, trigger.character_set, trigger.collation))
            cursor.execute(trigger.statement)
    cursor.execute(session, (sql_mode, character_set, collation))
