"""The official dump as a script for a server: checked whole before its first statement runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pymysql
from pymysql.cursors import Cursor

from sakila_platform.embedded.dump import Dump
from sakila_platform.embedded.statements import (
    Statement,
    require_settings_restored,
    retargeted,
    row_positions,
    split_statements,
)
from sakila_platform.embedded.verification import TABLES
from sakila_platform.errors import PlatformError

_RELEASE = re.compile(r"^--\s*Version\s+([\w.]+)", re.MULTILINE | re.IGNORECASE)
_SERVER_ROW = re.compile(r"at row (\d+)")
_SERVER_LINE = re.compile(r"at line (\d+)")
_NAMES_CHARACTER_SET = re.compile(r"SET\s+NAMES\b", re.IGNORECASE)
# The film triggers fill it, so the dump has no rows of its own for it.
_FILLED_BY_TRIGGERS = "film_text"


@dataclass(frozen=True)
class OfficialSakila:
    """A release of Sakila: its statements in the dump's order, and how many rows the dump holds per table."""

    statements: tuple[Statement, ...]
    rows: Mapping[str, int]
    release: str | None
    origin = "official"

    def fill(self, cursor: Cursor, database: str) -> None:
        """Run the script in a database that is there, empty and selected. Raises PlatformError at file and line."""
        dumped = {statement.named_database for statement in self.statements} - {None}
        for statement in self.statements:
            # The session is utf8mb4 and the database chosen already: what the dump says of both is skipped.
            if statement.named_database or _NAMES_CHARACTER_SET.match(statement.text):
                continue
            text = statement.text
            if not statement.filled_table:
                text = retargeted(text, sorted(filter(None, dumped)), database)
            _execute(cursor, statement, text)


def official_sakila(dump: Dump) -> OfficialSakila:
    """The script of a dump. Raises PlatformError, at file and line, where it is cut off, corrupt or incomplete."""
    statements: list[Statement] = []
    for file in (dump.schema, dump.data):
        found = list(split_statements(file))
        require_settings_restored(file, found)
        statements += found
    rows = _rows_per_table(statements)
    _require_tables(dump, statements, rows)
    release = _RELEASE.search(dump.schema.text)
    return OfficialSakila(tuple(statements), rows, release[1] if release else None)


def _rows_per_table(statements: list[Statement]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for statement in statements:
        if table := statement.filled_table:
            rows[table] = rows.get(table, 0) + sum(1 for _ in row_positions(statement))
    if "film" in rows:
        rows.setdefault(_FILLED_BY_TRIGGERS, rows["film"])
    return rows


def _require_tables(dump: Dump, statements: list[Statement], rows: Mapping[str, int]) -> None:
    created = {statement.created_table for statement in statements}
    for table in TABLES:
        if table not in created:
            raise PlatformError(f"{dump.schema.name} creates no table {table}. Take a complete dump.")
        if not rows.get(table):
            raise PlatformError(f"{dump.data.name} has no rows for table {table}. Take a complete dump.")


def _execute(cursor: Cursor, statement: Statement, text: str) -> None:
    try:
        cursor.execute(text)
    except pymysql.MySQLError as error:
        # The server quotes the statement with its line breaks; the message is to be one line.
        reason = " ".join(str(error.args[-1]).split()) if error.args else "it gave no reason"
        raise statement.file.fault(
            _line_of(statement, reason), f"the server refuses this: {reason}. Take a complete dump."
        ) from None


def _line_of(statement: Statement, reason: str) -> int:
    """The file's line that a server's message is about: it counts rows and lines within the statement."""
    row, line = _SERVER_ROW.search(reason), _SERVER_LINE.search(reason)
    if row and statement.filled_table:
        positions = list(row_positions(statement))
        return statement.line_at(positions[min(int(row[1]), len(positions)) - 1])
    return statement.line + int(line[1]) - 1 if line else statement.line
