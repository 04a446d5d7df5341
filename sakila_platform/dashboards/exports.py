"""A chart as a picture, drawn without a browser: SVG for documents, PNG for messages and Dagster's metadata."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

from sakila_platform.dashboards.chart_shapes import Row, shaped
from sakila_platform.dashboards.chart_specs import chart_spec
from sakila_platform.dashboards.declarations import Chart
from sakila_platform.dashboards.themes import LIGHT, Theme

_WIDTH, _WIDE = 520, 900
# Painting is what a picture costs, so it is painted once, and the small one is made from it.
_SCALE = 1.2
_COLOURS = 48


def chart_svg(chart: Chart, rows: Sequence[Row], theme: Theme = LIGHT) -> str | None:
    """The chart as SVG; None when there is nothing to draw (a table, no rows, or no values)."""
    # Seconds of a JavaScript engine's start that only a picture is worth, so not paid when the code location loads.
    import vl_convert  # noqa: PLC0415

    drawn = _with_rows(chart, rows)
    return vl_convert.vegalite_to_svg(drawn, config=theme.vega) if drawn else None


def svg_to_png(svg: str) -> bytes:
    """A picture's pixels."""
    import vl_convert  # noqa: PLC0415

    return vl_convert.svg_to_png(svg, scale=_SCALE)


def small_png(png: bytes) -> bytes:
    """A picture for a message: half as large, in few colours."""
    content = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").reduce(2).quantize(_COLOURS).save(content, "PNG", optimize=True)
    return content.getvalue()


def _with_rows(chart: Chart, rows: Sequence[Row]) -> dict[str, Any] | None:
    spec, values = chart_spec(chart), shaped(chart, rows)
    # An axis on which no value lies is endless, and its picture can't be painted.
    if spec is None or all(row.get(chart.measures[0].name, 0) is None for row in values):
        return None
    width = _WIDE if chart.is_wide else _WIDTH
    return {**spec, "width": width, "title": chart.title, "data": {"name": "rows", "values": values}}
