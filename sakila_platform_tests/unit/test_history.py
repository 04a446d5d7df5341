"""A dimension's versions: loaded in any order of days, they are what the captures say as a whole (design rule 11)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.model.days import Clock
from sakila_platform.rentals.star import DIM_DATE, DIM_STORE
from sakila_platform.warehouse.carried import carried_on, written
from sakila_platform.warehouse.mysql.dimensions import load_dimension
from sakila_platform.warehouse.mysql.session import WarehouseSession
from sakila_platform.warehouse.star import WarehouseStar

_NAMELESS = replace(DIM_STORE, columns=tuple(replace(c, nullable=c.name == "manager_name") for c in DIM_STORE.columns))
(STORE,) = WarehouseStar("rentals", (_NAMELESS,), DIM_DATE).dimensions
CLOCK = Clock(ZoneInfo("UTC"))
FIRST = date(2005, 6, 1)
FOREVER = date(9999, 12, 31)
DAYS = 5


@dataclass(frozen=True)
class Capture:
    """A member as captured for a day, some days after that day began."""

    city: str
    days_after: int
    manager: str = "MIKE"

    def at(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=self.days_after), time(12), timezone.utc)


Captures = dict[tuple[int, date], Capture]
Version = tuple[int, int, str, date, date, bool, bool]


def versions_of(captures: Captures) -> list[Version]:
    """The rule itself, from all captures at once: key, id, city, valid from and to, is current, is backfilled."""
    versions = []
    for member in sorted({member for member, _ in captures}):
        own = sorted((day, capture) for (m, day), capture in captures.items() if m == member)
        timely = [(day, c) for day, c in own if c.at(day) < CLOCK.end_of(day + timedelta(days=1))]
        if timely:
            starts = [next(run) for _, run in groupby(timely, key=lambda each: each[1].city)]
        else:
            starts = [min(own, key=lambda each: (each[1].at(each[0]), each[0]))]
        froms = [date(1900, 1, 1), *(day for day, _ in starts[1:])]
        for (_, capture), start, end in zip(starts, froms, [*froms[1:], FOREVER], strict=True):
            key = member * 100_000_000 + int(start.strftime("%Y%m%d"))
            versions.append((key, member, capture.city, start, end, end == FOREVER, not timely))
    return versions


def nothing_kept() -> dict[str, Any]:
    """A warehouse that has loaded nothing: its versions, and what captures of the days it has loaded carried."""
    return {"versions": [], "carried": {}}


def columns_of(lacking: frozenset[date], day: date) -> tuple[str, ...]:
    """The columns of a day's file."""
    return tuple(name for name in STORE.lake.column_names if name != "manager_name" or day not in lacking)


@dataclass(frozen=True)
class Shelf(WarehouseSession):
    """A warehouse and a lake of one dimension in memory, with the session's own reading of captures."""

    captured: Captures = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=lambda: nothing_kept())
    lacking: frozenset[date] = frozenset()
    """Days whose files have no manager."""

    def stored(self, table):
        return pa.Table.from_pylist(self.kept["versions"], schema=arrow_schema(table))

    def replace_owned(self, table, column, owners, rows):
        others = [row for row in self.kept["versions"] if row[column] not in owners]
        self.kept["versions"] = others + rows.to_pylist()

    def view_lake(self, table, days):
        rows = [
            {
                "dt": day,
                "store_id": member,
                "manager_name": None if day in self.lacking else capture.manager,
                "district": "QLD",
                "city": capture.city,
                "country": "AU",
                "captured_at": capture.at(day),
            }
            for (member, day), capture in self.captured.items()
            if day in days
        ]
        schema = pa.schema([pa.field("dt", pa.date32()), *arrow_schema(STORE.lake)])
        self.duck.register("rows_read", pa.Table.from_pylist(rows, schema=schema))
        self.duck.execute(f"CREATE SCHEMA IF NOT EXISTS {table.name.database}")
        self.duck.execute(f"CREATE OR REPLACE TABLE {table.name.sql} AS FROM rows_read")

    def carried(self, dimension, days):
        return {day: carried_on(dimension, day, columns_of(self.lacking, day)) for day in days}

    def fetch(self, sql, parameters=()):
        loaded = {int(day.strftime("%Y%m%d")): written(held) for day, held in self.kept["carried"].items()}
        if "DISTINCT" in sql:
            return [(held,) for held in set(loaded.values())]
        return sorted(loaded.items()) if "carried" in sql else sorted((day,) for day in loaded)


