"""The tables that a page carries: sums of a mart by what its charts tell apart, by day as far back as there is room.

Charts share a table where that costs no rows. Of days that do not fit, a table has sums by month, then by year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

import duckdb
import pyarrow as pa

from sakila_platform.dashboards.chart_shapes import Row
from sakila_platform.dashboards.declarations import Amount, Chart, Dashboard, Fold, KeyFigure
from sakila_platform.dashboards.page_columns import encoded, encoded_by

_BUCKETS = "page_buckets"
_MONTH, _YEAR = "month", "year"


@dataclass(frozen=True)
class PageTable:
    """Rows of a mart folded to `columns` (the day first); `coarser` are the periods that days may be summed to."""

    mart: str
    columns: tuple[str, ...]
    amounts: tuple[Amount, ...]
    labels: Mapping[str, str]
    """Of columns that hang on another one, that one: a label on its dimension, a holiday on its day."""
    coarser: tuple[str, ...]

    @property
    def day(self) -> str:
        """The column of days."""
        return self.columns[0]

    @property
    def name(self) -> str:
        """What the page calls it."""
        return f"{self.mart}: {', '.join(self.columns)}"

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns without those that hang on others."""
        return tuple(column for column in self.columns if column not in self.labels)


@dataclass(frozen=True)
class Bucket:
    """Days that a table has as one: the first and the last of them."""

    first: date
    last: date


@dataclass(frozen=True)
class Resolution:
    """From which day on a table has rows, and the periods before its single days, oldest first."""

    first: date
    buckets: tuple[Bucket, ...]

    @property
    def coarse_before(self) -> date | None:
        """The first day that the table has by itself, where older ones are summed."""
        return self.buckets[-1].last + timedelta(days=1) if self.buckets else None


def tables_of(connection: duckdb.DuckDBPyConnection, dashboard: Dashboard) -> dict[Chart | KeyFigure, PageTable]:
    """The table that each chart and key figure is folded from."""
    tables: list[PageTable] = []
    places: dict[Chart | KeyFigure, int] = {}
    every: list[Chart | KeyFigure] = [*dashboard.charts, *dashboard.key_figures]
    count = cache(lambda mart, columns: _count(connection, mart, columns))
    for shown in every:
        own = _own_table(dashboard, shown)
        for number, table in enumerate(tables):
            both = _merged(table, own)
            if table.mart == own.mart and _costs_nothing(both, (table, own), count):
                tables[number], places[shown] = both, number
                break
        else:
            places[shown] = len(tables)
            tables.append(own)
    return {shown: tables[number] for shown, number in places.items()}


def rows_by_day(connection: duckdb.DuckDBPyConnection, table: PageTable) -> list[tuple[date, int]]:
    """How many rows of the page each day of a table makes, newest day first."""
    return connection.execute(
        f'SELECT "{table.day}", count(*) FROM ({_distinct(table.mart, table.key_columns)}) GROUP BY 1 ORDER BY 1 DESC'
    ).fetchall()


def resolution(
    connection: duckdb.DuckDBPyConnection, table: PageTable, most_rows: int, cuts: Sequence[date]
) -> Resolution:
    """How a table of no more rows than so many keeps its days: the newest by themselves, older ones summed.

    A sum never spans one of the `cuts`, the days at which a reader's periods begin: these stay exact.
    """
    counts = rows_by_day(connection, table)
    if not table.coarser or sum(rows for _, rows in counts) <= most_rows:
        return Resolution(_first_that_fits(counts, most_rows), ())
    room = most_rows // 2
    begin = _first_that_fits(counts, room)
    buckets: list[Bucket] = []
    for number, period in enumerate(table.coarser, start=1):
        older = [day for day, _ in counts if day < begin]
        if not older:
            break
        room = room // 2 if number < len(table.coarser) else room
        kept = _newest_buckets(connection, table, _split(older, period, [*cuts, begin]), room)
        if not kept:
            break
        buckets, begin = [*kept, *buckets], kept[0].first
    return Resolution(begin if any(day < begin for day, _ in counts) else date.min, tuple(buckets))


