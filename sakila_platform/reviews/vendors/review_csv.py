"""A vendor's CSV read strictly, a block at a time: what can't be used is reported by record. Pure.

Blocks that are plainly well-formed are left to Arrow; only around a fault is a block read record by record. A record
ends at a line break outside of quotation marks. Files usually double them within a text; one that has records which
speak against that is looked at again, for whether another dialect fits it better. Empty lines are no records. Records
are counted from 1, after the header.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as csv

from sakila_platform.capture.csv_dialects import Form, Quoting, chosen
from sakila_platform.errors import PlatformError
from sakila_platform.reviews.vendors.csv_records import Fault, Records, count_against, first_record, read_records

BLOCK_BYTES = 4 << 20
LONGEST_RECORD_BYTES = 16 << 20
_AHEAD = 3
_QUOTE = 34
_BACKSLASH_MARK = b'\\"'
_USUAL = Quoting.DOUBLED
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"\x1f\x8b": "compressed", b"PK": "a ZIP archive"}
_UTF8_MARK = b"\xef\xbb\xbf"
Worked = TypeVar("Worked")


class VendorFileUnusable(PlatformError):
    """A file that can't be understood at all, or that changed while it was read: nothing of it may be used."""


@dataclass(frozen=True)
class WorkedBlock(Generic[Worked]):
    """What a block's records came to: the number of its first one, and those that are no records as declared."""

    first: int
    worked: Worked
    faults: Sequence[Fault]
    """With their place in the block, from 0."""


@dataclass(frozen=True)
class Layout:
    """The headers that a file may have, the one to expect first; columns may stand in any order."""

    headers: Sequence[Sequence[str]]

    def columns(self, header: bytes) -> tuple[str, ...]:
        """The file's columns in its own order. Raises VendorFileUnusable when they are not one of the headers."""
        first_line = header.decode("utf-8", "replace").strip()
        names = _names(first_line, ",")
        if any(sorted(names) == sorted(known) for known in self.headers):
            return names
        expected = " or ".join(",".join(known) for known in self.headers)
        for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if any(sorted(_names(first_line, separator)) == sorted(known) for known in self.headers):
                raise VendorFileUnusable(f"its fields are separated by {name}, not by commas")
        shown = " ".join(first_line.split())[:80]
        raise VendorFileUnusable(f"its header is {shown!r}, not {expected}")


@dataclass(frozen=True)
class ReadFile(Generic[Worked]):
    """A file's blocks in their order, and what quotation marks mean in it."""

    blocks: Sequence[WorkedBlock[Worked]]
    quoting: Quoting


def read_file(file: BinaryIO, layout: Layout, work: Callable[[pa.Table], Worked], threads: int = 2) -> ReadFile[Worked]:
    """The file's records, block by block in its order, each block worked on beside the others.

    `work` gets the records of a block as text columns, named as in the header, and `record` (int64), their place in
    the block from 0; it may be given the records again, read in another dialect. Raises VendorFileUnusable, before any
    block, when the header is not the layout's.
    """
    usual = _Blocks(file, layout, _USUAL)
    read, against = _worked(usual, work, threads)

    def count(quoting: Quoting, limit: int) -> int:
        if quoting is _USUAL:
            return against
        if quoting is Quoting.BACKSLASH and not usual.has_backslashes:
            return limit
        return _Blocks(file, layout, quoting).count_against(limit)

    found = chosen(_USUAL, count)
    return ReadFile(read if found is _USUAL else _worked(_Blocks(file, layout, found), work, threads)[0], found)


def _worked(blocks: _Blocks, work: Callable[[pa.Table], Worked], threads: int) -> tuple[list[WorkedBlock[Worked]], int]:
    """The blocks worked on, and how many of their records speak against the dialect that they were read in."""

    def worked(block: _Block) -> tuple[Records, Worked]:
        records = block.records or _records_of(block, blocks.columns, blocks.form)
        return records, work(records.rows)

    done: list[WorkedBlock[Worked]] = []
    first, against = 1, 0
    waiting: deque[Future[tuple[Records, Worked]]] = deque()

    def take() -> None:
        nonlocal first, against
        records, outcome = waiting.popleft().result()
        done.append(WorkedBlock(first, outcome, records.faults))
        first += records.count
        against += records.against

    with ThreadPoolExecutor(threads) as pool:
        for block in blocks:
            waiting.append(pool.submit(worked, block))
            if len(waiting) >= threads + _AHEAD:
                take()
        while waiting:
            take()
    return done, against


@dataclass(frozen=True)
class _Block:
    """Whole records of a file: their bytes, and what was found in them where they had to be read one by one."""

    content: bytes
    records: Records | None = None