def load(
    duck, captured: Captures, kept: dict[str, Any], days: list[date], lacking: frozenset[date] = frozenset()
) -> tuple[int, ...]:
    """Load a run's days of the dimension; gives the members whose versions changed."""
    shelf = Shelf(None, duck, None, tuple(days), CLOCK, captured=captured, kept=kept, lacking=lacking)  # type: ignore[arg-type]
    changes = load_dimension(shelf, STORE)
    kept["versions"] = [row for row in kept["versions"] if row["store_id"] not in changes.vanished]
    kept["carried"].update(shelf.carried(STORE, days))
    return changes.moved


def held(kept: dict[str, Any]) -> list[Version]:
    """The versions there are, in the form of `versions_of`."""
    names = ("store_key", "store_id", "city", "valid_from", "valid_to", "is_current", "is_backfilled")
    return sorted(tuple(row[name] for name in names) for row in kept["versions"])  # type: ignore[misc]


def parsed(picture: str) -> Captures:
    """One line per member, one column per day: city, then days after (`A1`); `-` where it was not captured."""
    return {
        (member, FIRST + timedelta(days=n)): Capture(cell[0], int(cell[1]))
        for member, line in enumerate(picture.strip().splitlines(), start=1)
        for n, cell in enumerate(line.split())
        if cell != "-"
    }


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        pytest.param("A1 A1 A1", ["A 01-01..12-31"], id="nothing changes"),
        pytest.param("A1 B1 B1", ["A 01-01..06-02", "B 06-02..12-31"], id="a change begins on its day"),
        pytest.param(
            "A1 B1 A1", ["A 01-01..06-02", "B 06-02..06-03", "A 06-03..12-31"], id="changing back is a version"
        ),
        pytest.param("A1 -  B1", ["A 01-01..06-03", "B 06-03..12-31"], id="a missing day is bridged"),
        pytest.param("A1 B4 A1", ["A 01-01..12-31"], id="a late capture invents no history"),
        pytest.param("A5 B3 C1", ["C 01-01..12-31"], id="a timely capture replaces late ones"),
        pytest.param("A5 B3 C9", ["B 01-01..12-31 backfilled"], id="of late ones the earliest taken counts"),
        pytest.param("A1 A1 -", ["A 01-01..12-31"], id="who vanished keeps the last version"),
        pytest.param("A1 -  A1", ["A 01-01..12-31"], id="who comes back unchanged never changed"),
    ],
)
def test_versions_follow_from_captures(picture: str, expected: list[str]) -> None:
    captured, kept = parsed(picture), nothing_kept()
    with open_duckdb() as duck:
        load(duck, captured, kept, [FIRST + timedelta(days=n) for n in range(3)])

    reported = [
        f"{city} {start:%m-%d}..{end:%m-%d}{' backfilled' * late}"
        for _, _, city, start, end, _, late in sorted(held(kept), key=lambda version: version[3])
    ]
    assert reported == expected
    assert held(kept) == versions_of(captured)


cells = st.one_of(st.none(), st.builds(Capture, st.sampled_from("ABC"), st.sampled_from([0, 1, 2, 3, 5])))
days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))
contents = st.dictionaries(st.tuples(st.integers(1, 2), days), cells, max_size=2 * DAYS)
runs = st.lists(st.tuples(days, days).map(sorted), min_size=1, max_size=6)


@settings(max_examples=20, deadline=None)
@given(contents, runs)
def test_any_order_and_grouping_of_runs_gives_what_the_captures_say(
    content: dict[tuple[int, date], Capture | None], ranges: list[list[date]]
) -> None:
    captured = {place: capture for place, capture in content.items() if capture}
    kept = nothing_kept()
    with open_duckdb() as duck:
        for first, last in ranges:
            owned = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            load(duck, captured, kept, owned)
            assert held(kept) == versions_of({p: c for p, c in captured.items() if p[1] in kept["carried"]})

            assert load(duck, captured, kept, owned) == (), "a run twice changes nothing"


