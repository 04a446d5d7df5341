"""The retailer's CSV, line by line: what is normal there, and what is reported by its line."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from sakila_platform.errors import PlatformError
from sakila_platform.reviews.purchases.lines import HEADER, PurchaseFile, Row

HEADER_LINE = ",".join(HEADER)


def rows_of(folder: Path, text: str, encoding: str = "utf-8") -> list[Row]:
    file = folder / "purchases.csv"
    file.write_text(f"{HEADER_LINE}\n{text}", encoding=encoding)
    return list(PurchaseFile.open(file).rows())


def complaint_of(folder: Path, text: str) -> str:
    with pytest.raises(PlatformError) as refused:
        rows_of(folder, text)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_line_is_read_as_the_retailer_writes_it(tmp_path: Path) -> None:
    line = '536365,85123A," WHITE ""HEART"", LARGE ",6,12/1/2010 8:26,2.55,17850,United Kingdom\n'
    assert rows_of(tmp_path, line) == [
        ("536365", "85123A", 'WHITE "HEART", LARGE', "6", "2010-12-01 08:26:00", "2.55", "17850", "United Kingdom")
    ]


def test_unknown_customers_cancellations_and_equal_lines_are_normal(tmp_path: Path) -> None:
    line = "C536379,D,,-1,12/1/2010 9:41,27.5,,United Arab Emirates\n"
    row = ("C536379", "D", None, "-1", "2010-12-01 09:41:00", "27.5", None, "United Arab Emirates")
    assert rows_of(tmp_path, line * 2) == [row, row]


@pytest.mark.parametrize(
    ("written", "read"),
    [("17850", "17850"), ("17850.0", "17850"), (" 17850 ", "17850"), ("", None)],
)
def test_a_customer_may_be_written_as_spreadsheets_do(tmp_path: Path, written: str, read: str | None) -> None:
    ((*_, customer, _),) = rows_of(tmp_path, f"1,2,x,6,12/1/2010 8:26,2.55,{written},EIRE\n")
    assert customer == read


@pytest.mark.parametrize("moment", ["12/1/2010 8:26", "12/01/2010 08:26", "2010-12-01 08:26:00", "2010-12-01 08:26"])
def test_a_moment_may_be_written_in_several_ways(tmp_path: Path, moment: str) -> None:
    (row,) = rows_of(tmp_path, f"1,2,x,6,{moment},2.55,1,EIRE\n")
    assert row[4] == "2010-12-01 08:26:00"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1"])
def test_accents_survive_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    (row,) = rows_of(tmp_path, "1,2,CAFÉ £5,6,12/1/2010 8:26,2.55,1,EIRE\n", encoding)
    assert row[2] == "CAFÉ £5"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1,2,x,six,12/1/2010 8:26,2.55,1,EIRE", "line 2: Quantity 'six' can't be read"),
        ("1,2,x,6,13/1/2010 8:26,2.55,1,EIRE", "line 2: InvoiceDate '13/1/2010 8:26' can't be read"),
        ("1,2,x,6,12/1/2010 8:26,2.5555,1,EIRE", "line 2: UnitPrice '2.5555' can't be read"),
        ("1,2,x,6,12/1/2010 8:26,123456.00,1,EIRE", "line 2: UnitPrice '123456.00' can't be read"),
        ("1,2,x,6,12/1/2010 8:26,,1,EIRE", "line 2: UnitPrice is empty"),
        ("1,2,x,6,12/1/2010 8:26,2.55,17850.5,EIRE", "line 2: CustomerID '17850.5' can't be read"),
        ("1,2,x,6,12/1/2010 8:26,2.55,3000000000,EIRE", "line 2: CustomerID '3000000000' can't be read"),
        ("12345678901,2,x,6,12/1/2010 8:26,2.55,1,EIRE", "line 2: InvoiceNo has 11 characters, more than 10"),
        ("1,2,x,6,12/1/2010 8:26,2.55", "line 2: 6 fields instead of 8"),
        ("1;2;x;6;12/1/2010 8:26;2.55;1;EIRE", "line 2: 1 fields instead of 8"),
    ],
)
def test_what_does_not_fit_is_reported_by_its_line(tmp_path: Path, line: str, said: str) -> None:
    assert said in complaint_of(tmp_path, line + "\n")


def test_a_line_is_counted_where_it_begins_and_many_faults_make_one_message(tmp_path: Path) -> None:
    good = '1,2,"two\nlines",6,12/1/2010 8:26,2.55,1,EIRE\n'
    said = complaint_of(tmp_path, good + '1,2,"two\nlines",x,12/1/2010 8:26,2.55,1,EIRE\n' * 7)
    assert "line 4: Quantity 'x'" in said
    assert "line 6: Quantity 'x'" in said
    assert "; and 2 more. Correct the file" in said


INVOICES = {
    "marks doubled": ['"SQUARE TRAY 9"""', "PLAIN CUP", '"ROUND, ""RED"" TRAY"'],
    "marks with backslashes": [r'"SQUARE TRAY 9\""', "PLAIN CUP", r'"ROUND, \"RED\" TRAY"'],
    "without quoting": ['SQUARE TRAY 9"', "PLAIN CUP", '"RED" TRAY'],
}


