"""SQL text cut into statements, with the line of each; what MySQL takes for a string, a name and a comment. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from sakila_platform.embedded.sakila.dumps.lexemes import (
    COMMENT,
    EXECUTABLE,
    FLAGS,
    HINT,
    NAME,
    QUOTED_NAME,
    STRING,
    blank,
    unquoted,
    without_comments,
)
from sakila_platform.embedded.sakila.dumps.rows import UNREADABLE, UnreadableRow, plain_rows, read_rows
from sakila_platform.errors import PlatformError

_REMEDY = "Take a complete dump."
# A hint can set a variable for its statement (SET_VAR), so it goes.
_OPENED = re.compile(
    rf"(?P<keep>{STRING}|{QUOTED_NAME})|(?P<hint>{HINT})|(?P<comment>{COMMENT})"
    rf"|(?P<open>{EXECUTABLE})|(?P<close>\*/)",
    FLAGS,
)
_LEADING_GAP = re.compile(rf"(?:\s|{COMMENT})*", FLAGS)
_INSERT = re.compile(
    r"(?:INSERT|REPLACE)\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY)\s+)?(?P<ignore>IGNORE\s+)?INTO\s+"
    rf"(?P<qualifier>(?P<database>{NAME})\s*\.\s*)?(?P<table>{NAME})\s*(?:\((?P<columns>[^()]*)\)\s*)?VALUES?\s*",
    FLAGS,
)
_CREATED_TABLE = re.compile(rf"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:{NAME}\s*\.\s*)?({NAME})", FLAGS)
_SAVED_SETTING = re.compile(r"(@old_\w+)\s*=\s*@@", FLAGS)
_RESTORED_SETTING = re.compile(r"=\s*(@old_\w+)", FLAGS)
_DATABASE_STATEMENT = re.compile(
    rf"(?:USE|(?:CREATE|DROP|ALTER)\s+(?:SCHEMA|DATABASE)(?:\s+IF\s+(?:NOT\s+)?EXISTS)?)\s+({NAME})", FLAGS
)
_DEFINER = re.compile(r"\bDEFINER\s*=\s*(?:`[^`]*`|'[^']*'|\w+)\s*@\s*(?:`[^`]*`|'[^']*'|[\w.%]+)", FLAGS)

# Whether the server runs what stands in executable comments of a kind, such as "!50705" or "M!100100".
Executes = Callable[[str], bool]


def all_executed(_: str) -> bool:
    """Every executable comment is opened: the reading that refuses most."""
    return True


@dataclass(frozen=True)
class SqlFile:
    """The text of an SQL file, and the name it is known by in messages. Mixed is one with bytes that are no UTF-8."""

    name: str
    text: str
    is_mixed: bool = False

    def fault(self, line: int, what: str) -> PlatformError:
        """The one-line error for something wrong at a line of this file."""
        return PlatformError(f"{self.name}, line {line}: {what}")


@dataclass(frozen=True)
class DumpStatement:
    """One statement without its delimiter; `line` is where its first word stands (1 is the first line).

    Executable comments (`/*!50003 … */`) are opened in its text, or gone where the server does not run them.
    """

    file: SqlFile
    line: int
    text: str
    # How many rows an INSERT has, when all of them are literals and nothing else; else 0.
    plain_rows: int = 0

    def line_at(self, position: int) -> int:
        """The line of the file that a position in this statement's text falls on."""
        return self.line + self.text.count("\n", 0, position)

    @cached_property
    def plain(self) -> str:
        """The text with blanks in place of its comments: every position is the same."""
        return without_comments(self.text)

    @cached_property
    def insert(self) -> re.Match[str] | None:
        """The head of INSERT … VALUES, up to where the first row begins; None for anything else."""
        # Most statements of rows are large and without a comment, so their text is tried first.
        return _INSERT.match(self.text) or _INSERT.match(self.plain)

    @property
    def created_table(self) -> str | None:
        """The table that this statement creates, if it does."""
        match = _CREATED_TABLE.match(self.plain) if self.text[:1] in "cC" else None
        return unquoted(match[1]).lower() if match else None

    @property
    def filled_table(self) -> str | None:
        """The table that this statement inserts rows into, if it does."""
        return unquoted(self.insert["table"]).lower() if self.insert else None

    @property
    def named_database(self) -> str | None:
        """The database that this statement creates, drops, alters or selects, if it does."""
        match = _DATABASE_STATEMENT.match(self.plain) if self.text[:1] in "uUcCdDaA" else None
        return unquoted(match[1]) if match else None


@cache
def _tokens(delimiter: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<skip>{STRING}|{QUOTED_NAME}|{COMMENT})"
        rf"|(?P<end>{re.escape(delimiter)})"
        r"|(?P<delimiter>^[ \t]*DELIMITER[ \t]+(?P<symbol>\S+)[^\n]*)"
        rf"|(?P<open>{EXECUTABLE})|(?P<close>\*/)"
        r"|(?P<unclosed>['\"`]|/\*)",
        FLAGS | re.MULTILINE,
    )


