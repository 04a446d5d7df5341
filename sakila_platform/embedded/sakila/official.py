"""The official dump as a script for a server: checked whole before its first statement runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import pymysql
from pymysql.cursors import Cursor

from sakila_platform.embedded.sakila.dumps.allowed_statements import StatementKind, kind_of
from sakila_platform.embedded.sakila.dumps.dump import Dump
from sakila_platform.embedded.sakila.dumps.lexemes import FLAGS, NAME, STRAY_BYTE, unquoted, with_binary_strings
from sakila_platform.embedded.sakila.dumps.literals import FileValues
from sakila_platform.embedded.sakila.dumps.rows import plain_values
from sakila_platform.embedded.sakila.dumps.session_settings import (
    STAY_STRICT,
    carried_out,
    named_zone,
    require_readable_mode,
    sets_mode,
)
from sakila_platform.embedded.sakila.dumps.statements import (
    DumpStatement,
    Executes,
    SqlFile,
    all_executed,
    require_settings_restored,
    retargeted,
    rows_of,
    split_statements,
)
from sakila_platform.embedded.sakila.load_errors import reason_of, remedy_for
from sakila_platform.embedded.sakila.load_record import TABLE as RECORD
from sakila_platform.embedded.sakila.verification import TABLES
from sakila_platform.errors import PlatformError

_RELEASE = re.compile(r"^--\s*Version\s+([\w.]+)", re.MULTILINE | re.IGNORECASE)
_DUMPED_DATABASE = re.compile(r"^-- Host: .*\bDatabase: (\S+)", re.MULTILINE)
_SERVER_ROW = re.compile(r"at row (\d+)")
_SERVER_LINE = re.compile(r"at line (\d+)")
_OF_THE_RECORD = re.compile(rf"\w+\s+TABLE\b[^(]*\b{RECORD}\b", FLAGS)
_ROUTINE = re.compile(
    r"(?P<verb>CREATE|DROP)\b[^(]*?\b(?P<kind>TRIGGER|PROCEDURE|FUNCTION)\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
    rf"(?:{NAME}\s*\.\s*)?(?P<name>{NAME})",
    FLAGS,
)
_UTC = "+00:00"
# It repeats film for a search by text: a trigger of film fills it, unless the dump has rows of its own for it.
_FILM_TEXT = "film_text"
_FILLS_FILM_TEXT = re.compile(r".*?\bAFTER\s+INSERT\s+ON\s+(?:\S+\s*\.\s*)?`?film`?\s.*\bfilm_text\b", FLAGS)
_EMPTY_FILM_TEXT = (
    "film_text is empty: the dump has no rows for it, and no trigger before the rows of film that makes them. "
    "Nothing of the platform reads it."
)


@dataclass(frozen=True)
class _Step:
    """A statement that is run, and the text that is sent for it."""

    statement: DumpStatement
    kind: StatementKind
    text: str


@dataclass
class _Found:
    """What the files of a dump hold, as far as they were read."""

    steps: list[_Step] = field(default_factory=list)
    created: set[str | None] = field(default_factory=set)
    databases: set[str] = field(default_factory=set)
    rows: dict[str, int] = field(default_factory=dict)
    values: dict[str, FileValues] = field(default_factory=dict)
    routines: dict[tuple[str, str], str] = field(default_factory=dict)
    films_before_trigger: int | None = None
    time_zone: str = _UTC


@dataclass(frozen=True)
class OfficialSakila:
    """A release of Sakila: its steps in the dump's order, and what the dump holds per table."""

    steps: tuple[_Step, ...]
    databases: frozenset[str]
    rows: Mapping[str, int]
    values: Mapping[str, FileValues]
    release: str | None
    time_zone: str = _UTC
    notes: tuple[str, ...] = ()
    origin = "official"

    def fill(self, cursor: Cursor, database: str) -> None:
        """Run the script in a database that is there, empty and selected. Raises PlatformError at file and line.

        Triggers come when all rows are in: they put today's date in place of a row's own.
        """
        cursor.execute("SELECT @@sql_mode, @@time_zone")
        ((first_mode, zone),) = cursor.fetchall()
        # Tables point at each other; the load verifies all keys afterwards.
        cursor.execute("SET foreign_key_checks = 0")
        mode, held = first_mode, list[tuple[_Step, str]]()
        for step in self.steps:
            if step.kind is StatementKind.TRIGGER and not self._makes_rows(step):
                held.append((step, mode))
                continue
            self._run(cursor, step, database)
            if step.kind is StatementKind.SETTING and sets_mode(step.text):
                cursor.execute(STAY_STRICT)
                cursor.execute("SELECT @@sql_mode")
                ((mode,),) = cursor.fetchall()
                require_readable_mode(step.statement, mode)
        for step, its_mode in held:
            cursor.execute("SET sql_mode = %s", (its_mode,))
            self._run(cursor, step, database)
        cursor.execute("SET sql_mode = %s, time_zone = %s", (first_mode, zone))

    def _makes_rows(self, step: _Step) -> bool:
        return _FILM_TEXT not in self.values and _FILLS_FILM_TEXT.match(step.text) is not None

    def _run(self, cursor: Cursor, step: _Step, database: str) -> None:
        text = step.text if step.kind is StatementKind.ROWS else retargeted(step.text, sorted(self.databases), database)
        try:
            # Bytes, as a string may hold some that are no text; the driver's stubs do not know that it takes them.
            cursor.execute(text.encode("utf-8", "surrogateescape"))  # type: ignore[call-overload]
        except pymysql.MySQLError as error:
            reason = reason_of(error)
            remedy = remedy_for(error, step.statement.plain, database) or "Take a complete dump."
            raise step.statement.file.fault(
                _line_of(step.statement, reason), f"the server refuses this: {reason}. {remedy}"
            ) from None


