"""Dialects of CSV: whatever a file was written in is found from it, and every line of a file belongs to one record."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from sakila_platform.capture.csv_dialects import Form, Quoting
from sakila_platform.capture.csv_lines import Lines, below_header, found_quoting, header_of, read_lines

# Pieces of which texts are made as people write them; each quotation mark has a letter beside it.
PIECES = ["a", "b c", "é", 'x"', '"y" z', ", c", "| d", "\ne", "\r\nf", "g\\", r"h\i", "tt"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
LETTERS_ONLY = st.lists(st.sampled_from(["a", "é", 'x"y', "g\\", r"h\"i"]), max_size=3).map("".join)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=8)
BREAKS = st.sampled_from(["\n", "\r\n"])
SIGNS = st.text(st.sampled_from('ab,"\n\r\\'), max_size=60)


def form(quoting: Quoting = Quoting.DOUBLED, usual: Quoting = Quoting.DOUBLED, delimiter: str = ",") -> Form:
    return Form(delimiter.encode(), 3, quoting, usual)


def written(rows: Sequence[Sequence[str]], of: Form, line_break: str = "\n", *, quote_all: bool = False) -> bytes:
    """A file with a header, as a writer of the dialect leaves it."""
    delimiter = of.delimiter.decode()
    lines = [delimiter.join(_field(text, of, quote_all) for text in row) for row in rows]
    return ("head" + line_break + "".join(line + line_break for line in lines)).encode()


def _field(text: str, of: Form, quote_all: bool) -> str:
    needs = {'"', "\n", "\r", of.delimiter.decode()} | ({"\\"} if of.quoting is Quoting.BACKSLASH else set())
    if of.quoting is Quoting.NONE or not (quote_all or needs & set(text)):
        return text
    if of.quoting is Quoting.DOUBLED:
        return '"' + text.replace('"', '""') + '"'
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def read(content: bytes, of: Form) -> tuple[Quoting, list[Lines]]:
    """What quotation marks mean in a file, and its records."""
    file = io.BytesIO(content)
    quoting = found_quoting(file, of)
    return quoting, list(read_lines(below_header(file), of.reading(quoting)))


def texts(records: Sequence[Lines]) -> list[tuple[str, ...]]:
    assert not [record.fault for record in records if record.fault]
    return [tuple(field.decode() for field in record.fields) for record in records]


@trying(deadline=None, max_examples=300)
@given(
    ROWS,
    st.sampled_from([Quoting.DOUBLED, Quoting.BACKSLASH]),
    st.sampled_from([Quoting.DOUBLED, Quoting.NONE]),
    st.sampled_from([",", "|"]),
    BREAKS,
)
def test_a_file_that_quotes_is_read_as_it_was_written_and_its_lines_add_up(
    rows: list[tuple[str, ...]], quoting: Quoting, usual: Quoting, delimiter: str, line_break: str
) -> None:
    rows = [(str(number), first, second) for number, (first, second, _) in enumerate(rows)]
    # A file tells of its dialect by the quotation marks within its texts, and of its records by their ids.
    assume(any('"' in text for row in rows for text in row))
    of = Form(delimiter.encode(), 3, quoting, usual, fits=lambda fields: fields[0].isdigit())
    content = written(rows, of, line_break)
    found, records = read(content, of.reading(usual))
    assert found is quoting
    assert texts(records) == rows
    assert sum(record.line_count for record in records) == len(content.splitlines()) - 1


@trying(deadline=None)
@given(st.lists(st.tuples(LETTERS_ONLY, LETTERS_ONLY, LETTERS_ONLY), min_size=1, max_size=8), BREAKS)
def test_a_file_without_quoting_keeps_its_quotation_marks_as_written(
    rows: list[tuple[str, ...]], line_break: str
) -> None:
    for usual in (Quoting.NONE, Quoting.DOUBLED):
        _, records = read(written(rows, form(Quoting.NONE), line_break), form(usual, usual))
        assert texts(records) == rows


@trying(deadline=None)
@given(ROWS)
def test_a_file_that_quotes_every_field_is_read_as_it_was_written(rows: list[tuple[str, ...]]) -> None:
    assert texts(read(written(rows, form(), quote_all=True), form())[1]) == rows


@trying(deadline=None, max_examples=300)
@given(SIGNS, st.sampled_from(list(Quoting)), st.sampled_from([Quoting.DOUBLED, Quoting.NONE]))
def test_every_line_belongs_to_one_record_whatever_is_in_the_file(text: str, quoting: Quoting, usual: Quoting) -> None:
    content = text.encode()
    lines = content.splitlines(keepends=True)
    number = 2
    for record in read_lines(iter(lines), form(quoting, usual)):
        while not lines[number - 2].strip():
            number += 1
        own = b"".join(lines[number - 2 : number - 2 + record.line_count])
        assert (record.number, record.raw) == (number, own.rstrip(b"\r\n"))
        assert not (record.fault and record.fields)
        number += record.line_count
    assert not b"".join(lines[number - 2 :]).strip()


DIALECTS = {
    "marks doubled": ('1,"a ""b"" c",2', Quoting.DOUBLED, 'a "b" c'),
    "marks with backslashes": (r'1,"a \"b\" c",2', Quoting.BACKSLASH, 'a "b" c'),
    "a mark at the end": ('1,"9\\"",2', Quoting.BACKSLASH, '9"'),
    "a backslash at the end": ('1,"C:\\",2', Quoting.DOUBLED, "C:\\"),
    "an escaped backslash": (r'1,"\"C:\\\\\"",2', Quoting.BACKSLASH, '"C:' + "\\\\" + '"'),
    "marks as letters": ('1,"red" tray,2', Quoting.NONE, '"red" tray'),
    "inches": ('1,tray 7",2', Quoting.NONE, 'tray 7"'),
    "no marks": ("1,tray,2", Quoting.DOUBLED, "tray"),
}


@pytest.mark.parametrize(("line", "quoting", "text"), DIALECTS.values(), ids=DIALECTS.keys())
def test_what_quotation_marks_mean_is_found_from_the_file(line: str, quoting: Quoting, text: str) -> None:
    found, records = read(f"head\n{line}\n".encode(), form())
    assert (found, texts(records)) == (quoting, [("1", text, "2")])


FAULTS = {
    "never closed": ('1,"a,2', ["a quotation mark is not closed"]),
    "text behind it": ('1,"a" b,2', ["text follows a closing quotation mark"]),
    "a backslash": (r'1,"a \"b\" c",2', ["text follows a quotation mark with a backslash before it"]),
    "a backslash before a line break": (
        '1,2,"10\\"\nand more"',
        ["a backslash stands before its closing quotation mark, and what follows is no record", ""],
    ),
}


@pytest.mark.parametrize(("damaged", "faults"), FAULTS.values(), ids=FAULTS.keys())
def test_a_record_that_does_not_keep_to_the_files_dialect_is_reported_by_its_line(
    damaged: str, faults: list[str]
) -> None:
    fine = '1,"a ""b"", c",2\n'
    _, records = read(f"head\n{fine * 3}{damaged}\n{fine}".encode(), form())
    reported = [(record.number, record.fault) for record in records if record.fault or len(record.fields) != 3]
    assert reported == list(enumerate(faults, 5))
    assert len(records) - len(reported) == 4


def test_a_text_that_would_swallow_a_record_is_none() -> None:
    of = Form(b",", 3, Quoting.DOUBLED, Quoting.DOUBLED, fits=lambda fields: fields[0].isdigit())
    _, records = read(b'head\n1,"a, b",1\n2,"open,2\n3,fine,3\n4,x",4\n5,"c, d",5\n', of)
    assert [record.fault for record in records] == [
        "",
        "a quotation mark is not closed before the next record",
        "",
        "",
        "",
    ]
    assert [record.number for record in records] == [2, 3, 4, 5, 6]


def test_lines_end_as_on_any_system_and_blank_ones_are_none() -> None:
    file = io.BytesIO(b"\xef\xbb\xbfa,b,c\r\n1,2,3\r4,5,6\n\n7,8,9")
    assert header_of(file) == b"a,b,c"
    assert [(r.number, r.raw) for r in read_lines(below_header(file), form())] == [
        (2, b"1,2,3"),
        (3, b"4,5,6"),
        (5, b"7,8,9"),
    ]
