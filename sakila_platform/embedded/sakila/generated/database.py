"""The generated Sakila as a whole: its rows, and how they are put into an empty database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from random import Random

from pymysql.converters import escape_item
from pymysql.cursors import Cursor

from sakila_platform.embedded.sakila.dumps.literals import FileValues
from sakila_platform.embedded.sakila.dumps.statements import SqlFile, split_statements
from sakila_platform.embedded.sakila.generated.history import history_tables
from sakila_platform.embedded.sakila.generated.shop import Row, shop_tables
from sakila_platform.embedded.sakila.verification import quoted

SEED = 20050524
SCHEMA = "schema.sql"
# After the rows, as they would overwrite the recorded dates.
DATE_TRIGGERS = "date_triggers.sql"


@dataclass(frozen=True)
class GeneratedSakila:
    """The rows of every table that is filled directly; the film triggers fill film_text."""

    tables: Mapping[str, Sequence[Row]]
    origin = "generated"
    release = None
    time_zone = "+00:00"
    notes = ()

    @property
    def rows(self) -> Mapping[str, int]:
        """How many rows each of the sixteen tables will have."""
        counts = {table: len(rows) for table, rows in self.tables.items()}
        return counts | {"film_text": counts["film"]}

    @property
    def values(self) -> Mapping[str, FileValues]:
        """Every value as a literal, and how often each column has it."""
        return {
            table: FileValues({place: _literals(column) for place, column in enumerate(zip(*rows, strict=True))})
            for table, rows in self.tables.items()
        }

    def fill(self, cursor: Cursor, database: str) -> None:
        """Create tables, views, routines and triggers in an empty, selected database, and put the rows in."""
        _run(cursor, SCHEMA)
        # store and staff point at each other, so no order of tables would do; the load verifies all keys afterwards.
        cursor.execute("SET foreign_key_checks = 0")
        cursor.execute("BEGIN")
        for table, rows in self.tables.items():
            values = ", ".join(["%s"] * len(rows[0]))
            statement = f"INSERT INTO {quoted(database)}.{quoted(table)} VALUES ({values})"
            cursor.executemany(statement, rows)
        cursor.execute("COMMIT")
        _run(cursor, DATE_TRIGGERS)


def generated_sakila(seed: int = SEED) -> GeneratedSakila:
    """The same rows for the same seed, on any machine."""
    random = Random(seed)
    shop = shop_tables(random)
    return GeneratedSakila(shop | history_tables(random, shop))


def _literals(column: Iterable[object]) -> Counter[str]:
    return Counter({escape_item(value, "utf8mb4"): times for value, times in Counter(column).items()})


def _run(cursor: Cursor, name: str) -> None:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    for statement in split_statements(SqlFile(name, text)):
        cursor.execute(statement.text)
