"""The rows of an INSERT … VALUES: where each begins and what it holds, read as MySQL reads them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from sakila_platform.embedded.sakila.dumps.lexemes import FLAGS, LITERAL, QUOTED_NAME, STRING

_PLAIN_ROW = re.compile(rf"\(\s*{LITERAL}\s*(?:,\s*{LITERAL}\s*)*\)", FLAGS)
_LITERALS = re.compile(LITERAL, FLAGS)
_BETWEEN_ROWS = re.compile(r"\s*,\s*")
_PIECE = re.compile(rf"{STRING}|{QUOTED_NAME}|[(),'\"`]|[^(),'\"`]+", FLAGS)
# Two minus signs begin a comment only before a blank; the library takes them for one anywhere.
_MINUS_MINUS = re.compile(rf"(?P<keep>{STRING}|{QUOTED_NAME})|--", FLAGS)
# Functions that the library knows by name compute; these do too, and it knows them by no class of their own.
_COMPUTING = re.compile(
    r"ST_\w+|NOW|SYSDATE|LOCALTIME|LOCALTIMESTAMP|(?:GEOM|POINT)FROM(?:TEXT|WKB)|POINT|LINESTRING|POLYGON"
    r"|FROM_DAYS|MAKEDATE|MAKETIME|ADDTIME|SUBTIME|CONVERT_TZ|CONV|OCT|ORD|ELT|QUOTE|UNCOMPRESS"
    r"|UUID_TO_BIN|BIN_TO_UUID|INET6?_(?:ATON|NTOA)"
)
UNREADABLE = "it can't be read"
_REFUSED_NODES = (exp.Query, exp.Alias, exp.Parameter, exp.SessionParameter, exp.PropertyEQ, exp.Dot, exp.Command)


class UnreadableRow(Exception):
    """Rows end, or go on, in a way that no row does; or a value can't be taken from a dump."""

    def __init__(self, position: int, what: str = "") -> None:
        super().__init__(position, what)
        self.position = position
        self.what = what


def plain_rows(text: str, position: int) -> tuple[int, int]:
    """How many rows of literals alone begin at this position, and where they end: no delimiter can stand in them."""
    count = 0
    while row := _PLAIN_ROW.match(text, position):
        count += 1
        comma = _BETWEEN_ROWS.match(text, row.end())
        if comma is None:
            return count, row.end()
        position = comma.end()
    return 0, position


def plain_values(text: str, position: int) -> list[str]:
    """The values of all rows from this position on, one row's after another's, where all are literals."""
    return _LITERALS.findall(text, position)


def read_rows(text: str, without_comments: Callable[[], str], position: int) -> Iterator[tuple[int, list[str]]]:
    """Where each row begins that follows this position, and its values as they are written.

    Raises UnreadableRow where the list of rows is broken. `without_comments` gives the same text with its comments
    blanked: that costs time in a large statement, and most have none.
    """
    is_blanked = False
    while True:
        row = _PLAIN_ROW.match(text, position)
        if row:
            values, end = _LITERALS.findall(text, position, row.end()), row.end()
        elif not is_blanked:
            text, is_blanked = without_comments(), True
            blanks = len(text) - len(text[position:].lstrip()) if text[position : position + 1].isspace() else position
            position = blanks
            continue
        else:
            values, end = _careful_row(text, position)
        yield position, values
        comma = _BETWEEN_ROWS.match(text, end)
        if comma is None and not is_blanked:
            text, is_blanked = without_comments(), True
            comma = _BETWEEN_ROWS.match(text, end)
        if comma is None:
            if text[end:].strip():
                raise UnreadableRow(end)
            return
        position = comma.end()


def _careful_row(text: str, position: int) -> tuple[list[str], int]:
    """A row that holds more than literals: cut at its commas, each value judged."""
    if text[position : position + 1] != "(":
        raise UnreadableRow(position)
    values: list[str] = []
    depth, begin = 0, position + 1
    for piece in _PIECE.finditer(text, position):
        mark = piece[0]
        if mark in "'\"`":
            raise UnreadableRow(position)
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        if (mark == "," and depth == 1) or (mark == ")" and depth == 0):
            values.append(_judged(text[begin : piece.start()].strip(), position))
            begin = piece.end()
        if depth == 0:
            return values, piece.end()
    raise UnreadableRow(position)


def _judged(value: str, position: int) -> str:
    if not _LITERALS.fullmatch(value) and (objection := objection_to(value)):
        raise UnreadableRow(position, objection)
    return value


@lru_cache(maxsize=10_000)
def objection_to(value: str) -> str:
    """Why a value written as an expression is not taken from a dump; nothing when it computes from itself alone."""
    if value.upper() == "DEFAULT":
        return ""
    try:
        expression = sqlglot.parse_one(_MINUS_MINUS.sub(lambda found: found["keep"] or "- -", value), dialect="mysql")
    except SqlglotError:
        return UNREADABLE
    for node in expression.walk():
        if isinstance(node, exp.Anonymous):
            name = node.name.upper()
            if not _COMPUTING.fullmatch(name):
                return f"{name} is no function that a row of Sakila needs"
        if isinstance(node, exp.Column | exp.Aliases):
            return UNREADABLE
        if isinstance(node, _REFUSED_NODES):
            return "it reads what is not in the dump" if isinstance(node, exp.Query) else UNREADABLE
    return ""