def executed_comments(cursor: Cursor) -> Executes:
    """Which executable comments (`/*!50705 … */`) this server runs: it is asked, once for each version."""

    @cache
    def executes(mark: str) -> bool:
        cursor.execute(f"SELECT 0 /*{mark} + 1 */")
        return bool(cursor.fetchall() == ((1,),))

    return executes


def official_sakila(dump: Dump, executes: Executes = all_executed) -> OfficialSakila:
    """The script of a dump, as a server reads it.

    Raises PlatformError, at file and line, where it is cut off, corrupt or incomplete, or does what no Sakila needs.
    """
    found = _Found()
    for file in (dump.schema, dump.data):
        statements = list(split_statements(file, executes))
        require_settings_restored(file, statements)
        databases = _own_databases(file, statements)
        found.databases |= databases
        for statement in statements:
            step = _step(statement, databases)
            if step and not _is_repeated(step, found):
                found.steps.append(step)
                _take_in(step, found)
    notes = _settle_film_text(found)
    _require_tables(dump, found)
    release = _RELEASE.search(dump.schema.text)
    return OfficialSakila(
        steps=tuple(found.steps),
        databases=frozenset(found.databases),
        rows=found.rows,
        values=found.values,
        release=release[1] if release else None,
        time_zone=found.time_zone,
        notes=notes,
    )


def _own_databases(file: SqlFile, statements: list[DumpStatement]) -> set[str]:
    """What a file calls its database: what it selects or creates first, else what its head says."""
    for statement in statements:
        if statement.named_database and statement.text[:4].upper() in ("USE ", "USE`", "CREA"):
            return {statement.named_database.lower()}
    head = _DUMPED_DATABASE.search(file.text, 0, 2000)
    return {head[1].lower()} if head else {"sakila"}


