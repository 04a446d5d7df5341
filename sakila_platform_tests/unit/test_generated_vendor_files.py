"""Generated vendors' files: in the shape of the real ones, with their habits, and the same each time."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from sakila_platform.reviews.generated.purchases import customer_ids, write_purchases
from sakila_platform.reviews.generated.vendor_files import write_vendor_files
from sakila_platform.reviews.purchases.lines import PurchaseFile
from sakila_platform.reviews.source import LOG_REVIEWS, MOVIE_REVIEW
from sakila_platform.reviews.vendors.review_text import GoodWord

DAY, ROWS = date(2021, 4, 25), 1_500
LOG = re.compile(
    r"<reviewlog><log><logDate>04-2[0-5]-2021</logDate><device>(Mobile|Tablet|Computer)</device>"
    r"<location>[A-Z][A-Za-z ]+</location><os>[A-Za-z ]+</os><ipAddress>[0-9.]+</ipAddress>"
    r"<phoneNumber>[0-9]{3}-[0-9]{3}-[0-9]{4}</phoneNumber></log></reviewlog>"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vendors")
    write_vendor_files(folder, DAY, ROWS)
    return folder


def rows_in(file: Path) -> tuple[tuple[str, ...], list[list[str]]]:
    with file.open(encoding="utf-8", newline="") as opened:
        header, *rows = csv.reader(opened)
    return tuple(header), rows


def test_every_review_has_one_session_in_another_order(folder: Path) -> None:
    header, reviews = rows_in(folder / "movie_review.csv")
    assert header == MOVIE_REVIEW.columns
    header, logs = rows_in(folder / "log_reviews.csv")
    assert header == LOG_REVIEWS.columns
    written, logged = [row[2] for row in reviews], [row[0] for row in logs]
    assert len(written) == len(set(written)) == ROWS
    assert sorted(logged) == sorted(written) and logged != written
    assert [log for _, log in logs if not LOG.fullmatch(log)] == []


def test_reviews_have_the_habits_of_people(folder: Path) -> None:
    _, reviews = rows_in(folder / "movie_review.csv")
    texts = [text for _, text, _ in reviews]
    for habit in ('"', "\n", "<br />", "é", ","):
        assert any(habit in text for text in texts), f"no review has {habit!r}"
    assert 1_100 < sum(len(text.encode()) for text in texts) / ROWS < 1_500
    buyers = sum(int(customer) in customer_ids() for customer, _, _ in reviews)
    assert 0.9 * ROWS < buyers < ROWS
    positive = sum(GoodWord()(pa.array(texts)).to_pylist())
    assert 0.4 * ROWS < positive < 0.7 * ROWS


def test_some_states_are_misspelt(folder: Path) -> None:
    logs = (folder / "log_reviews.csv").read_text()
    assert {name for name in ("Pensylvania", "Lousiana", "Massachussets") if name in logs}
    assert "Pennsylvania" in logs


def test_the_same_day_is_the_same_and_another_day_is_another(folder: Path, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    for place, day in ((again, DAY), (other, date(2021, 4, 26))):
        place.mkdir()
        write_vendor_files(place, day, ROWS)
    for vendor in (MOVIE_REVIEW, LOG_REVIEWS):
        content = (folder / vendor.file).read_bytes()
        assert (again / vendor.file).read_bytes() == content
        assert (other / vendor.file).read_bytes() != content


@pytest.mark.parametrize("lines", [0, 1, 7, 2_000])
def test_there_are_as_many_purchases_as_asked_for(tmp_path: Path, lines: int) -> None:
    file = tmp_path / "purchases.csv"
    write_purchases(file, lines, date(2010, 12, 1), date(2010, 12, 12))
    rows = list(PurchaseFile.open(file).rows())
    assert len(rows) == lines
    # Like the retailer, who is closed on Saturdays.
    assert not [row for row in rows if str(row[4]).startswith(("2010-12-04", "2010-12-11"))]
