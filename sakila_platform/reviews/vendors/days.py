"""A vendor's file of a day to stage: read strictly, turned into the contract's columns, audited, published whole.

Needs neither Dagster nor DuckDB: the Glue lane does the same with the same function, a file to a task. A day without a
file is an empty day.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sakila_platform.capture.csv_dialects import Quoting
from sakila_platform.lake.audits.records import RECORD, Reasons, part_records
from sakila_platform.lake.files import Lake
from sakila_platform.lake.publishing import Quarantine, publish_days
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.naming import TableName, day_partition
from sakila_platform.model.outcomes import TableDay, judge
from sakila_platform.reviews.source import (
    CLASSIFIED_MOVIE_REVIEW,
    LOG_REVIEWS,
    MOVIE_REVIEW,
    REVIEW_LOGS,
    VendorFile,
)
from sakila_platform.reviews.vendors.csv_records import Fault
from sakila_platform.reviews.vendors.raw import hash_of
from sakila_platform.reviews.vendors.review_csv import Layout, VendorFileUnusable, read_file
from sakila_platform.reviews.vendors.review_text import Classifier, GoodToken, GoodWord
from sakila_platform.reviews.vendors.session_logs import read_logs
from sakila_platform.reviews.vendors.taken import naming_content
from sakila_platform.settings.reviews import REVIEWS_BROWSERS, REVIEWS_EXACT_TOKENS
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE

_WHOLE_NUMBER = r"\A\s*[0-9]{1,10}\s*\z"
_SHOWN = 40
_DELIVERED = "insert_date"


@dataclass(frozen=True)
class Intake:
    """What vendors' files are taken in with: the lake, the rule for texts, browsers by system, bad rows allowed."""

    lake: Lake
    classifier: Classifier
    browsers: Mapping[str, str]
    allowed_bad_share: float


@dataclass(frozen=True)
class Staged:
    """Records of a block as rows of stage (`record` among their columns, from 0), and those at fault."""

    rows: pa.Table
    faults: Sequence[Fault]


def intake_by_settings(lake: Lake) -> Intake:
    """How files are taken in, as the settings say."""
    classifier = GoodToken() if REVIEWS_EXACT_TOKENS.read() else GoodWord()
    return Intake(lake, classifier, REVIEWS_BROWSERS.read(), ALLOWED_BAD_SHARE.read())


def take_in(intake: Intake, table: Table, day: date) -> TableDay:
    """Publish a vendor's day in stage, and say what it came to.

    Refused, and left as it was, when the file can't be understood, changes while it is read, or has too many bad rows.
    """
    vendor = VENDORS[table.name]
    try:
        rows, reasons, notes, content = _rows_of(intake, vendor, table, day)
    except VendorFileUnusable as error:
        where = vendor.path(day)
        return TableDay(0, refused=f"{where} can't be used: {error}. Put the vendor's whole file there, then run again")
    parted = part_records(rows, table, reasons)
    outcome = judge(parted.kept.num_rows, parted.rejected.num_rows, parted.broken, intake.allowed_bad_share)
    if not outcome.refused:
        # In this order a crash in between loses sight of no row.
        Quarantine(intake.lake, table).set_aside(day_partition(day), parted.rejected)
        publish_days(intake.lake, table, [(day, naming_content(parted.kept, content))])
    return replace(outcome, notes=notes)


def _rows_of(
    intake: Intake, vendor: VendorFile, table: Table, day: date
) -> tuple[pa.Table, Reasons, Mapping[str, int | str], str]:
    """The rows, those at fault, the notes on the file, and a hash of its content; empty where there is no file."""
    reasons = Reasons()
    if not intake.lake.exists(vendor.path(day)):
        empty = arrow_schema(table).empty_table().append_column(RECORD, pa.array([], pa.int64()))
        return empty, reasons, {"file": "none was delivered"}, ""
    (path,) = intake.lake.local_files([vendor.path(day)])
    try:
        with open(path, "rb") as file:
            before = _state(file)
            (blocks, quoting), size = _blocks(intake, vendor, table, file, reasons), before[0]
            file.seek(0)
            content = hash_of(file)
            if _state(file) != before:
                raise VendorFileUnusable("it changed while it was read")
    except OSError as error:
        raise VendorFileUnusable(f"it can't be read ({error.strerror})") from None
    rows = pa.concat_tables(blocks) if blocks else _without_rows(table)
    if _DELIVERED in table.column_names:
        epoch = (day - date(1970, 1, 1)).days
        delivered = pa.array(np.full(rows.num_rows, epoch, np.int32)).cast(pa.date32())
        rows = rows.append_column(_DELIVERED, delivered)
    return rows, reasons, {"file_bytes": size, "quoting": quoting.value}, content


