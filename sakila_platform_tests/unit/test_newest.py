"""Tables kept as last captured: an owner's rows are those of the newest loaded day that has the owner."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.model.days import Clock
from sakila_platform.rentals import star
from sakila_platform.rentals.warehouse_star import STAR
from sakila_platform.warehouse.mysql.dimensions import load_newest
from sakila_platform.warehouse.mysql.session import WarehouseSession

FIRST = date(2005, 6, 1)
DAYS = 4
# Film to its actors, by day.
Casts = dict[date, dict[int, frozenset[int]]]


@dataclass(frozen=True)
class Shelf(WarehouseSession):
    """A warehouse and a lake of one table in memory."""

    casts: Casts = field(default_factory=dict)
    kept: dict[str, list] = field(default_factory=lambda: {"rows": [], "loaded": []})

    def stored(self, table):
        return pa.Table.from_pylist(self.kept["rows"], schema=arrow_schema(table))

    def replace_owned(self, table, column, owners, rows):
        self.kept["rows"] = [row for row in self.kept["rows"] if row[column] not in owners] + rows.to_pylist()

    def view_lake(self, table, days):
        read = datetime(2005, 7, 1, tzinfo=timezone.utc)
        rows = [
            {"dt": day, "film_id": film, "actor_id": actor, "captured_at": read}
            for day in days
            for film, actors in self.casts.get(day, {}).items()
            for actor in actors
        ]
        schema = pa.schema([pa.field("dt", pa.date32()), *arrow_schema(star.BRIDGE_FILM_ACTOR)])
        self.duck.register("rows_read", pa.Table.from_pylist(rows, schema=schema))
        self.duck.execute(f"CREATE SCHEMA IF NOT EXISTS {table.name.database}")
        self.duck.execute(f"CREATE OR REPLACE TABLE {table.name.sql} AS FROM rows_read")

    def fetch(self, sql, parameters=()):
        return sorted((int(day.strftime("%Y%m%d")),) for day in set(self.kept["loaded"]))


def newest_of(casts: Casts) -> list[tuple[int, int, date]]:
    """The rule itself: film, actor, and the day they are of."""
    newest = {film: day for day in sorted(casts) for film, actors in casts[day].items() if actors}
    return sorted((film, actor, day) for film, day in newest.items() for actor in casts[day][film])


actors = st.frozensets(st.integers(1, 3), max_size=3)
days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))
casts_of_a_day = st.dictionaries(st.integers(1, 2), actors, max_size=2)
runs = st.lists(st.tuples(st.tuples(days, days).map(sorted), st.none() | casts_of_a_day), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(days, casts_of_a_day), runs)
def test_any_order_of_runs_and_recaptures_keeps_the_newest_cast_of_each_film(
    casts: Casts, steps: list[tuple[list[date], dict[int, frozenset[int]] | None]]
) -> None:
    kept: dict[str, list] = {"rows": [], "loaded": []}
    with open_duckdb() as duck:
        for (first, last), recaptured in steps:
            owned = tuple(first + timedelta(days=n) for n in range((last - first).days + 1))
            if recaptured is not None:
                casts = {**casts, last: recaptured}
            for _ in range(2):
                shelf = Shelf(None, duck, None, owned, Clock(ZoneInfo("UTC")), casts=casts, kept=kept)  # type: ignore[arg-type]
                load_newest(shelf, star.BRIDGE_FILM_ACTOR, STAR.table("bridge_film_actor"))
                kept["loaded"].extend(owned)

                loaded = newest_of({day: cast for day, cast in casts.items() if day in kept["loaded"]})
                held = sorted((row["film_id"], row["actor_id"], row["as_of_date"]) for row in kept["rows"])
                assert held == loaded