def split_statements(file: SqlFile, executes: Executes = all_executed) -> Iterator[DumpStatement]:
    """The statements of a file in order, cut where the `mysql` client would cut them (DELIMITER lines included).

    Raises PlatformError, with the line, for a string, comment or statement that the file's end cuts off.
    """
    text, delimiter = file.text, ";"
    start = position = 0
    line, counted = 1, 0
    begin, is_within = _end_of_gap(text, start), False
    plain, position = _plain_rows(text, begin)
    while True:
        token = _tokens(delimiter).search(text, position)
        if plain and token and text[position : token.start()].strip():
            plain = 0
        position = token.end() if token else len(text)
        if token and token["skip"]:
            plain = 0
            continue
        if token and (token["open"] or token["close"]):
            plain, is_within = 0, bool(token["open"])
            continue
        # Within an executable comment a delimiter ends nothing.
        if token and token["end"] and is_within:
            continue
        if token is None or not token["delimiter"]:
            line, counted = line + text.count("\n", counted, begin), begin
            if token is None:
                if begin < len(text):
                    raise file.fault(line, f"the statement that begins here is cut off. {_REMEDY}")
                return
            if token["unclosed"]:
                raise _unclosed(DumpStatement(file, line, _opened_text(text[begin:], executes)), token[0])
            yield from _opened(DumpStatement(file, line, text[begin : token.start()], plain), executes)
        else:
            delimiter = token["symbol"]
        begin, is_within = _end_of_gap(text, position), False
        plain, position = _plain_rows(text, begin)


def _end_of_gap(text: str, position: int) -> int:
    gap = _LEADING_GAP.match(text, position)
    return gap.end() if gap else position


def _plain_rows(text: str, position: int) -> tuple[int, int]:
    head = _INSERT.match(text, position)
    return plain_rows(text, head.end()) if head else (0, position)


def _opened(statement: DumpStatement, executes: Executes) -> Iterator[DumpStatement]:
    """The statement as the server runs it: its executable comments opened, or gone. None when nothing is left."""
    if statement.plain_rows:
        yield DumpStatement(statement.file, statement.line, statement.text.rstrip(), statement.plain_rows)
        return
    text = statement.text
    if "/*" in text:
        text = _opened_text(text, executes)
    begin = _end_of_gap(text, 0)
    if text[begin:].strip():
        yield DumpStatement(statement.file, statement.line_at(begin), text[begin:].rstrip())


def _opened_text(text: str, executes: Executes) -> str:
    pieces: list[str] = []
    position, is_run = 0, True
    for token in _OPENED.finditer(text):
        between = text[position : token.start()]
        pieces.append(between if is_run else blank(between))
        if token["open"]:
            is_run = executes(token["open"][2:].upper())
        elif token["close"]:
            is_run = True
        kept = is_run and (token["keep"] or token["comment"])
        pieces.append(token[0] if kept else blank(token[0]))
        position = token.end()
    return "".join((*pieces, text[position:]))


def _unclosed(statement: DumpStatement, mark: str) -> PlatformError:
    """A quote missing in a row turns all that follows inside out: then the row is to blame, not the last quote."""
    if statement.insert:
        list(rows_of(statement))
    return statement.file.fault(statement.line, f"a {mark} in this statement is never closed. {_REMEDY}")


def rows_of(statement: DumpStatement) -> Iterator[tuple[int, list[str]]]:
    """Where each row `(...)` of an INSERT … VALUES begins in the statement's text, and its values as written.

    Raises PlatformError, naming the row's line, where the list of rows is broken or a value is not taken.
    """
    if statement.insert is None:
        raise statement.file.fault(statement.line, "expected INSERT INTO … VALUES with rows. Take an official dump.")
    try:
        yield from read_rows(statement.text, lambda: statement.plain, statement.insert.end())
    except UnreadableRow as row:
        raise _broken_row(statement, row) from None


def _broken_row(statement: DumpStatement, row: UnreadableRow) -> PlatformError:
    rest = statement.text[row.position : row.position + 60].strip().split("\n")[0] or "its end"
    broken, remedy = f"a corrupt or cut-off row of table {statement.filled_table}", _REMEDY
    if row.what == UNREADABLE:
        broken += ", or one with an expression that is not understood"
        remedy = "Write plain values there, or take a complete dump."
    elif row.what:
        broken = f"a value of table {statement.filled_table} is not taken from a dump, as {row.what}"
        remedy = "Write a plain value."
    return statement.file.fault(statement.line_at(row.position), f"{broken}, at {rest!r}. {remedy}")


def require_settings_restored(file: SqlFile, statements: Iterable[DumpStatement]) -> None:
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
        reference = rf"(?P<keep>{STRING}|{COMMENT})|(?<![\w.`@])`?(?:{names})`?\s*\.\s*(?=[`\w])"
        text = re.sub(reference, lambda found: found["keep"] or f"`{database}`.", text, flags=FLAGS)
    return _DEFINER.sub("DEFINER=CURRENT_USER", text)