@settings(max_examples=20, deadline=None)
@given(contents, st.lists(st.tuples(days, st.tuples(cells, cells)), max_size=8))
def test_a_day_captured_anew_gives_what_the_captures_now_say(
    content: dict[tuple[int, date], Capture | None],
    recaptures: list[tuple[date, tuple[Capture | None, Capture | None]]],
) -> None:
    captured = {place: capture for place, capture in content.items() if capture}
    kept = nothing_kept()
    with open_duckdb() as duck:
        load(duck, captured, kept, [FIRST + timedelta(days=n) for n in range(DAYS)])
        for day, found in recaptures:
            for member, capture in enumerate(found, start=1):
                captured.pop((member, day), None)
                if capture:
                    captured[member, day] = capture
            load(duck, captured, kept, [day])
            assert held(kept) == versions_of(captured)


# Attributes that captures lack


Known = tuple[int, str, str | None, date, date, bool]


def known_versions(captures: Captures, lacking: frozenset[date]) -> list[Known]:
    """The rule where files lack the manager: id, city, manager, valid from and to, is backfilled.

    A version ends where a capture says something else than what was known last. It has what was known last when it
    begins, or else what its own captures tell first.
    """
    versions: list[Known] = []
    for member in sorted({member for member, _ in captures}):
        own = sorted((day, capture) for (m, day), capture in captures.items() if m == member)
        timely = [(day, c) for day, c in own if c.at(day) < CLOCK.end_of(day + timedelta(days=1))]
        if not timely:
            day, capture = min(own, key=lambda each: (each[1].at(each[0]), each[0]))
            manager = None if day in lacking else capture.manager
            versions.append((member, capture.city, manager, date(1900, 1, 1), FOREVER, True))
            continue
        spans: list[list[Any]] = []
        manager = None
        for day, capture in timely:
            told = None if day in lacking else capture.manager
            is_other = bool(spans) and (
                capture.city != spans[-1][0] or (told is not None and manager is not None and told != manager)
            )
            manager = told or manager
            if not spans or is_other:
                spans.append([capture.city, manager, day if spans else date(1900, 1, 1)])
            spans[-1][1] = spans[-1][1] or manager
        ends = [*(start for _, _, start in spans[1:]), FOREVER]
        versions += [
            (member, city, who, start, end, False) for (city, who, start), end in zip(spans, ends, strict=True)
        ]
    return versions


def held_with_managers(kept: dict[str, Any]) -> list[Known]:
    """The versions there are, in the form of `known_versions`; nobody's name is an unknown one here."""
    names = ("store_id", "city", "manager_name", "valid_from", "valid_to", "is_backfilled")
    return sorted((tuple(row[name] for name in names) for row in kept["versions"]), key=lambda v: (v[0], v[3]))  # type: ignore[misc]


managed = st.one_of(
    st.none(),
    st.builds(Capture, st.sampled_from("AB"), st.sampled_from([0, 1, 2, 5]), st.sampled_from(["MIKE", "JON"])),
)
managed_contents = st.dictionaries(st.tuples(st.integers(1, 2), days), managed, max_size=2 * DAYS)


@settings(max_examples=60, deadline=None)
@given(managed_contents, st.frozensets(days), runs)
def test_what_a_capture_lacks_opens_no_version_in_whatever_order_the_days_are_loaded(
    content: dict[tuple[int, date], Capture | None], lacking: frozenset[date], ranges: list[list[date]]
) -> None:
    captured = {place: capture for place, capture in content.items() if capture}
    kept = nothing_kept()
    with open_duckdb() as duck:
        for first, last in ranges:
            owned = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            load(duck, captured, kept, owned, lacking)
            loaded = {p: c for p, c in captured.items() if p[1] in kept["carried"]}
            assert held_with_managers(kept) == known_versions(loaded, lacking)

            assert load(duck, captured, kept, owned, lacking) == (), "a run twice changes nothing"


@settings(max_examples=60, deadline=None)
@given(managed_contents, st.frozensets(days), st.lists(st.tuples(days, st.booleans()), max_size=6))
def test_a_day_that_is_made_with_an_attribute_or_without_it_gives_what_the_captures_now_say(
    content: dict[tuple[int, date], Capture | None], lacking: frozenset[date], remade: list[tuple[date, bool]]
) -> None:
    captured = {place: capture for place, capture in content.items() if capture}
    kept = nothing_kept()
    with open_duckdb() as duck:
        load(duck, captured, kept, [FIRST + timedelta(days=n) for n in range(DAYS)], lacking)
        for day, is_lacking in remade:
            lacking = lacking | {day} if is_lacking else lacking - {day}
            load(duck, captured, kept, [day], lacking)
            assert held_with_managers(kept) == known_versions(captured, lacking)