@pytest.mark.parametrize("details", INVOICES.values(), ids=INVOICES.keys())
def test_an_article_keeps_its_quotation_marks_however_the_file_has_them(tmp_path: Path, details: list[str]) -> None:
    lines = [f"70000{n},A{n},{detail},1,3/4/2011 9:00,{n}0,50{n},Chile\n" for n, detail in enumerate(details)]
    found = [(row[0], row[2], row[6]) for row in rows_of(tmp_path, "".join(lines))]
    round_tray = '"RED" TRAY' if details[2].startswith('"RED"') else 'ROUND, "RED" TRAY'
    assert found == [
        ("700000", 'SQUARE TRAY 9"', "500"),
        ("700001", "PLAIN CUP", "501"),
        ("700002", round_tray, "502"),
    ]


MARKS = {
    '"RED" TRAY': "line 3: text follows a closing quotation mark",
    '"RED TRAY': "line 3: a quotation mark is not closed",
    r'"RED \"S\" TRAY"': "line 3: text follows a quotation mark with a backslash before it",
    r'"RED TRAY\", SMALL"': "line 3: 9 fields instead of 8 (a backslash stands before a quotation mark)",
}


@pytest.mark.parametrize(("detail", "said"), MARKS.items())
def test_a_line_whose_marks_do_not_keep_to_the_files_dialect_is_reported(
    tmp_path: Path, detail: str, said: str
) -> None:
    fine = '1,2,"CUP, ""TIN""",6,12/1/2010 8:26,2.55,1,EIRE\n'
    reported = complaint_of(tmp_path, f"{fine}1,2,{detail},6,12/1/2010 8:26,2.55,1,EIRE\n{fine}")
    assert said in reported
    assert "The file was read as texts in quotation marks, which are doubled within. Correct the file" in reported


def test_invoices_that_an_open_mark_would_swallow_are_not_taken_for_a_text(tmp_path: Path) -> None:
    lines = [
        f"{n},2,{detail},6,12/1/2010 8:26,2.55,1,EIRE\n"
        for n, detail in enumerate(['"CUP, ""TIN"""', '"OPEN', "PLAIN", 'CLOSED"', '"TRAY, RED"'])
    ]
    assert "line 3: a quotation mark is not closed before the next record" in complaint_of(tmp_path, "".join(lines))


