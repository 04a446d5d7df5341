"""Records of a file are held against their contract as a day's rows are, by the same names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from sakila_platform.lake.audits.records import RECORD, Reasons, part_lines, part_records
from sakila_platform.lake.audits.rows import audit_table
from sakila_platform.model.contracts import INTEGER, SMALLINT, Column, Table, TableKind, arrow_schema, text
from sakila_platform.model.naming import TableName
from sakila_platform.model.rules import Holds

TABLE = Table(
    TableName("stage", "test", "records"),
    TableKind.EVENT,
    "One row per record.",
    (
        Column("key", INTEGER, "Key.", minimum=1),
        Column("flag", SMALLINT, "Flag.", minimum=0, maximum=1),
        Column("kind", text(5), "TableKind.", nullable=True, allowed=("a", "b")),
    ),
    primary_key=("key",),
)
SHORT_NAMES = Table(
    TableName("final", "test", "dim_name"),
    TableKind.DIMENSION,
    "One row per name.",
    (Column("key", INTEGER, "Key."), Column("kind", text(3), "Name.", nullable=True)),
    primary_key=("key",),
)
VALUES = st.tuples(
    st.sampled_from([None, 0, 1, 2, 3, 4]), st.sampled_from([None, -1, 0, 1, 2]), st.sampled_from([None, "a", "b", "c"])
)


def rows_of(values: list[tuple], table: Table = TABLE) -> pa.Table:
    fields = [field.with_nullable(True) for field in arrow_schema(table)]
    return pa.Table.from_pylist([dict(zip(table.column_names, row, strict=True)) for row in values], pa.schema(fields))


@trying(deadline=None)
@given(st.lists(VALUES, max_size=8, unique_by=lambda row: row[0]))
def test_records_and_a_days_rows_are_judged_alike(values: list[tuple]) -> None:
    parted = part_lines(rows_of(values), TABLE)
    kept, rejected, broken = audit_table(rows_of(values), TABLE, date(2021, 4, 25))
    assert parted.kept == kept
    assert sorted(parted.rejected.to_pylist(), key=str) == sorted(rejected.to_pylist(), key=str)
    assert parted.broken == broken


@pytest.mark.parametrize(("name", "is_kept"), [("äöü", True), ("äöü ", False), ("💿💿💿", True), (None, True)])
def test_a_text_that_is_too_long_for_its_column_is_found_in_records_as_in_rows(name: str | None, is_kept: bool) -> None:
    rows = rows_of([(1, name)], SHORT_NAMES)
    parted = part_lines(rows, SHORT_NAMES)
    assert parted.kept == audit_table(rows, SHORT_NAMES, date(2021, 4, 25))[0]
    assert parted.kept.num_rows == is_kept
    assert parted.broken == ({} if is_kept else {"kind has at most 3 characters": 1})


def test_a_tables_own_rule_is_held_against_records_too() -> None:
    parted = part_lines(
        rows_of([(1, 1, None), (2, 1, None)]), replace(TABLE, rules=(Holds("key is odd", "key % 2 = 1"),))
    )
    assert parted.kept["key"].to_pylist() == [1]
    assert parted.broken == {"key is odd": 1}


def test_of_equal_keys_the_first_usable_record_is_kept() -> None:
    rows = rows_of([(1, 7, None), (1, 1, "a"), (1, 0, "b")]).append_column(RECORD, pa.array([4, 5, 6]))
    parted = part_records(rows, TABLE, Reasons())
    assert parted.kept.to_pylist() == [{"key": 1, "flag": 1, "kind": "a"}]
    assert parted.rejected["reason"].to_pylist() == ["record 4: flag is at most 1", "record 6: primary key is unique"]


def test_a_record_without_a_row_is_set_aside_all_the_same() -> None:
    reasons = Reasons()
    reasons.add(2, "is UTF-8 text", "byte 0xe8; and more")
    parted = part_records(rows_of([(1, 1, "a")]).append_column(RECORD, pa.array([1])), TABLE, reasons)
    assert parted.rejected.to_pylist() == [
        {"key": None, "flag": None, "kind": None, "reason": "record 2: is UTF-8 text (byte 0xe8, and more)"}
    ]
    assert parted.broken == {"is UTF-8 text": 1}
