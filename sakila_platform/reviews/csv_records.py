"""Records of a CSV one by one, where something is wrong with one of them: the others are kept. Pure.

After a fault, reading goes on at the next line that is a whole record with as many fields as it should have, or that is
damaged by itself: many records with the same fault are as many faults, never one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import pyarrow as pa

_LINE_ENDS = (b"\n", b"\r")
# A damaged text may go on for some lines. Beyond, each line counts: rather too many records set aside than too few.
_MOST_LINES_PASSED = 100

FIELDS = "has the declared fields"
QUOTED = "quotation marks are in pairs"
UTF8 = "is UTF-8 text"


@dataclass(frozen=True)
class Fault:
    """A record that can't be used: its place in its block (from 0), the rule that it breaks, and how."""

    record: int
    rule: str
    detail: str


@dataclass(frozen=True)
class Records:
    """The records of a block: text columns and `record`, their place from 0; those at fault; how many in all."""

    rows: pa.Table
    faults: Sequence[Fault]
    count: int


class _Ended(Enum):
    INCOMPLETE = "more must be read"
    UNCLOSED = "a quotation mark is not closed"
    JUNK = "text follows a closing quotation mark"


@dataclass
class _Found:
    columns: Sequence[str]
    fields: list[list[str]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    count: int = 0

    def take(self, fields: list[bytes]) -> None:
        """Note a record, or why it is none."""
        if len(fields) != len(self.columns):
            self.fail(FIELDS, f"it has {len(fields)}, not {len(self.columns)}")
            return
        try:
            decoded = [one.decode("utf-8") for one in fields]
        except UnicodeDecodeError as error:
            self.fail(UTF8, f"byte {error.object[error.start]:#04x}")
            return
        self.fields.append(decoded)
        self.places.append(self.count)
        self.count += 1

    def fail(self, rule: str, detail: str) -> None:
        """Note a record that can't be used."""
        self.faults.append(Fault(self.count, rule, detail))
        self.count += 1

    def records(self) -> Records:
        """What was found."""
        texts = list(zip(*self.fields, strict=True)) or [()] * len(self.columns)
        columns = {name: pa.array(values, pa.string()) for name, values in zip(self.columns, texts, strict=True)}
        return Records(pa.table({**columns, "record": pa.array(self.places, pa.int64())}), self.faults, self.count)


def first_record(content: bytes) -> tuple[bytes, bytes]:
    """The first line (a header) without its end, and what follows it."""
    content = content.lstrip(b"\r\n")
    end = _line_end(content, 0)
    return content[:end], content[_after_line(content, end) :]


def read_records(content: bytes, columns: Sequence[str], is_last: bool, longest: int) -> tuple[Records, int]:
    """The whole records that the content begins with, and how many bytes they are.

    Unless it is the last of the file, a record that it ends in waits for more, up to `longest` bytes.
    """
    found = _Found(columns)
    at = 0
    while at < len(content):
        if content[at : at + 1] in _LINE_ENDS:
            at += 1
            continue
        fields, end, ended = _record(content, at, is_last)
        if ended is None:
            found.take(fields)
            at = end
            continue
        is_too_long = len(content) - at > longest
        if ended is _Ended.INCOMPLETE and not is_too_long:
            break
        resumed = _resumed(content, at, len(columns), is_last or is_too_long)
        if resumed is None:
            break
        found.fail(QUOTED, (_Ended.UNCLOSED if ended is _Ended.INCOMPLETE else ended).value)
        at = resumed
    return found.records(), at


def _record(content: bytes, at: int, is_last: bool) -> tuple[list[bytes], int, _Ended | None]:
    """The fields of the record that begins there, where the next one begins, and why it is none."""
    fields: list[bytes] = []
    while True:
        if content[at : at + 1] == b'"':
            closing = _closing(content, at + 1)
            if closing < 0 or (closing + 1 == len(content) and not is_last):
                return fields, at, _Ended.UNCLOSED if is_last else _Ended.INCOMPLETE
            fields.append(content[at + 1 : closing].replace(b'""', b'"'))
            at = closing + 1
            if at < len(content) and content[at : at + 1] not in (b",", *_LINE_ENDS):
                return fields, at, _Ended.JUNK
        else:
            end = _line_end(content, at)
            comma = content.find(b",", at, end)
            end = comma if comma >= 0 else end
            fields.append(content[at:end])
            at = end
        if at == len(content):
            return fields, at, None if is_last else _Ended.INCOMPLETE
        if content[at : at + 1] != b",":
            return fields, _after_line(content, at), None
        at += 1


def _closing(content: bytes, at: int) -> int:
    """Where the text that began before there is closed; -1 when it is not."""
    while True:
        at = content.find(b'"', at)
        if at < 0 or content[at + 1 : at + 2] != b'"':
            return at
        at += 2


def _resumed(content: bytes, at: int, width: int, is_last: bool) -> int | None:
    """Where reading goes on after a damaged record; None when more must be read to know."""
    line = at
    for _ in range(_MOST_LINES_PASSED):
        line = _after_line(content, _line_end(content, line))
        if line >= len(content):
            break
        fields, _, ended = _record(content, line, is_last)
        if ended is _Ended.INCOMPLETE:
            return None
        if ended is _Ended.JUNK or (ended is None and len(fields) == width):
            return line
    if line >= len(content):
        return len(content) if is_last else None
    return line


def _line_end(content: bytes, at: int) -> int:
    """Where the line ends: at its line break, or where the content does."""
    feed = content.find(b"\n", at)
    feed = len(content) if feed < 0 else feed
    back = content.find(b"\r", at, feed)
    return feed if back < 0 else back


def _after_line(content: bytes, end: int) -> int:
    return end + (2 if content[end : end + 2] == b"\r\n" else 1) if end < len(content) else end