@trying(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["A", "É", 'X"', '"Y" Z', ", C", "\nE", "G\\", r"H\I"]), max_size=4), max_size=8),
    st.booleans(),
)
def test_every_line_of_a_generated_file_is_loaded_with_its_texts_as_they_were(
    pieces: list[list[str]], has_backslashes: bool
) -> None:
    details = ["".join(some) for some in pieces]
    assume(any('"' in detail for detail in details))
    ways = {"doublequote": False, "escapechar": "\\"} if has_backslashes else {}
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n", **ways)
    writer.writerows([n, "A", detail, 6, "12/1/2010 8:26", "2.55", 1, "EIRE"] for n, detail in enumerate(details))
    with tempfile.TemporaryDirectory() as folder:
        rows = rows_of(Path(folder), text.getvalue())
    assert [(row[0], row[2]) for row in rows] == [(str(n), one.strip() or None) for n, one in enumerate(details)]


INVOICE = "{},A,{},6,12/1/2010 8:26,2.55,1,EIRE\n"


def loaded_or_refused_by_a_line(text: str) -> list[Row] | None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return rows_of(Path(folder), text)
        except PlatformError as error:
            assert re.search(r": line \d+: ", str(error))
            assert "\n" not in str(error)
            return None


@trying(deadline=None)
@given(st.lists(st.lists(st.sampled_from(["A", 'X"', "\n", ", C", INVOICE.format(7, "x")]), max_size=4), max_size=6))
def test_texts_that_have_lines_of_invoices_within_are_loaded_as_they_were_or_refused_by_their_line(
    pieces: list[list[str]],
) -> None:
    details = ["".join(some) for some in pieces]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([n, "A", detail, 6, "12/1/2010 8:26", "2.55", 1, "EIRE"] for n, detail in enumerate(details))
    if (rows := loaded_or_refused_by_a_line(text.getvalue())) is not None:
        assert [(row[0], row[2]) for row in rows] == [(str(n), one.strip() or None) for n, one in enumerate(details)]


@trying(deadline=None)
@given(
    st.lists(st.sampled_from(["CUP", '"CUP, ""TIN"""', '"TRAY, RED"', 'TRAY 9"']), min_size=2, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60)), min_size=1, max_size=3),
)
def test_stray_quotation_marks_make_no_line_vanish_into_another(
    details: list[str], marks: list[tuple[int, int]]
) -> None:
    lines = [INVOICE.format(n, detail) for n, detail in enumerate(details)]
    for number, place in marks:
        line = lines[number % len(lines)]
        place %= len(line)
        lines[number % len(lines)] = f'{line[:place]}"{line[place:]}'
    if (rows := loaded_or_refused_by_a_line("".join(lines))) is not None:
        assert len(rows) == len(lines)


def test_a_mark_of_a_later_line_closes_no_text_of_an_earlier_one() -> None:
    opened = '0,A,"CUP,""6,12/1/2010 8:26,2.55,1,EIRE\n'
    rows = loaded_or_refused_by_a_line(opened + INVOICE.format(1, 'TRAY 9"'))
    assert rows is None or len(rows) == 2


@pytest.mark.parametrize("tail", ["E, C, C", "E, C, C\nE, C, C"])
def test_a_texts_last_line_may_have_as_many_fields_as_an_invoice(tmp_path: Path, tail: str) -> None:
    text = f'"1","A","TRAY ""X""\n{tail}","6","12/1/2010 8:26","2.55","1","EIRE"\n'
    assert [row[2] for row in rows_of(tmp_path, text * 2)] == [f'TRAY "X"\n{tail}'] * 2


def test_two_neighbours_with_a_stray_mark_each_are_not_taken_for_one(tmp_path: Path) -> None:
    text = INVOICE.format(1, '"OPEN') + INVOICE.format(2, 'CLOSED"') + INVOICE.format(3, '"CUP, ""TIN"""')
    assert "line 2: a quotation mark is not closed before the next record" in complaint_of(tmp_path, text)


def test_another_file_is_refused_by_its_header(tmp_path: Path) -> None:
    file = tmp_path / "purchases.csv"
    for text in ("", "cid,review_str\n1,good\n", HEADER_LINE.replace(",", ";"), "PK\x03\x04\0\0"):
        file.write_text(text)
        with pytest.raises(PlatformError, match="InvoiceNo,StockCode") as refused:
            PurchaseFile.open(file)
        assert "\n" not in str(refused.value)
