"""SQL text cut into statements and rows, with the line of each. Pure: no server, no files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from sakila_platform.errors import PlatformError

# Every piece is written so that it can match in one way only: a corrupt file must fail fast, not backtrack for hours.
_STRING = r"""'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'(?!')|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*"(?!")"""
_QUOTED_NAME = r"`[^`]*`"
_BLOCK_END = r"[^*]*(?:\*(?!/)[^*]*)*\*/"
_VERSION_COMMENT = rf"/\*!{_BLOCK_END}"
_COMMENT = rf"/\*(?!!){_BLOCK_END}|--(?=\s|\Z)[^\n]*|\#[^\n]*"
_GAP = rf"(?:\s|{_COMMENT})*"
_PLAIN_VALUE = r"""[^\s,'"()`;/]+(?:\s*\([^()]*\))?"""
_VALUE = rf"""(?:(?:[bnx]|_\w+\s*)?(?:{_STRING})|{_PLAIN_VALUE})"""
_ITEM = rf"(?:{_VERSION_COMMENT}|\s)*{_VALUE}(?:{_VERSION_COMMENT}|\s)*"
_REMEDY = "Take a complete dump."
_FLAGS = re.DOTALL | re.IGNORECASE

_ROW = re.compile(rf"\({_ITEM}(?:,{_ITEM})*\)", _FLAGS)
_BETWEEN_ROWS = re.compile(rf"{_GAP},{_GAP}", _FLAGS)
_LEADING_GAP = re.compile(_GAP, _FLAGS)
_INSERT = re.compile(
    rf"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+(?:`?\w+`?\s*\.\s*)?`?(\w+)`?\s*(?:\([^()]*\))?\s*VALUES?{_GAP}",
    _FLAGS,
)
_CREATED_TABLE = re.compile(r"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:`?\w+`?\s*\.\s*)?`?(\w+)`?", _FLAGS)
_SAVED_SETTING = re.compile(r"(@old_\w+)\s*=\s*@@", _FLAGS)
_RESTORED_SETTING = re.compile(r"=\s*(@old_\w+)", _FLAGS)
_DATABASE_STATEMENT = re.compile(
    r"(?:USE|(?:CREATE|DROP)\s+(?:SCHEMA|DATABASE)(?:\s+IF\s+(?:NOT\s+)?EXISTS)?)\s+`?(\w+)`?", _FLAGS
)
_DEFINER = re.compile(r"\bDEFINER\s*=\s*(?:`[^`]*`|'[^']*'|\w+)\s*@\s*(?:`[^`]*`|'[^']*'|[\w.%]+)", _FLAGS)


@dataclass(frozen=True)
class SqlFile:
    """The text of an SQL file, and the name it is known by in messages."""

    name: str
    text: str

    def fault(self, line: int, what: str) -> PlatformError:
        """The one-line error for something wrong at a line of this file."""
        return PlatformError(f"{self.name}, line {line}: {what}")


@dataclass(frozen=True)
class Statement:
    """One statement without its delimiter; `line` is where its first word stands (1 is the first line)."""

    file: SqlFile
    line: int
    text: str

    def line_at(self, position: int) -> int:
        """The line of the file that a position in this statement's text falls on."""
        return self.line + self.text.count("\n", 0, position)

    @property
    def created_table(self) -> str | None:
        """The table that this statement creates, if it does."""
        match = _CREATED_TABLE.match(self.text)
        return match[1].lower() if match else None

    @property
    def filled_table(self) -> str | None:
        """The table that this statement inserts rows into, if it does."""
        match = _INSERT.match(self.text)
        return match[1].lower() if match else None

    @property
    def named_database(self) -> str | None:
        """The database that this statement creates, drops or selects, if it does."""
        match = _DATABASE_STATEMENT.match(self.text)
        return match[1] if match else None


@cache
def _tokens(delimiter: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<skip>{_STRING}|{_QUOTED_NAME}|{_VERSION_COMMENT}|{_COMMENT})"
        rf"|(?P<end>{re.escape(delimiter)})"
        r"|(?P<delimiter>^[ \t]*DELIMITER[ \t]+(?P<symbol>\S+)[^\n]*)"
        r"|(?P<unclosed>['\"`]|/\*)",
        _FLAGS | re.MULTILINE,
    )


