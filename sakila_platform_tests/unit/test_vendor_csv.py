"""Vendors' CSV by blocks: whatever the size of a block, what is read is what was written, and faults are by record."""

from __future__ import annotations

import csv
import io
import re
from unittest.mock import patch

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from sakila_platform.reviews.vendors import review_csv as vendor_csv
from sakila_platform.reviews.vendors.csv_records import Fault
from sakila_platform.reviews.vendors.review_csv import Layout, read_file

COLUMNS = ("cid", "review_str", "id_review")
LAYOUT = Layout([COLUMNS])
CELLS = st.text(st.sampled_from('ab,"\n\r é<\\'), max_size=6)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12)
BLOCK_BYTES = st.integers(30, 120)


def read(content: bytes, block_bytes: int = 4 << 20) -> tuple[list[tuple[int, ...]], list[Fault]]:
    """The records of a file with their numbers, and its faults by number."""
    rows, faults = [], []
    with patch.object(vendor_csv, "BLOCK_BYTES", block_bytes):
        for block in read_file(io.BytesIO(content), LAYOUT, pa.Table.to_pylist).blocks:
            rows += [(block.first + row["record"], *(row[name] for name in COLUMNS)) for row in block.worked]
            faults += [Fault(block.first + one.record, one.rule, one.detail) for one in block.faults]
    return rows, faults


def written(rows: list[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue().encode()


@trying(deadline=None)
@given(ROWS, BLOCK_BYTES)
def test_what_was_written_is_read_whatever_the_size_of_a_block(rows: list[tuple[str, ...]], size: int) -> None:
    assert read(written(rows), size) == ([(n, *row) for n, row in enumerate(rows, 1)], [])


@trying(deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r\\'), max_size=60), BLOCK_BYTES)
def test_a_damaged_file_comes_to_the_same_whatever_the_size_of_a_block(text: str, size: int) -> None:
    content = ("cid,review_str,id_review\n" + text).encode()
    assert read(content, size) == read(content)


@trying(deadline=None)
@given(ROWS, st.binary(max_size=30), BLOCK_BYTES)
def test_no_content_breaks_the_reading(rows: list[tuple[str, ...]], junk: bytes, size: int) -> None:
    found, faults = read(written(rows) + junk, size)
    numbers = sorted({row[0] for row in found} | {fault.record for fault in faults})
    assert numbers == list(range(1, len(numbers) + 1))


# Of what people write; each quotation mark has a letter beside it.
PIECES = ["a", "é", 'x"', '"y" z', ", c", "\ne", "g\\", r"h\i", "<br />"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)


@trying(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=12), BLOCK_BYTES)
def test_texts_with_backslashes_before_their_marks_are_read_as_written_whatever_the_size_of_a_block(
    texts: list[str], size: int
) -> None:
    assume(any('"' in text for text in texts))
    escaped = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    lines = [f'{n},"{text}",{n}\n' for n, text in enumerate(escaped, 1)]
    content = (",".join(COLUMNS) + "\n" + "".join(lines)).encode()
    assert read(content, size) == ([(n, str(n), text, str(n)) for n, text in enumerate(texts, 1)], [])


@trying(deadline=None)
@given(st.lists(st.text(st.sampled_from("ab\\"), max_size=3).map('c "{}" d'.format), max_size=12), BLOCK_BYTES)
def test_texts_of_a_file_without_quoting_keep_their_marks_whatever_the_size_of_a_block(
    texts: list[str], size: int
) -> None:
    texts = [*texts, '"a" b']
    lines = [f"{n},{text},{n}\n" for n, text in enumerate(texts, 1)]
    content = (",".join(COLUMNS) + "\n" + "".join(lines)).encode()
    assert read(content, size) == ([(n, str(n), text, str(n)) for n, text in enumerate(texts, 1)], [])


@trying(deadline=None, max_examples=300)
@given(st.lists(st.text(st.sampled_from('ab,"\\'), min_size=1, max_size=12), max_size=8), BLOCK_BYTES)
def test_every_line_is_of_a_record_that_is_read_or_of_one_that_is_reported(lines: list[str], size: int) -> None:
    rows, faults = read(("cid,review_str,id_review\n" + "\n".join(lines)).encode(), size)
    reported = sum(int(found[1]) if (found := re.search(r", (\d+) lines", fault.detail)) else 1 for fault in faults)
    assert reported + sum(1 + "".join(map(str, row)).count("\n") for row in rows) == len(lines)


def test_a_text_that_a_backslash_may_have_cut_is_set_aside_with_what_follows() -> None:
    fine = b'1,"a ""b"", c",1\n' * 3
    content = b"cid,review_str,id_review\n" + fine + b'2,3,"seen on 10\\"\nand good"\n4,"d, e",4\n'
    rows, faults = read(content)
    assert [row[0] for row in rows] == [1, 2, 3, 6]
    assert [(fault.record, fault.detail) for fault in faults] == [
        (4, "a backslash stands before its closing quotation mark, and what follows is no record"),
        (5, "it has 1, not 3"),
    ]
    assert (rows, faults) == read(content, 30)


def test_a_damaged_record_takes_no_neighbour_with_it() -> None:
    content = b'cid,review_str,id_review\n1,"a\nb",1\n2,"open\nand open,2\n3,"c, d",3\n'
    assert read(content) == (
        [(1, "1", "a\nb", "1"), (3, "3", "c, d", "3")],
        [Fault(2, "quotation marks are in pairs", "text follows a closing quotation mark, 2 lines")],
    )


@pytest.mark.parametrize(
    "damaged",
    ['{0},"he said "good" twice",{0}', '{0},"so it goes, on,{0}', '{0},"x" ,{0}', r'{0},"he \"said ""good""",{0}'],
)
def test_many_damaged_records_in_a_row_are_as_many_faults(damaged: str) -> None:
    lines = [damaged.format(n) if 10 < n <= 50 else f'{n},"fine, good",{n}' for n in range(1, 61)]
    rows, faults = read("\n".join(["cid,review_str,id_review", *lines]).encode())
    assert (len(rows), len(faults)) == (20, 40)


def test_lines_without_end_after_a_damaged_record_are_records_of_their_own() -> None:
    rows, faults = read(b'cid,review_str,id_review\n0,"a, b",0\n1,"a"b,1\n' + b"2,too few\n" * 500 + b"3,fine,3\n")
    assert len(rows) == 2
    assert 400 <= len(faults) <= 501


def test_an_open_text_is_waited_for_only_so_long() -> None:
    lines = b"".join(b"%d,fine,%d\n" % (n, n) for n in range(2, 2_000))
    with patch.object(vendor_csv, "LONGEST_RECORD_BYTES", 1_000):
        rows, faults = read(b'cid,review_str,id_review\n1,"open,1\n' + lines, 500)
    assert len(rows) == 1_998
    assert faults == [Fault(1, "quotation marks are in pairs", "a quotation mark is not closed")]
