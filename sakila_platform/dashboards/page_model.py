"""All that a page carries besides its markup: tables, declarations, specifications, themes. It becomes JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from sakila_platform.dashboards.chart_shapes import BIN, MEMBERS, MOST_BINS, QUIET_DAYS
from sakila_platform.dashboards.chart_specs import chart_spec, table_columns
from sakila_platform.dashboards.declarations import Chart, ChartDimension, ChartKind, Dashboard
from sakila_platform.dashboards.mart_rows import Period, days_of_business, newest_period
from sakila_platform.dashboards.page_tables import Resolution, cuts_of, resolution, table_model, tables_of
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
    """What the page of a dashboard carries, in each table no more rows than so many: older days are summed or left out.

    Raises PlatformError when the marts have no rows at all.
    """
    days = days_of_business(connection, dashboard)
    tables = tables_of(connection, dashboard)
    distinct = {table.name: table for table in tables.values()}.values()
    kept = {
        table.name: resolution(connection, table, most_rows, cuts_of(dashboard, table.mart, days[-1:]))
        for table in distinct
    }
    since = max(each.first for each in kept.values())
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
        "figures": [{**asdict(figure), "rows_of": tables[figure].name} for figure in dashboard.key_figures],
        "charts": [
            {**chart_model(chart), "rows_of": tables[chart].name, "coarse_before": _coarse(kept[tables[chart].name])}
            for chart in dashboard.charts
        ],
        "tables": [
            table_model(connection, table, kept[table.name], held.first, table.mart in dashboard.dates.monthly)
            for table in distinct
        ],
        "themes": {"light": LIGHT.vega, "dark": DARK.vega},
        "limits": {"quiet_days": QUIET_DAYS, "most_bins": MOST_BINS},
    }
    return PageModel(json, held, start, held.first if len(fitting) < len(days) else None)


def chart_model(chart: Chart) -> Model:
    """A chart's declaration with its specification, its table, and which field of it is the value."""
    is_counted = chart.kind is ChartKind.DISTRIBUTION
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
    """The members of a column in any of the page's tables."""
    return sorted(
        {m for table in model.json["tables"] for c in table["columns"] if c["name"] == column for m in c["members"]}
    )


def _dimension(dimension: ChartDimension) -> Model:
    return {**asdict(dimension), "shown": dimension.shown}


def _days(period: Period) -> dict[str, str]:
    return {"first": period.first.isoformat(), "last": period.last.isoformat()}


def _coarse(kept: Resolution) -> str:
    return kept.coarse_before.isoformat() if kept.coarse_before else ""
