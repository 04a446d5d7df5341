"""A chart as a picture, drawn without a browser: SVG for documents, PNG for messages and Dagster's metadata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sakila_platform.dashboards.chart_shapes import shaped
from sakila_platform.dashboards.chart_specs import chart_spec
from sakila_platform.dashboards.declarations import Chart
from sakila_platform.dashboards.mart_rows import Row
from sakila_platform.dashboards.themes import LIGHT, Theme

_WIDTH, _WIDE = 520, 900


def chart_svg(chart: Chart, rows: Sequence[Row], theme: Theme = LIGHT) -> str | None:
    """The chart as SVG; None when there is nothing to draw (a table, no rows, or no values)."""
    # Seconds of a JavaScript engine's start that only a picture is worth, so not paid when the code location loads.
    import vl_convert  # noqa: PLC0415

    drawn = _with_rows(chart, rows)
    return vl_convert.vegalite_to_svg(drawn, config=theme.vega) if drawn else None


def svg_to_png(svg: str, scale: float = 1) -> bytes:
    """A picture's pixels."""
    import vl_convert  # noqa: PLC0415

    return vl_convert.svg_to_png(svg, scale=scale)


def _with_rows(chart: Chart, rows: Sequence[Row]) -> dict[str, Any] | None:
    spec, values = chart_spec(chart), shaped(chart, rows)
    # An axis on which no value lies is endless, and its picture can't be painted.
    if spec is None or all(row.get(chart.measures[0].name, 0) is None for row in values):
        return None
    width = _WIDE if chart.is_wide else _WIDTH
    return {**spec, "width": width, "title": chart.title, "data": {"name": "rows", "values": values}}
