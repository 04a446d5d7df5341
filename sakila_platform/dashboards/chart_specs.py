"""A chart's declaration as a Vega-Lite specification: what is drawn where. Rows come later, colours from a theme."""

from __future__ import annotations

from typing import Any

from sakila_platform.dashboards.chart_shapes import AFTER_GAP, BIN, MEMBERS, SEGMENT
from sakila_platform.dashboards.declarations import Chart, ChartDimension, ChartKind, Format, Measure

Spec = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
ROWS = "rows"
_D3_FORMATS = {Format.COUNT: ",d", Format.MEAN: ",.1f", Format.MONEY: "$,.2f", Format.SHARE: ".1%"}
_AXIS_FORMATS = {**_D3_FORMATS, Format.MEAN: ",~g", Format.MONEY: "$,~s", Format.SHARE: ".0%"}
_HEIGHT = 260
_HEADROOM = 1.12
_NARROW = 560
_ROOM_FOR_NUMBERS = 56
_BAR_STEP = 26
_CELL_STEP = 24
_DAY_LABEL = "timeFormat(toDate(datum.value + 'T00:00:00'), '%-d %b %Y')"
_MONTH_LABEL = "timeFormat(toDate(datum.value + 'T00:00:00'), '%b %Y')"


def chart_spec(chart: Chart) -> Spec | None:
    """The specification of a chart, over rows called `rows`; None for a table, which is not drawn."""
    draw = {
        ChartKind.TIMELINE: _timeline,
        ChartKind.BARS: _bars,
        ChartKind.COLUMNS: _columns,
        ChartKind.HEATMAP: _heatmap,
        ChartKind.DISTRIBUTION: _distribution,
    }.get(chart.kind)
    if draw is None:
        return None
    sized: Spec = {"$schema": SCHEMA, "width": "container", "height": _HEIGHT, "data": {"name": ROWS}}
    return {**sized, **draw(chart)}


def table_columns(chart: Chart) -> list[Spec]:
    """The columns of the table behind a chart: field, title, and the format of a number ('' for a word)."""
    if chart.kind is ChartKind.DISTRIBUTION:
        return [
            {"field": BIN, "title": chart.measures[0].title, "format": ""},
            {"field": MEMBERS, "title": f"{chart.dimensions[0].title}s", "format": Format.COUNT.value},
        ]
    columns = [
        {"field": dimension.shown, "title": dimension.title, "format": _written(chart, dimension)}
        for dimension in chart.dimensions
    ]
    # Of rows that are zero, the zero is no news.
    measures = () if chart.only_zero else chart.measures
    return columns + [{"field": m.name, "title": m.title, "format": m.format.value} for m in measures]


def _written(chart: Chart, dimension: ChartDimension) -> str:
    if chart.kind is ChartKind.TIMELINE:
        return "day"
    return "month" if dimension.by_month else dimension.format.value if dimension.format else ""


def _cut(dimension: ChartDimension) -> Spec:
    """A member's name cut to its first letters where the chart is narrow."""
    if not dimension.letters:
        return {}
    return {"labelExpr": f"width < {_NARROW} ? slice(datum.label, 0, {dimension.letters}) : datum.label"}


def _timeline(chart: Chart) -> Spec:
    day = chart.dimensions[0]
    x = {
        "field": day.column,
        "type": "ordinal",
        "title": None,
        "scale": {"paddingInner": 0, "paddingOuter": 0.1},
        "axis": {
            "labelExpr": _DAY_LABEL,
            "labelAngle": 0,
            "labelOverlap": "greedy",
            "labelSeparation": 14,
            "ticks": False,
        },
    }
    bars, *lines = chart.measures
    names = [bars.title, *(line.title for line in lines)]
    layers: list[Spec] = []
    if chart.calendar:
        names += ["Weekend", "Holiday"]
        layers = [
            _shade(day, f"datum.{chart.calendar.is_weekend} && !datum.{chart.calendar.is_holiday}", "Weekend"),
            _shade(day, f"datum.{chart.calendar.is_holiday}", "Holiday"),
        ]
    # Room above the highest bar, so that a weekend shows on a busy day too.
    highest = {"expr": f"{_HEADROOM} * extent(pluck(data('{ROWS}'), '{bars.name}'))[1]"}
    y = {**_value(bars), "scale": {"domainMax": highest}}
    layers.append(
        {"mark": {"type": "bar", "width": {"band": 0.78}}, "encoding": {"y": y, "color": {"datum": bars.title}}}
    )
    layers += [
        {
            "transform": [{"filter": f"isValid(datum['{line.name}'])"}],
            "mark": {"type": "line", "style": "trend", "point": {"size": 12}},
            "encoding": {
                "y": {**y, "field": line.name},
                "color": {"datum": line.title},
                "detail": {"field": SEGMENT},
            },
        }
        for line in lines
    ]
    layers.append(
        {
            "transform": [{"filter": f"datum.{AFTER_GAP}"}],
            "mark": {"type": "rule", "style": "gap"},
            "encoding": {"x": {"field": day.column, "type": "ordinal", "bandPosition": 0}},
        }
    )
    layers.append(_pointed_at(chart))
    return {
        # The last day's label is wider than its bar.
        "padding": {"left": 4, "top": 4, "right": 30, "bottom": 4},
        "encoding": {
            "x": x,
            "color": {
                "type": "nominal",
                "scale": {"domain": names, "range": "timeline"},
                "legend": {
                    "orient": "top",
                    "title": None,
                    "symbolType": "square",
                    "columns": {"expr": "width < 400 ? 2 : 4"},
                },
            },
        },
        "layer": layers,
    }


