"""What quotation marks mean in a CSV file, found from the file itself, and one record read strictly by it. Pure.

Belongs here: all that is the same for whatever CSV comes in. Who reads a file says which meaning is usual for its kind;
another is taken where less of the file speaks against it. A field that does not begin with a quotation mark is taken as
it is written, in every dialect.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, cast


class Quoting(Enum):
    """What quotation marks mean in a file. The value is its wording in messages."""

    DOUBLED = "texts in quotation marks, which are doubled within"
    BACKSLASH = "texts in quotation marks, which have a backslash before them within"
    NONE = "without quoting: a quotation mark is a letter"


class Damage(Enum):
    """Why what stands there is no record. The value is its wording in messages."""

    INCOMPLETE = "more must be read"
    UNCLOSED = "a quotation mark is not closed"
    JUNK = "text follows a closing quotation mark"
    JUNK_AFTER_BACKSLASH = "text follows a quotation mark with a backslash before it"
    SWALLOWS = "a quotation mark is not closed before the next record"
    UNSURE_END = "a backslash stands before its closing quotation mark, and what follows is no record"


@dataclass(frozen=True)
class Form:
    """How a file's records look: what parts their fields, how many they have, what quotation marks mean in it."""

    delimiter: bytes
    width: int
    quoting: Quoting
    usual: Quoting
    """What they mean in files of this kind, unless the file says otherwise."""
    fits: Callable[[Sequence[bytes]], bool] | None = None
    """Whether so many fields can be a record at all, where more than their number tells that."""

    def reading(self, quoting: Quoting) -> Form:
        """The same with another meaning of quotation marks."""
        return replace(self, quoting=quoting)

    def is_record(self, fields: Sequence[bytes]) -> bool:
        """Whether these can be the fields of a record."""
        return len(fields) == self.width and (self.fits is None or self.fits(fields))


class Read(NamedTuple):
    """What stands at a place: its fields (those before the damage, if there is any), and where the next one begins."""

    fields: list[bytes]
    end: int
    damage: Damage | None = None
    has_marks: bool = False
    is_odd: bool = False
    """Whether its quotation marks stand where this dialect, in files of this kind, has none."""
    ends_in_doubt: bool = False
    """Whether it ends with a quotation mark that has a backslash before it."""

    def speaks_against(self, form: Form) -> bool:
        """Whether it makes it less likely that the file is of this form."""
        if not self.has_marks:
            return False
        return self.damage is not None or self.is_odd or not form.is_record(self.fields)

    def is_whole(self, form: Form) -> bool:
        """Whether it has all its fields, and its quotation marks where they belong."""
        return self.damage is None and not self.is_odd and len(self.fields) == form.width


LINE_ENDS = (b"\n", b"\r")
_ESCAPED = re.compile(rb'\\(["\\])')


def chosen(usual: Quoting, count: Callable[[Quoting, int], int]) -> Quoting:
    """The meaning that least of a file speaks against; of equals the usual one.

    `count` says how many records speak against one; it may stop counting at the limit that it is given. Where texts
    usually stand in quotation marks, a file is without quoting only if nothing in it says otherwise.
    """
    best, least = usual, count(usual, 1 << 62)
    for quoting in Quoting:
        if not least:
            break
        limit = 1 if quoting is Quoting.NONE else least
        if quoting is not usual and (found := count(quoting, limit)) < limit:
            best, least = quoting, found
    return best


def record_at(content: bytes, at: int, form: Form, is_last: bool) -> Read:
    """The record that begins there. Unless the content is the last of its file, one at its end is incomplete."""
    end = line_end(content, at)
    has_marks = content.find(b'"', at, end) >= 0
    damage = Damage.INCOMPLETE if end == len(content) and not is_last else None
    if has_marks and form.quoting is not Quoting.NONE:
        usual = None if damage else _usual_record(content[at:end], form)
        if usual is None:
            return _quoted_record(content, at, form, is_last)
        return Read(usual, after_line(content, end), None, True)
    fields = content[at:end].split(form.delimiter)
    is_odd = has_marks and any(_looks_quoted(field, form) for field in fields)
    return Read(fields, after_line(content, end), damage, has_marks, is_odd)


def _usual_record(line: bytes, form: Form) -> list[bytes] | None:
    """The fields of a line that the standard library reads as we do; None where one must look more closely."""
    if not is_plain(line, form):
        return None
    try:
        # In an encoding that changes no byte.
        (fields,) = csv.reader((line.decode("latin-1"),), _strict(form.delimiter))
    except (csv.Error, ValueError):
        return None
    return "\n".join(fields).encode("latin-1").split(b"\n")