def _step(statement: DumpStatement, databases: set[str]) -> _Step | None:
    """What is run for a statement, if anything is. The session is utf8mb4 and the database chosen already."""
    if statement.file.is_mixed:
        _require_text(statement)
    kind = kind_of(statement, databases)
    # A dump of a database that this platform loaded has the record of that load, which is not this one's.
    if kind is StatementKind.LEFT_OUT or statement.filled_table == RECORD or _OF_THE_RECORD.match(statement.plain):
        return None
    text = statement.text
    if kind is StatementKind.SETTING:
        text = carried_out(statement)
    if kind is StatementKind.ROWS and statement.insert:
        # IGNORE would make warnings of what strictness refuses; the database is the selected one.
        for part in ("ignore", "qualifier"):
            begin, end = statement.insert.span(part)
            text = text[:begin] + " " * (end - begin) + text[end:] if begin >= 0 else text
        if statement.file.is_mixed:
            text = with_binary_strings(text)
    return _Step(statement, kind, text) if text else None


def _is_repeated(step: _Step, found: _Found) -> bool:
    """Schema and data that are dumped apart both have the triggers, and perhaps the routines: once is enough."""
    routine = _ROUTINE.match(step.statement.plain)
    if not routine:
        return False
    name = (routine["kind"].upper(), unquoted(routine["name"]).lower())
    if routine["verb"].upper() == "DROP":
        found.routines.pop(name, None)
        return False
    text = " ".join(step.statement.plain.split())
    is_repeated = found.routines.get(name) == text
    found.routines[name] = text
    return is_repeated


def _require_text(statement: DumpStatement) -> None:
    """Only a row may have bytes that are no text: mariadb-dump writes a picture so, mysqldump with `_binary` before."""
    checked = statement.plain[: statement.insert.end()] if statement.insert else statement.plain
    if stray := STRAY_BYTE.search(checked):
        raise statement.file.fault(
            statement.line_at(stray.start()),
            "the text is not UTF-8. Take the official dump as it is, or dump with --default-character-set=utf8mb4.",
        )


def _take_in(step: _Step, found: _Found) -> None:
    statement = step.statement
    found.created.add(statement.created_table)
    if step.kind is StatementKind.SETTING:
        found.time_zone = named_zone(step.text) or found.time_zone
    if step.kind is StatementKind.TRIGGER and found.films_before_trigger is None and _FILLS_FILM_TEXT.match(step.text):
        found.films_before_trigger = found.rows.get("film", 0)
    table = statement.filled_table
    if table and statement.insert:
        named = statement.insert["columns"]
        columns = [unquoted(name.strip()) for name in named.split(",")] if named and named.strip() else None
        values = found.values.setdefault(table, FileValues())
        count = statement.plain_rows
        if count:
            values.add_in_line(columns, plain_values(statement.text, statement.insert.end()), count)
        else:
            rows = [row for _, row in rows_of(statement)]
            values.add(columns, rows)
            count = len(rows)
        found.rows[table] = found.rows.get(table, 0) + count


def _settle_film_text(found: _Found) -> tuple[str, ...]:
    """Count the rows that the dump's trigger will make, where film_text has none of its own; say when it has none."""
    if _FILM_TEXT in found.rows:
        return ()
    made = 0 if found.films_before_trigger is None else found.rows.get("film", 0) - found.films_before_trigger
    found.rows[_FILM_TEXT] = made
    return () if made else (_EMPTY_FILM_TEXT,)


def _require_tables(dump: Dump, found: _Found) -> None:
    for table in TABLES:
        if table not in found.created:
            raise PlatformError(f"{dump.schema.name} creates no table {table}. Take a complete dump.")
        if not found.rows.get(table) and table != _FILM_TEXT:
            raise PlatformError(f"{dump.data.name} has no rows for table {table}. Take a complete dump.")


def _line_of(statement: DumpStatement, reason: str) -> int:
    """The file's line that a server's message is about: it counts rows and lines within the statement."""
    row, line = _SERVER_ROW.search(reason), _SERVER_LINE.search(reason)
    if row and statement.filled_table:
        positions = [position for position, _ in rows_of(statement)]
        return statement.line_at(positions[min(int(row[1]), len(positions)) - 1])
    return statement.line + int(line[1]) - 1 if line else statement.line