def _blocks(
    intake: Intake, vendor: VendorFile, table: Table, file: BinaryIO, reasons: Reasons
) -> tuple[list[pa.Table], Quoting]:
    """The rows of each block, numbered by record from 1 through the file, and its dialect; faults are noted."""
    headers = [header for header in (vendor.columns, vendor.older_columns) if header]
    turn = _TURNED[table.name]
    blocks = []
    read = read_file(file, Layout(headers), lambda rows: turn(intake, rows))
    for block in read.blocks:
        for fault in (*block.faults, *block.worked.faults):
            reasons.add(block.first + fault.record, fault.rule, fault.detail)
        numbers = pc.add(block.worked.rows[RECORD], block.first)
        rows = block.worked.rows.set_column(block.worked.rows.schema.get_field_index(RECORD), RECORD, numbers)
        blocks.append(_with_places(rows, table))
    return blocks, read.quoting


def _with_places(rows: pa.Table, table: Table) -> pa.Table:
    """In the older variant a review has no id: its place in the file stands for it."""
    key = table.primary_key[0]
    if key in rows.column_names:
        return rows
    return rows.append_column(key, rows[RECORD].cast(arrow_schema(table).field(key).type))


def _without_rows(table: Table) -> pa.Table:
    names = [name for name in table.column_names if name != _DELIVERED]
    empty = arrow_schema(table).empty_table().select(names)
    return empty.append_column(RECORD, pa.array([], pa.int64()))


def _reviews(intake: Intake, rows: pa.Table) -> Staged:
    customers, faults = _whole_numbers(rows, "cid")
    columns = {"user_id": customers, "positive_review": intake.classifier(rows["review_str"].combine_chunks())}
    if "id_review" in rows.column_names:
        columns["review_id"], more = _whole_numbers(rows, "id_review")
        faults += more
    return Staged(pa.table({**columns, RECORD: rows[RECORD]}), _placed(faults, rows))


def _logs(intake: Intake, rows: pa.Table) -> Staged:
    ids, faults = _whole_numbers(rows, "id_review")
    sessions = read_logs(rows["log"].combine_chunks(), intake.browsers)
    staged = sessions.columns.add_column(0, "log_id", ids).append_column(RECORD, rows[RECORD])
    return Staged(staged, _placed([*faults, *sessions.faults], rows))


def _whole_numbers(rows: pa.Table, name: str) -> tuple[pa.Array, list[Fault]]:
    """A column of texts as numbers; null, and a fault, where one is none (or too large for an id)."""
    texts = rows[name].combine_chunks()
    usual = _plainly_numbers(texts)
    if usual is not None:
        return usual, []
    digits = pc.if_else(pc.match_substring_regex(texts, _WHOLE_NUMBER), texts, pa.scalar(None, pa.string()))
    numbers = pc.utf8_trim_whitespace(digits).cast(pa.int64())
    fits = pc.fill_null(pc.less_equal(numbers, np.iinfo(np.int32).max), False)
    if pc.all(fits, min_count=0).as_py():
        return numbers.cast(pa.int32()), []
    odd = np.flatnonzero(~fits.to_numpy(zero_copy_only=False))
    shown = texts.take(pa.array(odd)).to_pylist()
    faults = [
        Fault(int(at), f"{name} is a whole number", repr(text[:_SHOWN])) for at, text in zip(odd, shown, strict=True)
    ]
    return pc.if_else(fits, numbers, pa.scalar(None, pa.int64())).cast(pa.int32()), faults


def _plainly_numbers(texts: pa.Array) -> pa.Array | None:
    """The numbers, when all texts are such as Arrow casts; it would take a sign and hexadecimal digits, too."""
    if pc.any(pc.match_substring_regex(texts, r"[^0-9]"), min_count=0).as_py():
        return None
    try:
        return texts.cast(pa.int32())
    except pa.ArrowInvalid:
        return None


def _placed(faults: Sequence[Fault], rows: pa.Table) -> list[Fault]:
    """Faults by rows of a table as faults by records of its block."""
    if not faults:
        return []
    records = rows[RECORD].to_pylist()
    return [replace(fault, record=records[fault.record]) for fault in faults]


def _state(file: BinaryIO) -> tuple[int, int]:
    found = os.fstat(file.fileno())
    return found.st_size, found.st_mtime_ns


VENDORS: Mapping[TableName, VendorFile] = {CLASSIFIED_MOVIE_REVIEW.name: MOVIE_REVIEW, REVIEW_LOGS.name: LOG_REVIEWS}
"""The vendor's file that each of these stage tables is made from."""
_TURNED: Mapping[TableName, Callable[[Intake, pa.Table], Staged]] = {
    CLASSIFIED_MOVIE_REVIEW.name: _reviews,
    REVIEW_LOGS.name: _logs,
}