class _Blocks:
    """A file cut where records end, quotation marks meaning what they do in a dialect. `columns` are its header's."""

    def __init__(self, file: BinaryIO, layout: Layout, quoting: Quoting) -> None:
        self._file = file
        self._file.seek(0)
        self._rest = file.read(BLOCK_BYTES)
        self._has_ended = not self._rest
        self._rest = self._rest.removeprefix(_UTF8_MARK)
        if not self._rest.strip():
            raise VendorFileUnusable("it is empty, without even a header")
        for mark, kind in _MARKS.items():
            if self._rest.startswith(mark):
                raise VendorFileUnusable(f"it is {kind}, not CSV in UTF-8")
        header, self._rest = first_record(self._rest)
        self.columns = layout.columns(header)
        self.form = Form(b",", len(self.columns), quoting, usual=_USUAL)
        self.has_backslashes = _has_backslash_mark(self._rest)
        """Whether one stood before a quotation mark in what was read so far."""

    def __iter__(self) -> Iterator[_Block]:
        while self._rest or not self._has_ended:
            self._read_on()
            end = self._end_of_plain_records()
            if end:
                yield _Block(self._rest[:end])
                self._rest = self._rest[end:]
            else:
                yield from self._one_by_one()

    def count_against(self, limit: int) -> int:
        """How many records speak against this dialect; not counted beyond the limit."""
        found = 0
        for block in self:
            if block.records:
                found += block.records.against
            else:
                found += count_against(block.content, self.form, limit - found)
            if found >= limit:
                break
        return found

    def _read_on(self) -> None:
        chunk = self._file.read(BLOCK_BYTES)
        self._has_ended = not chunk
        if not self.has_backslashes:
            is_parted = chunk.startswith(_BACKSLASH_MARK[1:]) and self._rest.endswith(_BACKSLASH_MARK[:1])
            self.has_backslashes = is_parted or _has_backslash_mark(chunk)
        self._rest += chunk

    def _end_of_plain_records(self) -> int:
        """Where the last record ends of those that are plainly well-formed as a whole; 0 when they are not."""
        if self.form.quoting is Quoting.NONE:
            return len(self._rest) if self._has_ended else self._rest.rfind(b"\n") + 1
        quotes = np.flatnonzero(np.frombuffer(self._rest, np.uint8) == _QUOTE)
        end = len(self._rest) if self._has_ended else _last_end(self._rest, quotes)
        within = quotes[: np.searchsorted(quotes, end)]
        return end if _are_well_placed(self._rest, within, end, self.form.quoting) else 0

    def _one_by_one(self) -> Iterator[_Block]:
        found, consumed = read_records(self._rest, self.columns, self.form, self._has_ended, LONGEST_RECORD_BYTES)
        if found.count:
            yield _Block(b"", found)
        self._rest = self._rest[consumed:]


def _has_backslash_mark(content: bytes) -> bool:
    # One letter is found at once, two are not; most files have no backslash.
    return b"\\" in content and _BACKSLASH_MARK in content


def _last_end(content: bytes, quotes: npt.NDArray[np.int64]) -> int:
    """Where the last line ends that has an even number of quotation marks before its end; 0 when none does."""
    end = content.rfind(b"\n")
    while end >= 0:
        before = int(np.searchsorted(quotes, end))
        if before % 2 == 0:
            return end + 1
        end = content.rfind(b"\n", 0, int(quotes[before - 1]))
    return 0


def _are_well_placed(content: bytes, quotes: npt.NDArray[np.int64], end: int, quoting: Quoting) -> bool:
    """Whether quotation marks open where a field begins, close where one ends, and double between."""
    if len(quotes) % 2:
        return False
    if not len(quotes):
        return True
    has_backslashes = content.find(b"\\", 0, end) >= 0
    if quoting is Quoting.BACKSLASH and (has_backslashes or bool((np.diff(quotes) == 1).any())):
        return False
    text = np.frombuffer(content, np.uint8)
    opens, closes = quotes[::2], quotes[1::2]
    before = np.where(opens > 0, text[opens - 1], ord("\n"))
    after = np.where(closes + 1 < end, text[np.minimum(closes + 1, end - 1)], ord("\n"))
    if not (_OPENS_AFTER[before].all() and _CLOSES_BEFORE[after].all()):
        return False
    # Whether a record ends after a backslash and a mark, the next one tells.
    return not (has_backslashes and bool(((text[closes - 1] == ord("\\")) & _ENDS_LINE[after]).any()))


def _table_of(characters: bytes) -> npt.NDArray[np.bool_]:
    known = np.zeros(256, np.bool_)
    known[list(characters)] = True
    return known


_OPENS_AFTER = _table_of(b',\n\r"')
_CLOSES_BEFORE = _table_of(b',\n\r"')
_ENDS_LINE = _table_of(b"\n\r")


def _records_of(block: _Block, columns: Sequence[str], form: Form) -> Records:
    """The records of a well-formed block: by Arrow, unless one of them has other fields or is not UTF-8.

    Arrow does not tell which of them speak against the dialect: in a block that is well-formed with quoting, none does.
    """
    try:
        return _by_arrow(block.content, columns, form)
    except pa.ArrowInvalid:
        found, _ = read_records(block.content, columns, form, True, LONGEST_RECORD_BYTES)
        return found


def _by_arrow(content: bytes, columns: Sequence[str], form: Form) -> Records:
    rows = csv.read_csv(
        pa.BufferReader(content),
        csv.ReadOptions(use_threads=False, column_names=list(columns), block_size=len(content) + 1),
        csv.ParseOptions(newlines_in_values=True, quote_char=form.quoting is not Quoting.NONE and '"'),
        csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), null_values=[], strings_can_be_null=False),
    )
    places = pa.array(np.arange(rows.num_rows, dtype=np.int64))
    return Records(rows.append_column("record", places), (), rows.num_rows)


def _names(header: str, separator: str) -> tuple[str, ...]:
    return tuple(name.strip().strip('"').strip().lower() for name in header.split(separator))
