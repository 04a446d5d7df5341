"""A CSV file read strictly, record by record, with the lines that each has: none is lost, none belongs to two. Pure.

For files that are read line by line in Python. A text may go on for some lines; a quotation mark that is never closed
spoils its own line only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from sakila_platform.capture.csv_dialects import Damage, Form, Quoting, Read, chosen, is_plain, record_at, remark_on

UTF8_MARK = b"\xef\xbb\xbf"
_MOST_LINES = 100
_PIECE = 1 << 18


class Lines(NamedTuple):
    """A record: the number of its first line, its bytes without the last line break, its fields, or why it is none."""

    number: int
    line_count: int
    """How many lines it has."""
    raw: bytes
    fields: list[bytes]
    fault: str = ""
    """Why it can't be read; that it has another number of fields is for who reads it."""
    remark: str = ""
    """What may be the reason if it has another number of fields."""


def found_quoting(file: BinaryIO, form: Form) -> Quoting:
    """What quotation marks mean in a file with a header: all of it is looked at."""

    def count(quoting: Quoting, limit: int) -> int:
        tried, found = form.reading(quoting), 0
        is_usual = quoting is form.usual and quoting is not Quoting.NONE
        source, waiting = below_header(file), deque[bytes]()
        while (line := waiting.popleft() if waiting else next(source, None)) is not None:
            # What is plainly of the usual dialect, as nearly all is, speaks for no other.
            if b'"' in line and not (is_usual and b"\\" not in line and is_plain(line.rstrip(b"\r\n"), tried)):
                found += _record(line, source, waiting, tried)[0].speaks_against(tried)
                if found >= limit:
                    break
        return found

    return chosen(form.usual, count)


def read_lines(lines: Iterator[bytes], form: Form, first: int = 2) -> Iterator[Lines]:
    """The records of these lines; `first` is the number of the first of them. Blank lines outside of texts are none."""
    waiting, number, doubted = deque[bytes](), first, None
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        raw, count, damage, is_in_doubt = line.rstrip(b"\r\n"), 1, None, False
        if b'"' in raw:
            read, count, raw = _record(line, lines, waiting, form)
            fields, damage, is_in_doubt = read.fields, read.damage, read.ends_in_doubt
            is_whole = read.is_whole(form)
        elif not raw.strip():
            number += 1
            continue
        else:
            fields = raw.split(form.delimiter)
            is_whole = len(fields) == form.width
        if doubted:
            yield doubted if is_whole else doubted._replace(fields=[], fault=Damage.UNSURE_END.value)
            doubted = None
        if damage:
            yield Lines(number, count, raw, [], damage.value)
        elif is_in_doubt:
            doubted = Lines(number, count, raw, fields)
        else:
            yield Lines(number, count, raw, fields, "", "" if is_whole else remark_on(raw, form))
        number += count
    if doubted:
        yield doubted


def below_header(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file from its second one on."""
    file.seek(0)
    lines = _lines_of(file)
    next(lines, b"")
    return lines


def header_of(file: BinaryIO) -> bytes:
    """The first line of a file, without its byte-order mark and its line break."""
    file.seek(0)
    return next(_lines_of(file), b"").removeprefix(UTF8_MARK).rstrip(b"\r\n")


def _lines_of(file: BinaryIO) -> Iterator[bytes]:
    """Lines however they end: a carriage return ends one, too. Many at a time, for a file may have millions."""
    rest = b""
    while piece := file.read(_PIECE):
        rest += piece
        end = rest.rfind(b"\n") + 1
        yield from rest[:end].splitlines(keepends=True)
        rest = rest[end:]
    yield from rest.splitlines(keepends=True)


def _record(line: bytes, source: Iterator[bytes], waiting: deque[bytes], form: Form) -> tuple[Read, int, bytes]:
    """What begins on a line, how many lines it has, and their bytes: a text may go on after it. One, if it is damaged.

    Lines that had to be looked at and belong to no record yet are left in `waiting`.
    """
    raw = line.rstrip(b"\r\n")
    read = record_at(raw, 0, form, True)
    if read.damage is not Damage.UNCLOSED:
        return read, 1, raw
    joined = line
    for count in range(2, _MOST_LINES + 1):
        if len(waiting) < count - 1:
            following = next(source, None)
            if following is None:
                break
            waiting.append(following)
        joined += waiting[count - 2]
        read = record_at(joined, 0, form, True)
        if read.damage is Damage.UNCLOSED:
            continue
        if read.damage:
            break
        within = [waiting[n] for n in range(count - 1)]
        if form.fits is not None and _swallows(raw, within, form):
            return Read([], 0, Damage.SWALLOWS, True), 1, raw
        for _ in within:
            waiting.popleft()
        return read, count, joined.rstrip(b"\r\n")
    return Read([], 0, Damage.UNCLOSED, True), 1, raw


def _swallows(opening: bytes, following: Sequence[bytes], form: Form) -> bool:
    """Whether what would be a text of some lines is rather a mark that was never closed, and records after it.

    A record among the lines between tells so. The last one has the text's end and the fields after it: that these look
    like a record may be chance, unless the first line would be one, too, but for its mark.
    """
    *between, last = following
    return any(_is_record(line, form) for line in between) or (
        _is_record_but_for_its_marks(last, form) and _is_record_but_for_its_marks(opening, form)
    )


def _is_record(line: bytes, form: Form) -> bool:
    """Whether a line is a record by itself: a text may have as many delimiters, but hardly what else a record has."""
    read = record_at(line.rstrip(b"\r\n"), 0, form, True)
    return read.damage is None and form.is_record(read.fields)


def _is_record_but_for_its_marks(line: bytes, form: Form) -> bool:
    """Whether a line is a record by itself when no mark in it means anything, or only those of its whole texts do."""
    bare = line.rstrip(b"\r\n").replace(b'"', b"").split(form.delimiter)
    if len(bare) == form.width and form.is_record(bare):
        return True
    read = record_at(line.rstrip(b"\r\n"), 0, form, True)
    after = form.width - len(read.fields) - 1
    parts = line.rstrip(b"\r\n")[read.end + 1 :].rsplit(form.delimiter, max(after, 0))
    return _is_record(line, form) or (len(parts) == after + 1 and form.is_record([*read.fields, *parts]))
