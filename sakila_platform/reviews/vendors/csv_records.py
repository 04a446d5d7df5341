"""Records of a CSV one by one, where something is wrong with one of them: the others are kept. Pure.

After a fault, reading goes on at the next line that is a whole record with as many fields as it should have, or that is
damaged by itself: many records with the same fault are as many faults, never one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from sakila_platform.capture.csv_dialects import LINE_ENDS, Damage, Form, after_line, line_end, record_at, remark_on

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
    against: int = 0
    """How many speak against the file's being of the form that they were read in."""


@dataclass
class _Found:
    columns: Sequence[str]
    fields: list[list[str]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    count: int = 0
    against: int = 0

    def take(self, fields: list[bytes], remark: str) -> None:
        """Note a record, or why it is none."""
        if len(fields) != len(self.columns):
            self.fail(FIELDS, f"it has {len(fields)}, not {len(self.columns)}{remark}")
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
        rows = pa.table({**columns, "record": pa.array(self.places, pa.int64())})
        return Records(rows, self.faults, self.count, self.against)


def first_record(content: bytes) -> tuple[bytes, bytes]:
    """The first line (a header) without its end, and what follows it."""
    content = content.lstrip(b"\r\n")
    end = line_end(content, 0)
    return content[:end], content[after_line(content, end) :]


def read_records(
    content: bytes, columns: Sequence[str], form: Form, is_last: bool, longest: int
) -> tuple[Records, int]:
    """The whole records that the content begins with, and how many bytes they are.

    Unless it is the last of the file, a record that it ends in waits for more, up to `longest` bytes.
    """
    found, at = _Found(columns), 0
    while (at := _after_breaks(content, at)) < len(content):
        read = record_at(content, at, form, is_last)
        is_too_long = len(content) - at > longest
        if read.damage is Damage.INCOMPLETE and not is_too_long:
            break
        if read.damage is None and read.ends_in_doubt:
            is_followed = _is_followed(content, read.end, form, is_last or is_too_long)
            if is_followed is None:
                break
            read = read if is_followed else read._replace(damage=Damage.UNSURE_END)
        if read.damage is None or read.damage is Damage.UNSURE_END:
            end = read.end
        elif (resumed := _resumed(content, at, form, is_last or is_too_long)) is None:
            break
        else:
            end = resumed
        found.against += read.speaks_against(form)
        if read.damage:
            damage = Damage.UNCLOSED if read.damage is Damage.INCOMPLETE else read.damage
            found.fail(QUOTED, damage.value + _spread(content, at, end))
        else:
            found.take(read.fields, _remark(content, at, end, form) if len(read.fields) != form.width else "")
        at = end
    return found.records(), at


def count_against(content: bytes, form: Form, limit: int) -> int:
    """How many records of a well-formed block speak against the form, up to a limit: those without marks never do."""
    found = at = 0
    while found < limit and (mark := content.find(b'"', at)) >= 0:
        begins = max(at, *(content.rfind(end, at, mark) + 1 for end in LINE_ENDS))
        read = record_at(content, begins, form, True)
        found += read.speaks_against(form)
        at = read.end
    return found


def _after_breaks(content: bytes, at: int) -> int:
    while content[at : at + 1] in LINE_ENDS:
        at += 1
    return at


def _is_followed(content: bytes, at: int, form: Form, is_last: bool) -> bool | None:
    """Whether a whole record begins there, or the file ends; None when more must be read to know."""
    at = _after_breaks(content, at)
    if at >= len(content):
        return True if is_last else None
    read = record_at(content, at, form, is_last)
    return None if read.damage is Damage.INCOMPLETE else read.is_whole(form)


def _remark(content: bytes, at: int, end: int, form: Form) -> str:
    remark = remark_on(content[at:end], form)
    return (f", and {remark}" if remark else "") + _spread(content, at, end)


def _spread(content: bytes, at: int, end: int) -> str:
    """How many lines a damaged record takes with it, where they are more than one."""
    count = len(content[at:end].splitlines())
    return f", {count} lines" if count > 1 else ""


def _resumed(content: bytes, at: int, form: Form, is_last: bool) -> int | None:
    """Where reading goes on after a damaged record; None when more must be read to know."""
    line = at
    for _ in range(_MOST_LINES_PASSED):
        line = after_line(content, line_end(content, line))
        if line >= len(content):
            break
        read = record_at(content, line, form, is_last)
        if read.damage is Damage.INCOMPLETE:
            return None
        if read.damage in (Damage.JUNK, Damage.JUNK_AFTER_BACKSLASH) or (
            read.damage is None and len(read.fields) == form.width
        ):
            return line
    if line >= len(content):
        return len(content) if is_last else None
    return line
