"""Plots of answers: declared in one comment line of a query, drawn as a small PNG."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sakila_platform.errors import PlatformError

_PREFIX = "-- Plot: "
_COLUMNS_OF = {"bar": (2, 3), "line": (2, 3), "heatmap": (3, 3)}
_MOST_LABELS = 16
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
    """The plot as PNG."""
    # Half a second that only a plot is worth, so not paid when the code location loads.
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9, 4), dpi=80, layout="constrained")
    axes = figure.subplots()
    place = {name: index for index, name in enumerate(columns)}
    points = [tuple(row[place[name]] for name in (plot.x, plot.y, plot.third) if name) for row in rows]
    if plot.kind == "heatmap":
        _draw_heatmap(figure, axes, points)
    else:
        _draw_series(axes, plot, points)
    axes.set_title(title, fontsize=10, loc="left", wrap=True)
    axes.set_xlabel(_spoken(plot.x))
    axes.set_ylabel(_spoken(plot.y))
    content = io.BytesIO()
    figure.savefig(content, format="png")
    return content.getvalue()


def as_markdown(png: bytes, title: str) -> str:
    """A PNG inside Markdown, for Dagster's metadata."""
    return f"![{title}](data:image/png;base64,{base64.b64encode(png).decode()})"


def _draw_series(axes: Any, plot: Plot, points: list[tuple]) -> None:
    # Positions rather than dates: the quiet years between recorded and simulated rentals would be an empty plot.
    ticks = _in_order(str(point[0]) for point in points)
    names = _in_order(str(point[2]) for point in points) if plot.third else [""]
    width = 0.8 / max(len(names), 1)
    for number, name in enumerate(names):
        mine = {str(p[0]): float(p[1] or 0) for p in points if not plot.third or str(p[2]) == name}
        at = [(index, mine[tick]) for index, tick in enumerate(ticks) if tick in mine]
        positions, heights = [index for index, _ in at], [height for _, height in at]
        if plot.kind == "line":
            axes.plot(positions, heights, label=name, linewidth=1.2)
        else:
            shift = (number - (len(names) - 1) / 2) * width
            axes.bar([position + shift for position in positions], heights, width, label=name)
    _label(axes.set_xticks, ticks)
    axes.set_ylim(bottom=0)
    if plot.third and names:
        axes.legend(title=_spoken(plot.third))


def _draw_heatmap(figure: Any, axes: Any, points: list[tuple]) -> None:
    across = _in_order(str(point[0]) for point in points)
    down = _in_order(str(point[1]) for point in points)
    grid = [[float("nan")] * len(across) for _ in down]
    for x, y, value in points:
        grid[down.index(str(y))][across.index(str(x))] = float(value or 0)
    if points:
        image = axes.imshow(grid, aspect="auto", cmap="viridis")
        figure.colorbar(image, ax=axes)
    _label(axes.set_xticks, across)
    axes.set_yticks(range(len(down)), down, fontsize=8)


def _label(set_ticks: Any, ticks: list[str]) -> None:
    shown = range(0, len(ticks), max(1, -(-len(ticks) // _MOST_LABELS)))
    tilted = {"rotation": 40, "ha": "right"} if len(shown) > 7 else {}
    set_ticks(list(shown), [ticks[index] for index in shown], fontsize=8, **tilted)


def _in_order(names: Any) -> list[str]:
    return list(dict.fromkeys(names))


def _spoken(column: str) -> str:
    return column.replace("_", " ")