def _shade(day: ChartDimension, condition: str, name: str) -> Spec:
    return {
        "transform": [{"filter": condition}],
        "mark": {"type": "rect", "style": "shade"},
        "encoding": {
            "x": {"field": day.column, "type": "ordinal", "bandPosition": 0.5},
            "y": {"value": 0},
            "y2": {"value": "height"},
            "color": {"datum": name},
        },
    }


def _pointed_at(chart: Chart) -> Spec:
    """Nothing to see, over the whole height: so that a day is found without hitting its bar."""
    tips = _tooltips(chart)
    if chart.calendar:
        tips.append({"field": chart.calendar.holiday_name, "type": "nominal", "title": "Holiday"})
    return {
        "mark": {"type": "rect", "opacity": 0},
        "encoding": {"y": {"value": 0}, "y2": {"value": "height"}, "tooltip": tips},
    }


def _bars(chart: Chart) -> Spec:
    member, measure = chart.dimensions[0], chart.measures[0]
    return {
        "height": {"step": _BAR_STEP},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "encoding": {
            "y": {
                "field": member.shown,
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"ticks": False, "domain": False, "labelLimit": 130},
            },
            "x": {**_value(measure), "axis": None, "scale": {"range": [0, {"expr": f"width - {_ROOM_FOR_NUMBERS}"}]}},
            "tooltip": _tooltips(chart),
        },
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 2}},
            {
                "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 6},
                "encoding": {"text": {"field": measure.name, "format": _D3_FORMATS[measure.format]}},
            },
        ],
    }


def _columns(chart: Chart) -> Spec:
    member, *series = chart.dimensions
    measure = chart.measures[0]
    axis: Spec = {"labelAngle": 0, "ticks": False, "labelOverlap": "greedy", "labelSeparation": 8, **_cut(member)}
    if member.by_month:
        axis["labelExpr"] = _MONTH_LABEL
    encoding: Spec = {
        "x": {"field": member.shown, "type": "ordinal", "sort": None, "title": None, "axis": axis},
        "y": _value(measure),
        "tooltip": _tooltips(chart),
    }
    if series:
        encoding["xOffset"] = {"field": series[0].shown, "type": "nominal"}
        encoding["color"] = {
            "field": series[0].shown,
            "type": "nominal",
            "legend": {"orient": "top", "title": None, "symbolType": "square"},
        }
    return {"mark": {"type": "bar", "cornerRadiusEnd": 2}, "encoding": encoding}


def _heatmap(chart: Chart) -> Spec:
    across, down = chart.dimensions
    measure = chart.measures[0]
    return {
        "height": {"step": _CELL_STEP},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "mark": {"type": "rect", "style": "cell"},
        "encoding": {
            "x": {
                "field": across.shown,
                "type": "ordinal",
                "sort": {"field": across.column},
                "title": across.title if across.shown == across.column else None,
                "axis": {"labelAngle": 0, "ticks": False, "domain": False, "labelOverlap": "greedy", **_cut(across)},
            },
            "y": {
                "field": down.shown,
                "type": "ordinal",
                "sort": {"field": down.column},
                "title": None,
                "axis": {"ticks": False, "domain": False, **_cut(down)},
            },
            "color": {
                "field": measure.name,
                "type": "quantitative",
                "scale": {"zero": False},
                "legend": {"orient": "top", "title": measure.title, "titleOrient": "left", "gradientLength": 160},
            },
            "tooltip": _tooltips(chart),
        },
    }


def _distribution(chart: Chart) -> Spec:
    bins, members = table_columns(chart)
    return {
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": BIN,
                "type": "ordinal",
                "sort": None,
                "title": bins["title"],
                "scale": {"paddingInner": 0.06},
                "axis": {"labelAngle": 0, "ticks": False, "labelOverlap": "greedy", "labelSeparation": 4},
            },
            "y": {"field": MEMBERS, "type": "quantitative", "title": members["title"], "axis": {"tickMinStep": 1}},
            "tooltip": [
                {"field": BIN, "type": "nominal", "title": bins["title"]},
                {"field": MEMBERS, "type": "quantitative", "title": members["title"], "format": ",d"},
            ],
        },
    }


def _value(measure: Measure) -> Spec:
    axis: Spec = {"format": _AXIS_FORMATS[measure.format], "tickCount": 5}
    if measure.format is Format.COUNT:
        axis["tickMinStep"] = 1
    return {"field": measure.name, "type": "quantitative", "title": measure.title, "axis": axis}


def _tooltips(chart: Chart) -> list[Spec]:
    named = [{"field": d.shown, "type": "nominal", "title": d.title} for d in chart.dimensions]
    return named + [
        {"field": m.name, "type": "quantitative", "title": m.title, "format": _D3_FORMATS[m.format]}
        for m in chart.measures
    ]
