"""The record of a load: a one-row table beside Sakila's own, begun before the first table and completed last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pymysql.cursors import Cursor

from sakila_platform.embedded.sakila.verification import quoted
from sakila_platform.errors import PlatformError

TABLE = "platform_load"
COMPLETE = "complete"
LOADING = "loading"
SCALING = "scaling"
LOCK_WAIT_SECONDS = 5


@dataclass(frozen=True)
class LoadRecord:
    """What a database was loaded from, how far that got, and how many times over its rentals were multiplied."""

    state: str
    origin: str
    release: str | None = None
    scale: int = 1
    days: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether nothing was left half-way."""
        return self.state == COMPLETE


def take_load_lock(cursor: Cursor, database: str) -> None:
    """Hold the server's lock on loading into a database until the connection closes.

    Raises PlatformError when another process holds it.
    """
    # MySQL allows lock names of 64 characters, which a database's name alone may have.
    lock = "sakila_load_" + hashlib.sha256(database.encode()).hexdigest()[:32]
    cursor.execute("SELECT GET_LOCK(%s, %s)", (lock, LOCK_WAIT_SECONDS))
    if cursor.fetchall() != ((1,),):
        raise PlatformError(f"Another process is loading {database} at this moment. Wait for it, then try again.")


def begin_record(cursor: Cursor, database: str, record: LoadRecord) -> None:
    """Create the record's table in an empty database, with its row."""
    cursor.execute(
        f"CREATE TABLE {_table(database)} (id TINYINT PRIMARY KEY, state VARCHAR(10) NOT NULL, "
        "origin VARCHAR(20) NOT NULL, release_text VARCHAR(40), scale INT NOT NULL, days INT NOT NULL) "
        "COMMENT 'One row: what this database was loaded from, and whether that was completed'"
    )
    write_record(cursor, database, record)


def write_record(cursor: Cursor, database: str, record: LoadRecord) -> None:
    """Put this record in place of the one there."""
    cursor.execute(
        f"REPLACE INTO {_table(database)} VALUES (1, %s, %s, %s, %s, %s)",
        (record.state, record.origin, record.release, record.scale, record.days),
    )


def read_record(cursor: Cursor, database: str) -> LoadRecord:
    """The record of a database that has the record's table; one without its row was cut off at the very start."""
    cursor.execute(f"SELECT state, origin, release_text, scale, days FROM {_table(database)}")
    rows = cursor.fetchall()
    return LoadRecord(*rows[0]) if rows else LoadRecord(LOADING, "")


def _table(database: str) -> str:
    return f"{quoted(database)}.{quoted(TABLE)}"