def split_statements(file: SqlFile) -> Iterator[Statement]:
    """The statements of a file in order, cut where the `mysql` client would cut them (DELIMITER lines included).

    Raises PlatformError, with the line, for a string, comment or statement that the file's end cuts off.
    """
    text, delimiter = file.text, ";"
    start = position = 0
    line, counted = 1, 0
    while True:
        token = _tokens(delimiter).search(text, position)
        position = token.end() if token else len(text)
        if token and token["skip"]:
            continue
        if token and token["delimiter"]:
            delimiter, start = token["symbol"], position
            continue
        begin = _end_of_gap(text, start)
        line, counted = line + text.count("\n", counted, begin), begin
        if token is None:
            if begin < len(text):
                raise file.fault(line, f"the statement that begins here is cut off. {_REMEDY}")
            return
        if token["unclosed"]:
            raise _unclosed(Statement(file, line, text[begin:]), token[0])
        if token.start() > begin:
            yield Statement(file, line, text[begin : token.start()].rstrip())
        start = position


def _end_of_gap(text: str, position: int) -> int:
    gap = _LEADING_GAP.match(text, position)
    return gap.end() if gap else position


def _unclosed(statement: Statement, mark: str) -> PlatformError:
    """A quote missing in a row turns all that follows inside out: then the row is to blame, not the last quote."""
    if statement.filled_table:
        list(row_positions(statement))
    return statement.file.fault(statement.line, f"a {mark} in this statement is never closed. {_REMEDY}")


def row_positions(statement: Statement) -> Iterator[int]:
    """Where each row `(...)` of an INSERT … VALUES begins in the statement's text.

    Raises PlatformError, naming the row's line, where the list of rows is broken.
    """
    head = _INSERT.match(statement.text)
    if head is None:
        raise statement.file.fault(statement.line, "expected INSERT INTO … VALUES with rows. Take an official dump.")
    position = head.end()
    while True:
        row = _ROW.match(statement.text, position)
        if row is None:
            raise _broken_row(statement, position)
        yield position
        comma = _BETWEEN_ROWS.match(statement.text, row.end())
        if comma is None:
            if statement.text[row.end() :].strip():
                raise _broken_row(statement, row.end())
            return
        position = comma.end()


def _broken_row(statement: Statement, position: int) -> PlatformError:
    rest = statement.text[position : position + 60].strip().split("\n")[0]
    where = statement.line_at(position)
    return statement.file.fault(
        where, f"a corrupt or cut-off row of table {statement.filled_table}, at {rest or 'its end'!r}. {_REMEDY}"
    )


def require_settings_restored(file: SqlFile, statements: Iterable[Statement]) -> None:
    """A dump saves session settings at its top and restores them at its end: one not restored means a lost end.

    Raises PlatformError then: this finds a file that was cut exactly between two statements.
    """
    saved: dict[str, int] = {}
    for statement in statements:
        if statement.filled_table:
            continue
        for name in _RESTORED_SETTING.findall(statement.text):
            saved.pop(name.lower(), None)
        for name in _SAVED_SETTING.findall(statement.text):
            saved[name.lower()] = statement.line
    for name, line in saved.items():
        last = file.text.count("\n") + 1
        raise file.fault(last, f"the file is cut off: {name}, saved in line {line}, is never restored. {_REMEDY}")


def retargeted(text: str, databases: Iterable[str], database: str) -> str:
    """The statement with references to the dump's own databases (`sakila.film`) turned to another one.

    Strings are left alone. A DEFINER that names an account becomes CURRENT_USER: the account need not exist here.
    """
    names = "|".join(re.escape(name) for name in databases if name != database)
    if names:
        reference = rf"(?P<keep>{_STRING}|{_COMMENT})|(?<![\w.`@])`?(?:{names})`?\s*\.\s*(?=[`\w])"
        text = re.sub(reference, lambda found: found["keep"] or f"`{database}`.", text, flags=_FLAGS)
    return _DEFINER.sub("DEFINER=CURRENT_USER", text)