def table_model(
    connection: duckdb.DuckDBPyConnection, table: PageTable, kept: Resolution, since: date, is_monthly: bool
) -> Row:
    """A table as the page has it: one entry per column, all values of it, from a day on."""
    since = since.replace(day=1) if is_monthly else since
    _register(connection, kept.buckets)
    summed_days = f'LEFT JOIN {_BUCKETS} AS bucket ON "{table.day}" = bucket.day' if kept.buckets else ""
    day = f'coalesce(bucket.first, "{table.day}")' if kept.buckets else f'"{table.day}"'
    key_columns = [f'"{column}"' for column in table.columns[1:]]
    sums = [f'{_stored(amount)} AS "{amount_name(amount)}"' for amount in stored(table)]
    found = connection.execute(
        f'SELECT {day} AS "{table.day}", {", ".join([*key_columns, *sums])} FROM marts."{table.mart}" {summed_days} '
        f'WHERE "{table.day}" >= ? GROUP BY ALL ORDER BY ALL',
        [max(since, kept.first)],
    ).fetch_arrow_table()
    plain = {name: encoded(name, found[name]) for name in found.column_names if name not in table.labels}
    return {
        "name": table.name,
        "mart": table.mart,
        "day": table.day,
        "monthly": is_monthly,
        "buckets": [[(day - date(1970, 1, 1)).days for day in (each.first, each.last)] for each in kept.buckets],
        "columns": [
            *plain.values(),
            *(encoded_by(label, found[label], by, plain[by]["values"]) for label, by in table.labels.items()),
        ],
    }


def stored(table: PageTable) -> list[Amount]:
    """The amounts that rows carry: what is counted distinctly is a column already."""
    return [amount for amount in table.amounts if amount.fold is not Fold.DISTINCT]


def amount_name(amount: Amount) -> str:
    """What an amount is called among a page's columns."""
    return f"{amount.fold.value}:{amount.column}"


def cuts_of(dashboard: Dashboard, mart: str, newest: Sequence[date]) -> list[date]:
    """The first days of the periods that a reader gets by one click, and of the periods before them."""
    lengths = {dashboard.dates.default_days, *dashboard.dates.presets}
    cuts = {day - timedelta(days=times * length - 1) for day in newest for length in lengths for times in (1, 2)}
    return sorted({cut.replace(day=1) for cut in cuts} if mart in dashboard.dates.monthly else cuts)


def _own_table(dashboard: Dashboard, shown: Chart | KeyFigure) -> PageTable:
    measures = shown.measures if isinstance(shown, Chart) else (shown.measure,)
    amounts = tuple(dict.fromkeys(amount for measure in measures for amount in measure.amounts))
    day = dashboard.dates.columns[shown.mart]
    named = [day, *(choice.column for choice in dashboard.choices)]
    labels: dict[str, str] = {}
    by_day, by_month = False, False
    for dimension in shown.dimensions if isinstance(shown, Chart) else ():
        named += [dimension.column, dimension.shown]
        if dimension.label:
            labels[dimension.label] = dimension.column
        by_day |= dimension.column == day and not dimension.by_month
        by_month |= dimension.by_month
    if isinstance(shown, Chart) and shown.calendar:
        named += shown.calendar.columns
        labels |= dict.fromkeys(shown.calendar.columns, day)
    counted = [amount.column for amount in amounts if amount.fold is Fold.DISTINCT]
    coarser: tuple[str, ...] = () if by_day or day in counted else (_MONTH,) if by_month else (_MONTH, _YEAR)
    if shown.mart in dashboard.dates.monthly:
        coarser = tuple(period for period in coarser if period != _MONTH)
    compared = {*(choice.column for choice in dashboard.choices), *counted}
    labels = {label: by for label, by in labels.items() if label not in compared}
    return PageTable(shown.mart, tuple(dict.fromkeys([*named, *counted])), amounts, labels, coarser)


