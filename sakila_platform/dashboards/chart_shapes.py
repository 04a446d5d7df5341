"""Rows brought into a chart's shape: days without gaps, cells without holes, members counted into bins.

`page.js` does the same for what a reader filters; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sakila_platform.dashboards.declarations import Chart, ChartKind

Row = dict[str, Any]
QUIET_DAYS = 31
"""Days without business after which another period begins."""
MOST_BINS = 30
BIN, MEMBERS = "bin", "members"
SEGMENT, AFTER_GAP = "segment", "after_gap"
_SATURDAY = 5


def shaped(chart: Chart, rows: Sequence[Row]) -> list[Row]:
    """A chart's rows as they are drawn and shown in its table."""
    if chart.kind is ChartKind.TIMELINE:
        return _without_gaps(chart, rows)
    if chart.kind is ChartKind.HEATMAP:
        return _without_holes(chart, rows)
    if chart.kind is ChartKind.DISTRIBUTION:
        return _counted(chart, rows)
    return _with_distinct_names(chart, rows) if chart.kind is ChartKind.BARS else list(rows)


def bin_width(low: float, high: float) -> int:
    """The narrowest of 1, 2, 5, 10, 20 … that makes no more bins than a chart has room for."""
    width, steps = 1, (2, 2.5, 2)
    number = 0
    while high // width - low // width + 1 > MOST_BINS:
        width = int(width * steps[number % 3])
        number += 1
    return width


def _without_gaps(chart: Chart, rows: Sequence[Row]) -> list[Row]:
    # A day without any row was a day without business: zero. A month of them is another period, and is cut out.
    day_column, calendar = chart.dimensions[0].column, chart.calendar
    found: list[Row] = []
    segment, before = 0, None
    for row in rows:
        day = date.fromisoformat(row[day_column])
        gap = (day - before).days if before else 1
        for passed in range(1, gap if gap <= QUIET_DAYS else 1):
            quiet = before + timedelta(days=passed) if before else day
            filled: Row = {day_column: quiet.isoformat(), SEGMENT: segment, AFTER_GAP: False}
            filled |= {measure.name: None if number else 0 for number, measure in enumerate(chart.measures)}
            if calendar:
                filled |= {
                    calendar.is_weekend: quiet.weekday() >= _SATURDAY,
                    calendar.is_holiday: False,
                    calendar.holiday_name: None,
                }
            found.append(filled)
        segment += gap > QUIET_DAYS
        found.append({**row, SEGMENT: segment, AFTER_GAP: gap > QUIET_DAYS})
        before = day
    return found


def _without_holes(chart: Chart, rows: Sequence[Row]) -> list[Row]:
    across, down = chart.dimensions
    cells = {(row[across.column], row[down.column]): row for row in rows}
    columns = {row[across.column]: row[across.shown] for row in rows}
    lines = {row[down.column]: row[down.shown] for row in rows}
    found = []
    for x in sorted(columns):
        for y in sorted(lines):
            empty: dict[str, Any] = {across.column: x, down.column: y, across.shown: columns[x], down.shown: lines[y]}
            # Nothing was counted there; a mean or a share of nothing is none.
            empty |= {measure.name: None if measure.per else 0 for measure in chart.measures}
            found.append(cells.get((x, y), empty))
    return found


def _with_distinct_names(chart: Chart, rows: Sequence[Row]) -> list[Row]:
    # Two customers of one name are two bars.
    member = chart.dimensions[0]
    names = [row[member.shown] for row in rows]
    return [
        {**row, member.shown: f"{row[member.shown]} ({row[member.column]})"}
        if names.count(row[member.shown]) > 1
        else row
        for row in rows
    ]


def _counted(chart: Chart, rows: Sequence[Row]) -> list[Row]:
    values = [row[chart.measures[0].name] for row in rows]
    if not values:
        return []
    width = bin_width(min(values), max(values))
    counts: dict[int, int] = {}
    for value in values:
        counts[int(value // width)] = counts.get(int(value // width), 0) + 1
    return [
        {
            BIN: str(number * width) if width == 1 else f"{number * width}-{number * width + width - 1}",
            MEMBERS: counts.get(number, 0),
        }
        for number in range(min(counts), max(counts) + 1)
    ]
