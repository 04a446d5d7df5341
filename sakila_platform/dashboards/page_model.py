"""All that a page carries besides its markup: marts' rows, declarations, specifications, themes. It becomes JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from sakila_platform.dashboards.chart_shapes import BIN, MEMBERS, MOST_BINS, QUIET_DAYS
from sakila_platform.dashboards.chart_specs import chart_spec, table_columns
from sakila_platform.dashboards.declarations import Chart, Dashboard, Dimension, Kind
from sakila_platform.dashboards.mart_rows import (
    Period,
    days_of_business,
    newest_period,
    page_columns,
    page_row_count,
)
from sakila_platform.dashboards.themes import DARK, LIGHT
from sakila_platform.errors import PlatformError

Model = dict[str, Any]
_YEAR = 365


@dataclass(frozen=True)
class PageModel:
    """The page's JSON, the days that it holds, its first view, and the day before which rows were left out (if any)."""

    json: Model
    days: Period
    start: Period
    left_out_before: date | None


def page_model(connection: duckdb.DuckDBPyConnection, dashboard: Dashboard, most_rows: int) -> PageModel:
    """What the page of a dashboard carries, of each mart no more rows than so many: the newest days.

    Raises PlatformError when the marts have no rows at all.
    """
    days = days_of_business(connection, dashboard)
    since = max(_first_day_that_fits(page_row_count(connection, dashboard, m), most_rows) for m in dashboard.marts)
    fitting = [day for day in days if day >= since]
    start = newest_period(fitting, dashboard.dates.default_days)
    if start is None:
        raise PlatformError(
            f"Dashboard {dashboard.name} has nothing to show: its marts have no rows. "
            "Run days of its domain first: `sakila-platform run DOMAIN --from DAY --to DAY`."
        )
    held = Period(fitting[0], fitting[-1])
    json: Model = {
        "name": dashboard.name,
        "days": _days(held),
        "start": _days(start),
        "choices": [asdict(choice) for choice in dashboard.choices],
        "figures": [asdict(figure) for figure in dashboard.key_figures],
        "charts": [chart_model(chart) for chart in dashboard.charts],
        "marts": [
            {
                "name": mart,
                "day": dashboard.dates.columns[mart],
                "monthly": mart in dashboard.dates.monthly,
                "columns": page_columns(connection, dashboard, mart, held.first),
            }
            for mart in dashboard.marts
        ],
        "themes": {"light": LIGHT.vega, "dark": DARK.vega},
        "limits": {"quiet_days": QUIET_DAYS, "most_bins": MOST_BINS},
    }
    return PageModel(json, held, start, held.first if len(fitting) < len(days) else None)


def chart_model(chart: Chart) -> Model:
    """A chart's declaration with its specification, its table, and which field of it is the value."""
    is_counted = chart.kind is Kind.DISTRIBUTION
    return {
        **asdict(chart),
        "dimensions": [_dimension(each) for each in chart.dimensions],
        "marks": chart.calendar.columns if chart.calendar else (),
        "spec": chart_spec(chart),
        "table": table_columns(chart),
        "value_field": MEMBERS if is_counted else chart.measures[0].name,
        "member_fields": [BIN] if is_counted else [each.shown for each in chart.dimensions],
    }


def presets(model: PageModel, lengths: Sequence[int]) -> list[Model]:
    """The periods that a reader gets by one click: the last so many days up to the newest, and all of them."""
    found: dict[Period, str] = {}
    for length in lengths:
        first = max(model.days.first, model.days.last - timedelta(days=length - 1))
        found[Period(first, model.days.last)] = _length_name(length)
    found[model.days] = "All"
    return [{"title": title, **_days(period)} for period, title in found.items()]


def _length_name(days: int) -> str:
    if days % _YEAR:
        return f"{days} days"
    return "12 months" if days == _YEAR else f"{days // _YEAR} years"


def choice_members(model: PageModel, column: str) -> list[str]:
    """The members of a column in any of the page's marts."""
    return sorted(
        {m for mart in model.json["marts"] for c in mart["columns"] if c["name"] == column for m in c["members"]}
    )


def _dimension(dimension: Dimension) -> Model:
    return {**asdict(dimension), "shown": dimension.shown}


def _days(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _first_day_that_fits(counts: Sequence[tuple[date, int]], most_rows: int) -> date:
    # The newest day is shown however many rows it has.
    first, total = date.min, 0
    for day, rows in counts:
        total += rows
        if total > most_rows and first != date.min:
            return first
        first = day
    return date.min