def _merged(one: PageTable, other: PageTable) -> PageTable:
    return replace(
        one,
        columns=tuple(dict.fromkeys([*one.columns, *other.columns])),
        amounts=tuple(dict.fromkeys([*one.amounts, *other.amounts])),
        labels={
            label: by
            for label, by in {**one.labels, **other.labels}.items()
            if label not in one.key_columns and label not in other.key_columns
        },
        coarser=tuple(period for period in one.coarser if period in other.coarser),
    )


def _costs_nothing(both: PageTable, each: Sequence[PageTable], count: Callable[[str, frozenset[str]], int]) -> bool:
    """Whether one table has no more rows than the larger of two."""
    union, *parts = [frozenset(table.key_columns) for table in (both, *each)]
    return union in parts or count(both.mart, union) <= max(count(both.mart, part) for part in parts)


def _count(connection: duckdb.DuckDBPyConnection, mart: str, columns: frozenset[str]) -> int:
    found = connection.execute(f"SELECT count(*) FROM ({_distinct(mart, sorted(columns))})").fetchone()
    return int(found[0]) if found else 0


def _distinct(mart: str, columns: Sequence[str]) -> str:
    named = ", ".join(f'"{column}"' for column in columns)
    return f'SELECT DISTINCT {named} FROM marts."{mart}"'


def _first_that_fits(counts: Sequence[tuple[date, int]], most_rows: int) -> date:
    # The newest day is kept however many rows it has.
    first, total = date.min, 0
    for day, rows in counts:
        total += rows
        if total > most_rows and first != date.min:
            return first
        first = day
    return date.min


def _split(days: Sequence[date], period: str, cuts: Sequence[date]) -> list[Bucket]:
    """Months or years from the oldest day to the newest, cut where a reader's periods begin."""
    first, end = min(days), max(cuts[-1], max(days) + timedelta(days=1))
    starts = {first, *_period_starts(first, end, period), *(cut for cut in cuts if first < cut < end)}
    ordered = [*sorted(starts), end]
    return [Bucket(begin, after - timedelta(days=1)) for begin, after in pairwise(ordered)]


def _period_starts(first: date, end: date, period: str) -> Iterator[date]:
    for year in range(first.year, end.year + 1):
        for month in range(1, 13) if period == _MONTH else (1,):
            if first < date(year, month, 1) < end:
                yield date(year, month, 1)


def _newest_buckets(
    connection: duckdb.DuckDBPyConnection, table: PageTable, buckets: Sequence[Bucket], most_rows: int
) -> list[Bucket]:
    """As many of the newest as make no more rows than so many, oldest first."""
    _register(connection, buckets)
    others = ", ".join(f'"{column}"' for column in table.key_columns[1:])
    counts = dict(
        connection.execute(
            f'SELECT first, count(*) FROM (SELECT DISTINCT bucket.first, {others} FROM marts."{table.mart}" '
            f'INNER JOIN {_BUCKETS} AS bucket ON "{table.day}" = bucket.day) GROUP BY 1'
        ).fetchall()
    )
    kept: list[Bucket] = []
    total = 0
    for bucket in reversed(buckets):
        total += counts.get(bucket.first, 0)
        if total > most_rows:
            break
        kept.insert(0, bucket)
    return kept


def _register(connection: duckdb.DuckDBPyConnection, buckets: Sequence[Bucket]) -> None:
    days = [
        (bucket.first + timedelta(days=passed), bucket.first)
        for bucket in buckets
        for passed in range((bucket.last - bucket.first).days + 1)
    ]
    columns = {name: pa.array([row[place] for row in days], pa.date32()) for place, name in enumerate(("day", "first"))}
    connection.register(_BUCKETS, pa.table(columns))


def _stored(amount: Amount) -> str:
    return "count(*)" if amount.fold is Fold.ROWS else f'sum("{amount.column}")'
