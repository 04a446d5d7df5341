"""What slicing events by day promises: each row on each of its days, as of the end of that day, whatever the order."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sakila_platform.capture import event_slices
from sakila_platform.capture.event_slices import EventTable, slice_by_day
from sakila_platform.errors import PlatformError

RENTAL = EventTable(
    schema=pa.schema({"id": pa.int32(), "taken": pa.timestamp("us"), "back": pa.timestamp("us"), "note": pa.string()}),
    primary_key=("id",),
    day_columns=("taken", "back"),
)
FIRST = date(2005, 5, 24)


def days(count: int) -> list[date]:
    return [FIRST + timedelta(days=n) for n in range(count)]


def moment(text: str) -> datetime | None:
    """'25 10:00' is that time in May 2005."""
    return datetime.strptime(f"2005-05-{text}", "%Y-%m-%d %H:%M") if text else None


def batch(*rows: tuple) -> pa.RecordBatch:
    """Rows of (id, taken, back)."""
    return pa.RecordBatch.from_pylist(
        [{"id": row[0], "taken": moment(row[1]), "back": moment(row[2]), "note": f"n{row[0]}"} for row in rows],
        RENTAL.schema,
    )


def slices(folder: Path, batches: list[pa.RecordBatch], count: int = 3) -> dict[int, list[tuple]]:
    """By day of May: (id, day and hour taken, day and hour brought back)."""
    shown = {}
    for day, table in slice_by_day(batches, RENTAL, days(count), folder):
        assert table.schema == RENTAL.schema
        shown[day.day] = [
            (row["id"], *(f"{row[name]:%d %H:%M}" if row[name] else "" for name in ("taken", "back")))
            for row in table.to_pylist()
        ]
    return shown


def test_a_rental_is_on_the_day_it_was_taken_and_on_the_day_it_came_back(tmp_path):
    rows = batch((1, "24 10:00", "26 09:00"))
    assert slices(tmp_path, [rows]) == {24: [(1, "24 10:00", "")], 25: [], 26: [(1, "24 10:00", "26 09:00")]}


def test_taken_and_brought_back_on_one_day_is_one_row(tmp_path):
    assert slices(tmp_path, [batch((1, "24 10:00", "24 20:00"))], 1) == {24: [(1, "24 10:00", "24 20:00")]}


def test_midnight_belongs_to_the_day_that_begins(tmp_path):
    assert slices(tmp_path, [batch((1, "24 00:00", "25 00:00"))]) == {
        24: [(1, "24 00:00", "")],
        25: [(1, "24 00:00", "25 00:00")],
        26: [],
    }


def test_a_return_of_a_rental_from_before_the_days_is_there_and_a_later_one_is_not(tmp_path):
    rows = batch((1, "20 10:00", "25 09:00"), (2, "20 10:00", "28 09:00"), (3, "26 23:59", "28 09:00"))
    assert slices(tmp_path, [rows]) == {24: [], 25: [(1, "20 10:00", "25 09:00")], 26: [(3, "26 23:59", "")]}


def test_rows_leave_in_the_order_of_their_key(tmp_path):
    rows = [batch((3, "24 10:00", "")), batch((1, "24 23:00", ""), (2, "24 01:00", ""))]
    assert [row[0] for row in slices(tmp_path, rows, 1)[24]] == [1, 2, 3]


def test_undated_rows_are_on_no_day_and_told_apart(tmp_path):
    sliced = slice_by_day([batch((2, "", "24 10:00"), (1, "", ""), (3, "24 10:00", ""))], RENTAL, days(2), tmp_path)
    assert [table["id"].to_pylist() for _, table in sliced] == [[3], []]
    assert sliced.undated["id"].to_pylist() == [1, 2]


def test_no_rows_are_empty_days_that_carry_the_schema(tmp_path):
    assert slices(tmp_path, []) == {24: [], 25: [], 26: []}


def test_days_with_a_gap_are_refused(tmp_path):
    with pytest.raises(ValueError, match="consecutive"):
        slice_by_day([], RENTAL, [FIRST, FIRST + timedelta(days=2)], tmp_path)


MOMENTS = st.none() | st.datetimes(datetime(2005, 5, 20), datetime(2005, 9, 1))
EVENTS = st.lists(st.tuples(MOMENTS, MOMENTS), max_size=60)


def expected(rows: list[dict], day: date) -> list[dict]:
    """The rule, said again as simply as can be."""
    end = datetime.combine(day + timedelta(days=1), datetime.min.time())
    mine = [
        row
        for row in rows
        if row["taken"] and day in (row["taken"].date(), row["back"].date() if row["back"] else None)
    ]
    return [{**row, "back": row["back"] if row["back"] and row["back"] < end else None} for row in mine]


@pytest.mark.parametrize("held_bytes", [1, 2000, 1 << 20])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, order=st.randoms(use_true_random=False), batch_rows=st.integers(1, 20))
def test_any_rows_in_any_order_give_the_same_days_in_memory_or_on_disk(
    monkeypatch, tmp_path, held_bytes, events, order, batch_rows
):
    monkeypatch.setattr(event_slices, "_HELD_BYTES", held_bytes)
    rows = [{"id": n, "taken": taken, "back": back, "note": f"n{n}"} for n, (taken, back) in enumerate(events)]
    mixed = list(rows)
    order.shuffle(mixed)
    batches = pa.Table.from_pylist(mixed, RENTAL.schema).to_batches(batch_rows)
    sliced = slice_by_day(batches, RENTAL, days(100), tmp_path)
    got = {day: table.to_pylist() for day, table in sliced}
    assert got == {day: expected(rows, day) for day in days(100)}
    assert sliced.undated.to_pylist() == [row for row in rows if not row["taken"]]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_hold_the_rows_is_reported_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr(event_slices, "_HELD_BYTES", 1)
    blocked = tmp_path / "file"
    blocked.touch()
    with pytest.raises(PlatformError, match="cannot hold the rows that wait there"):
        list(slice_by_day([batch((1, "24 10:00", ""))], RENTAL, days(2), blocked))


def test_an_error_while_reading_comes_before_any_day(tmp_path):
    def breaks():
        yield batch((1, "24 10:00", ""))
        raise PlatformError("the connection is gone")

    with pytest.raises(PlatformError, match="the connection is gone"):
        next(iter(slice_by_day(breaks(), RENTAL, days(2), tmp_path)))
