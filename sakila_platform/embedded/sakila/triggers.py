"""Insert triggers set aside for a while, and put back exactly as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pymysql
from pymysql.cursors import Cursor

from sakila_platform.embedded.sakila.verification import quoted
from sakila_platform.errors import PlatformError

_INSERT_TRIGGERS = """
SELECT trigger_name FROM information_schema.triggers
WHERE trigger_schema = %s AND event_object_table IN %s AND event_manipulation = 'INSERT'
ORDER BY event_object_table, action_timing, action_order
"""


class TriggersLost(PlatformError):
    """Triggers that were set aside could not be put back: the database is not to be used as it is."""


@dataclass(frozen=True)
class Trigger:
    """A trigger's statement, and the session it was created in: its meaning depends on both."""

    name: str
    sql_mode: str
    statement: str
    character_set: str
    collation: str


@contextmanager
def without_insert_triggers(cursor: Cursor, database: str, tables: Sequence[str]) -> Iterator[None]:
    """Within, rows enter the tables as they are given. What isn't committed when it ends is rolled back.

    The database is the selected one. For all sessions the triggers are gone meanwhile: nobody else may insert.
    Raises TriggersLost when the server does not take them back.
    """
    cursor.execute(_INSERT_TRIGGERS, (database, tuple(tables)))
    triggers = [_described(cursor, name) for (name,) in cursor.fetchall()]
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


def _described(cursor: Cursor, name: str) -> Trigger:
    cursor.execute(f"SHOW CREATE TRIGGER {quoted(name)}")
    ((_, sql_mode, statement, character_set, collation, *_),) = cursor.fetchall()
    return Trigger(name, sql_mode, statement, character_set, collation)


def _recreate(cursor: Cursor, database: str, triggers: Sequence[Trigger]) -> None:
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
