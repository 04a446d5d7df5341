"""Connections to the shop's database: pooled, replaced when the server was restarted, one transaction a block."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import TypeVar

import pymysql
import sqlalchemy
from pymysql.constants import ER
from pymysql.cursors import Cursor
from sqlalchemy import event, exc
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.errors import PlatformError
from sakila_platform.rental_desk.refusals import ShopClosed
from sakila_platform.rental_desk.server_errors import NO_RIGHT, READ_ONLY
from sakila_platform.rental_desk.web.request_log import note_database_fault

T = TypeVar("T")

# Each statement sees what was committed before it: a copy is looked at again once its row is locked.
_SESSION = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED"
_LOCK_WAIT = "SET SESSION innodb_lock_wait_timeout = 5"
_WAIT_SECONDS = 5
# A server closes connections that nobody used for its wait_timeout (8 hours by default, often set to minutes).
_RENEWED_AFTER_SECONDS = 300
_COLLISIONS = (ER.LOCK_DEADLOCK, ER.LOCK_WAIT_TIMEOUT, ER.CHECKREAD)
_TRIES = 4
_LAST_USE = "last use"
# No server dies and is back in this time.
_SURELY_ALIVE_SECONDS = 0.1
_NOT_ANSWERING = ShopClosed("The shop's database does not answer at the moment. Try again in a minute.")
_UNCHANGEABLE = ShopClosed(
    "The shop's database can only be read at the moment: nothing was changed. Tell the people who run it."
)
_FORBIDDEN = ShopClosed("The shop's database does not let the desk do this. Tell the people who run it.")


class Collided(Exception):
    """The transaction lost against another one and was undone: it may be tried again."""


class Shop:
    """The shop's database as the desk uses it, from many threads."""

    def __init__(self, address: Callable[[], Address], size: int) -> None:
        self._address = address
        self._last_address: Address | None = None
        self._engine = sqlalchemy.create_engine(
            "mysql+pymysql://",
            creator=self._connect,
            pool_size=size,
            max_overflow=0,
            pool_timeout=_WAIT_SECONDS,
            pool_recycle=_RENEWED_AFTER_SECONDS,
            # A block below always commits or rolls back itself.
            pool_reset_on_return=None,
        )
        event.listen(self._engine, "checkin", _note_use)
        event.listen(self._engine, "checkout", _require_alive)

    @contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """All or nothing. Raises ShopClosed when no server answers, Collided when another transaction won."""
        connection = self._taken()
        is_committed = False
        try:
            with closing(connection.cursor()) as cursor:
                yield cursor  # type: ignore[misc]
            connection.commit()
            is_committed = True
        except pymysql.err.OperationalError as error:
            number = error.args[0] if error.args else 0
            if number in _COLLISIONS:
                raise Collided from None
            note_database_fault(number)
            if number in READ_ONLY:
                raise _UNCHANGEABLE from None
            if number in NO_RIGHT:
                raise _FORBIDDEN from None
            connection.invalidate()
            raise _NOT_ANSWERING from None
        except pymysql.err.InterfaceError as error:
            note_database_fault(error.args[0] if error.args else 0)
            connection.invalidate()
            raise _NOT_ANSWERING from None
        finally:
            if connection.is_valid and not is_committed:
                _undo(connection)
            connection.close()

    def run(self, work: Callable[[Cursor], T]) -> T:
        """What some work in a transaction of its own gives; tried again when another transaction won."""
        for _ in range(_TRIES):
            with suppress(Collided), self.transaction() as cursor:
                return work(cursor)
        raise ShopClosed("The desk is too busy at the moment. Try again in a few seconds.")

    def close(self) -> None:
        """Give all connections back to the server."""
        self._engine.dispose()

    def _taken(self) -> PoolProxiedConnection:
        try:
            return self._engine.raw_connection()
        except exc.TimeoutError:
            raise ShopClosed("The desk is too busy at the moment. Try again in a few seconds.") from None
        except PlatformError as error:
            note_database_fault(0, str(error))
            raise _NOT_ANSWERING from None
        except (exc.DBAPIError, pymysql.err.MySQLError, OSError) as error:
            number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
            note_database_fault(number, type(error).__name__)
            raise _NOT_ANSWERING from None

    def _connect(self) -> pymysql.Connection:
        connection = self._reached()
        with connection.cursor() as cursor:
            cursor.execute(_SESSION)
            cursor.execute(_LOCK_WAIT)
        connection.commit()
        return connection

    def _reached(self) -> pymysql.Connection:
        """A connection where the server was last, else where it is now: finding out takes as long as connecting."""
        if self._last_address:
            with suppress(PlatformError):
                return connect(self._last_address)
        address = self._address()
        connection = connect(address)
        self._last_address = address
        return connection


def _note_use(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_LAST_USE] = time.monotonic()


def _require_alive(connection: pymysql.Connection, record: ConnectionPoolEntry, _: object) -> None:
    """A connection that lay idle may belong to a server that is gone; the pool replaces it when we say so.

    One that was in use a moment ago is not asked: a question more in each request would cost a tenth of it.
    """
    if time.monotonic() - record.info.get(_LAST_USE, 0.0) < _SURELY_ALIVE_SECONDS:
        return
    try:
        connection.ping(reconnect=False)
    except (pymysql.err.MySQLError, OSError):
        raise exc.DisconnectionError from None


def _undo(connection: PoolProxiedConnection) -> None:
    try:
        connection.rollback()
    except pymysql.err.MySQLError:
        connection.invalidate()