def is_plain(line: bytes, form: Form) -> bool:
    """Whether a line is at first sight a record of a dialect that quotes, all its fields and marks in their places."""
    if line.endswith(b'\\"') or (form.quoting is Quoting.BACKSLASH and (b"\\" in line or b'""' in line)):
        return False
    return _plain(form.delimiter, form.width).fullmatch(line) is not None


@lru_cache
def _plain(delimiter: bytes, width: int) -> re.Pattern[bytes]:
    field = rb'(?:"[^"\r\n]*(?:""[^"\r\n]*)*"|[^"\r\n%b]*)' % delimiter
    return re.compile(rb"%b(?:%b%b){%d}" % (field, re.escape(delimiter), field, width - 1))


@lru_cache
def _strict(delimiter: bytes) -> type[csv.Dialect]:
    # Made once: it costs as much as a line.
    return cast("type[csv.Dialect]", csv.reader((), delimiter=delimiter.decode(), strict=True).dialect)


def _quoted_record(content: bytes, at: int, form: Form, is_last: bool) -> Read:
    fields: list[bytes] = []
    is_odd = False
    while True:
        is_in_doubt = False
        if content[at : at + 1] == b'"':
            closing = _closing(content, at + 1, form.quoting)
            if closing < 0 or (closing + 1 == len(content) and not is_last):
                return Read(fields, at, Damage.UNCLOSED if is_last else Damage.INCOMPLETE, True)
            fields.append(_unescaped(content[at + 1 : closing], form.quoting))
            at = closing + 1
            is_in_doubt = form.quoting is Quoting.DOUBLED and content[closing - 1 : closing] == b"\\"
            if at < len(content) and content[at : at + 1] not in (form.delimiter, *LINE_ENDS):
                return Read(fields, at, Damage.JUNK_AFTER_BACKSLASH if is_in_doubt else Damage.JUNK, True)
        else:
            end = line_end(content, at)
            parted = content.find(form.delimiter, at, end)
            end = parted if parted >= 0 else end
            fields.append(content[at:end])
            is_odd = is_odd or b'"' in fields[-1]
            at = end
        if at == len(content):
            return Read(fields, at, None if is_last else Damage.INCOMPLETE, True, is_odd, is_in_doubt)
        if content[at : at + 1] != form.delimiter:
            return Read(fields, after_line(content, at), None, True, is_odd, is_in_doubt)
        at += 1


def _closing(content: bytes, at: int, quoting: Quoting) -> int:
    """Where the text that began before there is closed; -1 when it is not."""
    start = at
    while True:
        at = content.find(b'"', at)
        if at < 0:
            return at
        if quoting is Quoting.DOUBLED:
            if content[at + 1 : at + 2] != b'"':
                return at
            at += 2
        else:
            first = at
            while first > start and content[first - 1 : first] == b"\\":
                first -= 1
            if (at - first) % 2 == 0:
                return at
            at += 1


def _unescaped(text: bytes, quoting: Quoting) -> bytes:
    return text.replace(b'""', b'"') if quoting is Quoting.DOUBLED else _ESCAPED.sub(rb"\1", text)


def _looks_quoted(field: bytes, form: Form) -> bool:
    """Whether a field looks as if marks were put around it, or were to be: of letters one expects neither.

    Where files are without quoting, a title may well stand in marks of its own, unless others are escaped in it.
    """
    if not field.startswith(b'"'):
        return False
    if form.usual is not Quoting.NONE:
        return field.endswith(b'"') or field.count(b'"') % 2 == 1
    return len(field) > 1 and field.endswith(b'"') and (b'""' in field[1:-1] or b'\\"' in field[1:-1])


def remark_on(record: bytes, form: Form) -> str:
    """What may be the reason that a record has not as many fields as it should; empty where nothing tells."""
    if form.quoting is Quoting.NONE:
        return "quotation marks are letters in this file" if b'"' in record else ""
    return "a backslash stands before a quotation mark" if b'\\"' in record else ""


def line_end(content: bytes, at: int) -> int:
    """Where the line ends: at its line break, or where the content does."""
    feed = content.find(b"\n", at)
    feed = len(content) if feed < 0 else feed
    back = content.find(b"\r", at, feed)
    return feed if back < 0 else back


def after_line(content: bytes, end: int) -> int:
    """Where the next line begins, after one that ends there."""
    return end + (2 if content[end : end + 2] == b"\r\n" else 1) if end < len(content) else end
