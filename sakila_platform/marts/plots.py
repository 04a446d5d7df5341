"""Plots of answers: declared in one comment line of a query, drawn by Vega-Lite as SVG."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sakila_platform.errors import PlatformError

_PREFIX = "-- Plot: "
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_CONFIG = {"background": "white", "font": "system-ui, sans-serif", "title": {"anchor": "start", "fontWeight": "normal"}}
_COLUMNS_OF = {"bar": (2, 3), "line": (2, 3), "heatmap": (3, 3)}
_MOST_LABELS = 16
_TILTED_FROM = 8
_SIZE = {"width": 640, "height": 260}
_USAGE = "Write `-- Plot: bar X Y [SERIES]`, `-- Plot: line X Y [SERIES]` or `-- Plot: heatmap X Y VALUE`"


@dataclass(frozen=True)
class Plot:
    """What is drawn: bars or a line of y over x (one per series), or a heatmap of a value over x and y."""

    kind: str
    x: str
    y: str
    third: str = ""
    """Of bars and lines: the column that tells the series apart. Of a heatmap: the value."""


def declared_plot(sql: str, columns: Sequence[str], where: str) -> Plot | None:
    """The plot that a query declares in a comment, if any. Raises PlatformError when it can't be drawn."""
    for number, line in enumerate(sql.splitlines(), start=1):
        if line.startswith(_PREFIX):
            return _parsed(line.removeprefix(_PREFIX).split(), columns, f"{where}: line {number}")
    return None


def _parsed(words: list[str], columns: Sequence[str], where: str) -> Plot:
    kind, *named = words or [""]
    low, high = _COLUMNS_OF.get(kind, (1, 0))
    if not low <= len(named) <= high:
        raise PlatformError(f"{where}: the plot can't be read. {_USAGE}.")
    unknown = [name for name in named if name not in columns]
    if unknown:
        raise PlatformError(
            f"{where}: the plot names {', '.join(unknown)}, which the query does not give. "
            f"It gives {', '.join(columns)}."
        )
    return Plot(kind, *named)


def draw(plot: Plot, columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str) -> bytes:
    """The plot as SVG."""
    # Seconds of a JavaScript engine's start that only a picture is worth, so not paid when the code location loads.
    import vl_convert  # noqa: PLC0415

    place = {name: index for index, name in enumerate(columns)}
    number = plot.third if plot.kind == "heatmap" else plot.y
    points = [
        {
            name: float(row[place[name]] or 0) if name == number else str(row[place[name]])
            for name in (plot.x, plot.y, plot.third)
            if name
        }
        for row in rows
    ]
    spec = {
        "$schema": _SCHEMA,
        **_SIZE,
        "title": title,
        "data": {"values": points},
        "mark": "rect" if plot.kind == "heatmap" else plot.kind,
        "encoding": {"x": {**_words(plot.x), "axis": _few_labels(points, plot.x)}, **_shown(plot)},
    }
    return vl_convert.vegalite_to_svg(spec, config=_CONFIG).encode()


def as_markdown(picture: bytes, title: str, kind: str = "svg+xml") -> str:
    """A picture (`png`, or SVG) inside Markdown, for Dagster's metadata."""
    return f"![{title}](data:image/{kind};base64,{base64.b64encode(picture).decode()})"


def _shown(plot: Plot) -> dict[str, Any]:
    """What is shown over x."""
    if plot.kind == "heatmap":
        return {"y": _words(plot.y), "color": {**_numbers(plot.third), "scale": {"scheme": "viridis"}}}
    encoding: dict[str, Any] = {"y": _numbers(plot.y)}
    if plot.third:
        encoding["color"] = _words(plot.third)
    if plot.third and plot.kind == "bar":
        encoding["xOffset"] = {"field": plot.third}
    return encoding


def _words(column: str) -> dict[str, Any]:
    """A column distinguished by its words, in the order of the rows.

    Dates are words too: the quiet years between recorded and simulated rentals would be an empty plot.
    """
    return {"field": column, "type": "nominal", "sort": None, "title": _spoken(column)}


def _numbers(column: str) -> dict[str, Any]:
    return {"field": column, "type": "quantitative", "title": _spoken(column)}


def _few_labels(points: list[dict[str, Any]], column: str) -> dict[str, Any]:
    names = list(dict.fromkeys(point[column] for point in points))
    shown = names[:: max(1, -(-len(names) // _MOST_LABELS))]
    return {"values": shown, "labelAngle": -40 if len(shown) >= _TILTED_FROM else 0}


def _spoken(column: str) -> str:
    return column.replace("_", " ")
