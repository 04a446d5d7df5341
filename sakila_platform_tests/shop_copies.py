"""A Sakila for many tests: loaded once, and put back table by table after a test changed it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pymysql.cursors import Cursor

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.sakila.database import load_sakila
from sakila_platform.embedded.sakila.verification import existing_tables

# A connection that a test left open would hold its tables; better a failure than a test session that hangs.
_LOCK_WAIT_SECONDS = 30
_COUNTER = re.compile(r" AUTO_INCREMENT=\d+")


@dataclass(frozen=True)
class _Table:
    """A table as its dump has it: a change of any of these means that a test changed it."""

    ddl: str
    checksum: int
    triggers: tuple[str, ...]


class ShopCopies:
    """One Sakila on a server that tests use in turn, and an untouched one beside it to put it right from."""

    def __init__(self, server: Address, dump: Path | str) -> None:
        suffix = uuid.uuid4().hex
        self.address = server.on(f"sakila_{suffix}")
        self._untouched = f"untouched_{suffix}"
        load_sakila(server, str(dump), lambda _: None, database=self.address.database)
        with self._cursor() as cursor:
            self._tables = {name: self._found(cursor, name) for name in existing_tables(cursor, self.address.database)}
            cursor.execute(f"CREATE DATABASE {self._untouched} CHARACTER SET utf8mb4")
            for name in self._tables:
                cursor.execute(f"CREATE TABLE {self._untouched}.`{name}` AS SELECT * FROM `{name}`")

    def restore(self) -> None:
        """Make every table, row and trigger what the dump has; costs little where nothing changed."""
        with self._cursor() as cursor:
            found = {name: self._found(cursor, name) for name in existing_tables(cursor, self.address.database)}
            changed = {name: table for name, table in self._tables.items() if found.get(name) != table}
            # All go before one comes back: a foreign key does not fit a parent that still is as a test changed it.
            for name in {*changed, *(found.keys() - self._tables.keys())}:
                cursor.execute(f"DROP TABLE IF EXISTS `{name}`")
            for name, table in changed.items():
                self._recreate(cursor, name, table)

    def _recreate(self, cursor: Cursor, name: str, table: _Table) -> None:
        cursor.execute(table.ddl)
        # Triggers come last: they would put today's date in place of the recorded ones.
        cursor.execute(f"INSERT INTO `{name}` SELECT * FROM {self._untouched}.`{name}`")
        for trigger in table.triggers:
            cursor.execute(trigger)

    def _found(self, cursor: Cursor, name: str) -> _Table:
        cursor.execute(f"SHOW CREATE TABLE `{name}`")
        ddl = _COUNTER.sub("", cursor.fetchall()[0][1])
        cursor.execute(f"CHECKSUM TABLE `{name}`")
        checksum = cursor.fetchall()[0][1]
        cursor.execute("SHOW TRIGGERS WHERE `Table` = %s", (name,))
        triggers = [row[0] for row in cursor.fetchall()]
        return _Table(ddl, checksum, tuple(self._trigger(cursor, trigger) for trigger in triggers))

    @staticmethod
    def _trigger(cursor: Cursor, name: str) -> str:
        cursor.execute(f"SHOW CREATE TRIGGER `{name}`")
        return cursor.fetchall()[0][2]

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        with closing(connect(self.address, autocommit=True)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SET foreign_key_checks = 0, unique_checks = 0, sql_mode = '', lock_wait_timeout = %s",
                (_LOCK_WAIT_SECONDS,),
            )
            yield cursor

    def drop(self) -> None:
        """Remove both databases."""
        with self._cursor() as cursor:
            for name in (self.address.database, self._untouched):
                cursor.execute(f"DROP DATABASE IF EXISTS {name}")
