"""Literals of a dump as the text that a column keeps of them, so that both sides can be summed up alike. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from zlib import crc32

from sakila_platform.embedded.sakila.dumps.lexemes import FLAGS, NUMBER, STRING

_QUOTED = re.compile(rf"(?P<introducer>_\w+\s*|[bnx])?(?P<string>{STRING})", FLAGS)
_NUMBER = re.compile(NUMBER, FLAGS)
_PRINTED = re.compile(r"0|-?[1-9]\d*")
_INTEGER = re.compile(r"[-+]?\d+")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?)?")
_ESCAPE = re.compile(r"""\\(.)|''|\"\"""", re.DOTALL)
# What a backslash and a letter stand for; any other character stands for itself.
_ESCAPED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_UNICODE = ("", "N", "_UTF8", "_UTF8MB3", "_UTF8MB4", "_BINARY")
_MEMBER = re.compile(r"'((?:[^']|'')*)'")
_TRUTH = {"TRUE": "1", "FALSE": "0"}


@dataclass
class FileValues:
    """What a dump says of one table: each column's values as they are written there, and how often.

    The columns of statements that name none are known by their places, from 0.
    """

    columns: dict[str | int, Counter[str]] = field(default_factory=dict)

    def add(self, names: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> None:
        """Count the values of these rows. Rows of unequal lengths are left to the server, which refuses them."""
        if len({len(row) for row in rows}) != 1:
            return
        for place, values in enumerate(zip(*rows, strict=True)):
            self._count(names, place, values)

    def add_in_line(self, names: Sequence[str] | None, values: Sequence[str], rows: int) -> None:
        """Count the values of so many rows, given one row's after another's."""
        width, rest = divmod(len(values), rows)
        if rest:
            return
        for place in range(width):
            self._count(names, place, values[place::width])

    def _count(self, names: Sequence[str] | None, place: int, values: Iterable[str]) -> None:
        key = names[place].lower() if names and place < len(names) else place
        self.columns.setdefault(key, Counter()).update(values)


@dataclass(frozen=True)
class ServerType:
    """What the server says of a column's type, as far as it decides on the text of a value."""

    kind: str
    text: str
    scale: int = 0

    def kept(self, literal: str) -> bytes | None:
        """The text that a column of this type gives back for a literal, if it keeps all of it.

        None for an expression, and for what several texts are right for: such a column is not compared.
        """
        quoted = _QUOTED.fullmatch(literal)
        if self.kind in _BINARY:
            return _bytes(literal, quoted)
        if quoted:
            introducer = (quoted["introducer"] or "").strip().upper()
            text = unescaped(quoted["string"]) if introducer in _UNICODE else None
        else:
            text = self._unquoted(literal)
        reading = _READINGS.get(self.kind)
        kept = reading(self, text) if reading and text is not None else None
        return None if kept is None else kept.encode("utf-8", "surrogateescape")

    def _unquoted(self, literal: str) -> str | None:
        text = _TRUTH.get(literal.upper(), literal)
        if self.kind in _NUMERIC:
            return text if _NUMBER.fullmatch(text) else None
        # A list of words takes a number for a place; text keeps it as the server prints it.
        return text if self.kind not in _LISTS and _PRINTED.fullmatch(text) else None


@dataclass(frozen=True)
class ColumnSum:
    """How many values of a column are not null, and the sum of their CRC-32."""

    count: int
    checksum: int


def column_sum(column: ServerType, values: Mapping[str, int]) -> ColumnSum | None:
    """A column's sum by a dump's literals; None where not all of them can be compared."""
    count = checksum = 0
    for literal, times in values.items():
        if literal.upper() == "NULL":
            continue
        kept = column.kept(literal)
        if kept is None:
            return None
        count += times
        checksum += times * crc32(kept)
    return ColumnSum(count, checksum)


def unescaped(string: str) -> str:
    """The text of a quoted string."""
    text = string[1:-1]
    if "\\" not in text and string[0] not in text:
        return text
    return _ESCAPE.sub(lambda found: _meaning(found, string[0]), text)


def _meaning(found: re.Match[str], quote: str) -> str:
    letter = found[1]
    if letter is None:
        return quote if found[0] == quote * 2 else found[0]
    # Only LIKE reads \% and \_: elsewhere both signs stay.
    return found[0] if letter in "%_" else _ESCAPED.get(letter, letter)


def _bytes(literal: str, quoted: re.Match[str] | None) -> bytes | None:
    if quoted is None:
        return bytes.fromhex(literal[2:]) if literal[:2].lower() == "0x" and len(literal) % 2 == 0 else None
    introducer = (quoted["introducer"] or "").strip().upper()
    if introducer == "X":
        return bytes.fromhex(quoted["string"][1:-1])
    return unescaped(quoted["string"]).encode("utf-8", "surrogateescape") if introducer in _UNICODE else None


def _integer(_: ServerType, text: str) -> str | None:
    return str(int(text)) if _INTEGER.fullmatch(text) else None


def _decimal(column: ServerType, text: str) -> str | None:
    if not _NUMBER.fullmatch(text) or "e" in text.lower():
        return None
    number = Decimal(text)
    rounded = round(number, column.scale)
    # A number that does not fit keeps all of its digits here, so that the column's sum differs.
    return f"{rounded if rounded == number else number:f}" if number else f"{abs(rounded):f}"


def _moment(column: ServerType, text: str) -> str | None:
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    fraction = (found[3] or "").rstrip("0").ljust(column.scale, "0")
    return f"{found[1]} {found[2] or '00:00:00'}" + (f".{fraction}" if fraction else "")


def _date(_: ServerType, text: str) -> str | None:
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    return found[1] if found[2] in (None, "00:00:00") and not (found[3] or "").strip("0") else text


def _year(_: ServerType, text: str) -> str | None:
    return text if re.fullmatch(r"\d{4}", text) else None


def _text(_: ServerType, text: str) -> str:
    return text


def _char(_: ServerType, text: str) -> str:
    return text.rstrip(" ")


def _enum(column: ServerType, text: str) -> str | None:
    members = {member.lower(): member for member in _members(column)}
    return members.get(text.rstrip(" ").lower(), text)


def _set(column: ServerType, text: str) -> str | None:
    given = {part.rstrip(" ").lower() for part in text.split(",")} - {""}
    members = [member for member in _members(column) if member.lower() in given]
    return ",".join(members) if len(members) == len(given) else text


def _members(column: ServerType) -> Iterable[str]:
    return [found.replace("''", "'") for found in _MEMBER.findall(column.text)]


_NUMERIC = ("tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year")
_LISTS = ("enum", "set")
_BINARY = ("tinyblob", "blob", "mediumblob", "longblob", "varbinary")
# JSON, geometry, floating point and bits have more than one text for a value: they are counted, not compared.
_READINGS = {
    **dict.fromkeys(_NUMERIC[:5], _integer),
    **dict.fromkeys(("varchar", "tinytext", "text", "mediumtext", "longtext"), _text),
    **dict.fromkeys(("datetime", "timestamp"), _moment),
    "decimal": _decimal,
    "date": _date,
    "year": _year,
    "char": _char,
    "enum": _enum,
    "set": _set,
}
