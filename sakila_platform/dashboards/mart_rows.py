"""What the marts hold for a dashboard: its days, a chart's rows for its picture, a key figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from sakila_platform.dashboards.chart_shapes import Row
from sakila_platform.dashboards.declarations import (
    Amount,
    Chart,
    ChartDimension,
    ChartKind,
    Dashboard,
    Fold,
    KeyFigure,
    Measure,
)
from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import create_mart_view, open_duckdb
from sakila_platform.lake.files import Lake
from sakila_platform.model.naming import mart_file


@dataclass(frozen=True)
class Period:
    """Days, first and last included."""

    first: date
    last: date


@dataclass(frozen=True)
class Choices:
    """What a reader filtered: a period, and the members chosen of each column (none: all of them)."""

    period: Period
    members: Mapping[str, Sequence[str]]


def with_marts(lake: Lake, dashboards: Sequence[Dashboard]) -> list[Dashboard]:
    """The dashboards of which the lake has every mart."""
    there = set(lake.marts())
    return [dashboard for dashboard in dashboards if there.issuperset(dashboard.marts)]


def with_data(lake: Lake, dashboards: Sequence[Dashboard]) -> list[Dashboard]:
    """The dashboards of which the lake has every mart, and one of the daily ones has a row."""
    built = with_marts(lake, dashboards)
    return [each for each in built if any(lake.row_counts([mart_file(mart) for mart in _daily(each)]))]


def left_out(lake: Lake, dashboard: Dashboard) -> str:
    """What is said of a dashboard whose marts are there and have no rows; "" for any other."""
    if not with_marts(lake, [dashboard]) or with_data(lake, [dashboard]):
        return ""
    return (
        f"Dashboard {dashboard.title} is left out: there are no rows for it yet. "
        f"It appears after a run of {dashboard.domain} with days that have some."
    )


@contextmanager
def opened_marts(lake: Lake, dashboard: Dashboard) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the dashboard's marts as views. Raises PlatformError when the lake lacks one, or a column of it."""
    for mart in dashboard.marts:
        if not lake.exists(mart_file(mart)):
            raise PlatformError(
                f"The lake has no mart {mart} yet, which dashboard {dashboard.name} reads. "
                f"Build it first: `sakila-platform run {dashboard.domain} --from DAY --to DAY`."
            )
    with open_duckdb() as connection:
        for mart in dashboard.marts:
            create_mart_view(connection, lake, mart)
            _require_columns(connection, dashboard, mart)
        yield connection


def _require_columns(connection: duckdb.DuckDBPyConnection, dashboard: Dashboard, mart: str) -> None:
    """What is declared fits the model of now; the file may be older."""
    there = connection.sql(f'FROM marts."{mart}"').columns
    amounts = [amount.column for amount in dashboard.amounts(mart)]
    for column in (dashboard.dates.columns[mart], *dashboard.columns(mart), *amounts):
        if column not in there:
            raise PlatformError(
                f"The lake's mart {mart} has no column {column}, which dashboard {dashboard.name} reads: it was built "
                "before its model changed. Build it again: "
                f"`sakila-platform run {dashboard.domain} --from DAY --to DAY`."
            )


def days_of_business(connection: duckdb.DuckDBPyConnection, dashboard: Dashboard) -> list[date]:
    """Every day that any of the dashboard's daily marts has a row for, in order."""
    parts = " UNION ".join(
        f'SELECT "{dashboard.dates.columns[mart]}" AS day FROM marts."{mart}"' for mart in _daily(dashboard)
    )
    return [row[0] for row in connection.execute(f"SELECT day FROM ({parts}) ORDER BY day").fetchall()]


def _daily(dashboard: Dashboard) -> list[str]:
    return [mart for mart in dashboard.marts if mart not in dashboard.dates.monthly]


def newest_period(days: Sequence[date], most_days: int) -> Period | None:
    """The last so many days, the newest with business at their end; fewer where business began later, None without."""
    return Period(max(days[0], days[-1] - timedelta(days=most_days - 1)), days[-1]) if days else None


def chart_rows(
    connection: duckdb.DuckDBPyConnection, dashboard: Dashboard, chart: Chart, choices: Choices
) -> list[Row]:
    """A chart's rows, in the order in which they are shown: members as they are shown, and measures by their names."""
    where, values = _condition(dashboard, chart.mart, choices)
    dimensions = [f'{_dimension(each)} AS "{each.column}"' for each in chart.dimensions]
    labels = [f'"{each.label}"' for each in chart.dimensions if each.label]
    marks = [f'any_value("{column}") AS "{column}"' for column in chart.calendar.columns] if chart.calendar else []
    measures = [f'{_measured(measure)} AS "{measure.name}"' for measure in chart.measures]
    having = f"HAVING {_measured(chart.measures[0])} = 0" if chart.only_zero else ""
    limit = f"LIMIT {chart.limit}" if chart.limit else ""
    cursor = connection.execute(
        f'SELECT {", ".join([*dimensions, *labels, *marks, *measures])} FROM marts."{chart.mart}" WHERE {where} '
        f"GROUP BY {', '.join(str(n + 1) for n in range(len(dimensions) + len(labels)))} {having} "
        f"ORDER BY {_order(chart)} {limit}",
        values,
    )
    names = [column[0] for column in cursor.description or ()]
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in cursor.fetchall()]


def key_figure(
    connection: duckdb.DuckDBPyConnection, dashboard: Dashboard, figure: KeyFigure, choices: Choices
) -> float | None:
    """A key figure's value; None when there is nothing to divide by."""
    where, values = _condition(dashboard, figure.mart, choices)
    found = connection.execute(
        f'SELECT {_measured(figure.measure)} FROM marts."{figure.mart}" WHERE {where}', values
    ).fetchone()
    return _plain(found[0]) if found else None


def period_before(period: Period) -> Period:
    """As many days, ending the day before."""
    length = period.last - period.first
    return Period(period.first - length - timedelta(days=1), period.first - timedelta(days=1))


def _condition(dashboard: Dashboard, mart: str, choices: Choices) -> tuple[str, list[Any]]:
    first, last = choices.period.first, choices.period.last
    if mart in dashboard.dates.monthly:
        first = first.replace(day=1)
    parts = [f'"{dashboard.dates.columns[mart]}" BETWEEN ? AND ?']
    values: list[Any] = [first, last]
    for column, members in choices.members.items():
        if members:
            parts.append(f'"{column}" IN ({", ".join("?" * len(members))})')
            values += members
    return " AND ".join(parts), values


def _dimension(dimension: ChartDimension) -> str:
    column = f'"{dimension.column}"'
    return f"cast(date_trunc('month', {column}) AS date)" if dimension.by_month else column


def _order(chart: Chart) -> str:
    members = [str(n + 1) for n in range(len(chart.dimensions))]
    if chart.kind is ChartKind.TABLE and not chart.sort:
        members = [f'"{dimension.shown}"' for dimension in chart.dimensions]
    if not chart.sort:
        return ", ".join(members)
    return ", ".join([f'"{chart.sort.by}" {"DESC" if chart.sort.descending else "ASC"}', *members])


def _measured(measure: Measure) -> str:
    if not measure.per:
        return _folded(measure.amount)
    return f"{_folded(measure.amount)} / nullif({_folded(measure.per)}, 0)"


def _folded(amount: Amount) -> str:
    if amount.fold is Fold.DISTINCT:
        return f'count(DISTINCT "{amount.column}")'
    return "count(*)" if amount.fold is Fold.ROWS else f'coalesce(sum("{amount.column}"), 0)'


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value
