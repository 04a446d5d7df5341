"""Charts and key figures as QuickSight's visuals."""

from __future__ import annotations

from sakila_platform.dashboards.declarations import Chart, ChartDimension, ChartKind, KeyFigure
from sakila_platform.dashboards.quicksight.fields import Fields, Json, field_id, simple_aggregation
from sakila_platform.dashboards.themes import LIGHT

_MOST_MEMBERS = 100


def chart_visual(fields: Fields, chart: Chart) -> Json:
    """A chart as a visual, with the chart's name as its id."""
    draw = {
        ChartKind.TIMELINE: _timeline,
        ChartKind.BARS: _bars,
        ChartKind.COLUMNS: _columns,
        ChartKind.HEATMAP: _heatmap,
        ChartKind.DISTRIBUTION: _distribution,
        ChartKind.TABLE: _table,
    }[chart.kind]
    kind, configuration = draw(fields, chart)
    described = f"{chart.title}. {chart.caption}".strip()
    return {kind: {**_titled(chart.name, chart.title, chart.caption, described), "ChartConfiguration": configuration}}


def key_figure_visual(fields: Fields, figure: KeyFigure) -> Json:
    """A key figure: its newest month against the month before."""
    name = f"figure_{figure.measure.name}"
    day = fields.column(figure.mart, fields.dashboard.dates.columns[figure.mart])
    trend = {"FieldId": f"{name}.month", "Column": day, "DateGranularity": "MONTH"}
    subtitle = "Newest month, and its change against the month before."
    configuration = {
        "FieldWells": {
            "Values": [fields.measure(figure.mart, figure.measure, name)],
            "TrendGroups": [{"DateDimensionField": trend}],
        },
        "KPIOptions": {
            "Comparison": {"ComparisonMethod": "PERCENT_DIFFERENCE"},
            "PrimaryValueDisplayType": "ACTUAL",
            "Sparkline": {"Visibility": "VISIBLE", "Type": "LINE"},
        },
    }
    titled = _titled(name, figure.measure.title, subtitle, f"{figure.measure.title}. {subtitle}")
    return {"KPIVisual": {**titled, "ChartConfiguration": configuration}}


def _timeline(fields: Fields, chart: Chart) -> tuple[str, Json]:
    bars, *lines = chart.measures
    day_kind = fields.day_kind(chart)
    wells: Json = {
        "Category": [fields.dimension(chart, chart.dimensions[0])],
        "BarValues": [fields.measure(chart.mart, bars, chart.name)],
        "LineValues": [fields.measure(chart.mart, line, chart.name) for line in lines],
        "Colors": [day_kind] if day_kind else [],
    }
    return "ComboChartVisual", {
        "FieldWells": {"ComboChartAggregatedFieldWells": wells},
        "BarsArrangement": "STACKED",
        "SortConfiguration": {"CategorySort": [_by_field(chart, chart.dimensions[0].column, "ASC")]},
    }


def _bars(fields: Fields, chart: Chart) -> tuple[str, Json]:
    return "BarChartVisual", {
        **_bar_wells(fields, chart),
        "Orientation": "HORIZONTAL",
        "BarsArrangement": "CLUSTERED",
        "SortConfiguration": {
            "CategorySort": [_sorted(fields, chart, chart.dimensions[0])],
            "CategoryItemsLimit": {"ItemsLimit": chart.limit or _MOST_MEMBERS, "OtherCategories": "EXCLUDE"},
        },
        "DataLabels": {"Visibility": "VISIBLE"},
    }


def _columns(fields: Fields, chart: Chart) -> tuple[str, Json]:
    further = [
        {
            "ColumnTooltipItem": {
                "Column": fields.column(chart.mart, measure.amount.column),
                "Label": measure.title,
                "Visibility": "VISIBLE",
                "Aggregation": {"NumericalAggregationFunction": simple_aggregation(measure.amount)},
            }
        }
        for measure in chart.measures[1:]
    ]
    shown = [
        {"FieldTooltipItem": {"FieldId": field_id(chart, name), "Visibility": "VISIBLE"}}
        for name in (*(dimension.column for dimension in chart.dimensions), chart.measures[0].name)
    ]
    return "BarChartVisual", {
        **_bar_wells(fields, chart),
        "Orientation": "VERTICAL",
        "BarsArrangement": "CLUSTERED",
        "SortConfiguration": {"CategorySort": [_sorted(fields, chart, chart.dimensions[0])]},
        "Tooltip": {
            "TooltipVisibility": "VISIBLE",
            "SelectedTooltipType": "DETAILED",
            "FieldBasedTooltip": {"AggregationVisibility": "HIDDEN", "TooltipFields": [*shown, *further]},
        },
    }


def _heatmap(fields: Fields, chart: Chart) -> tuple[str, Json]:
    across, down = chart.dimensions
    return "HeatMapVisual", {
        "FieldWells": {
            "HeatMapAggregatedFieldWells": {
                "Rows": [fields.dimension(chart, down)],
                "Columns": [fields.dimension(chart, across)],
                "Values": [fields.measure(chart.mart, chart.measures[0], chart.name)],
            }
        },
        "SortConfiguration": {
            "HeatMapRowSort": [_sorted(fields, chart, down)],
            "HeatMapColumnSort": [_sorted(fields, chart, across)],
        },
        "ColorScale": {
            "Colors": [{"Color": LIGHT.ramp[0].upper()}, {"Color": LIGHT.ramp[-1].upper()}],
            "ColorFillType": "GRADIENT",
        },
    }


def _distribution(fields: Fields, chart: Chart) -> tuple[str, Json]:
    return "BarChartVisual", {
        "FieldWells": {
            "BarChartAggregatedFieldWells": {
                "Category": [fields.amount_of_member(chart)],
                "Values": [fields.members(chart)],
            }
        },
        "Orientation": "VERTICAL",
        "BarsArrangement": "CLUSTERED",
        "SortConfiguration": {"CategorySort": [_by_field(chart, "bin", "ASC")]},
    }


def _table(fields: Fields, chart: Chart) -> tuple[str, Json]:
    return "TableVisual", {
        "FieldWells": {
            "TableAggregatedFieldWells": {
                "GroupBy": [fields.dimension(chart, dimension) for dimension in chart.dimensions],
                "Values": [fields.measure(chart.mart, measure, chart.name) for measure in chart.measures],
            }
        },
        "SortConfiguration": {"RowSort": [_by_field(chart, chart.dimensions[0].column, "ASC")]},
    }


def _bar_wells(fields: Fields, chart: Chart) -> Json:
    category, *colors = chart.dimensions
    return {
        "FieldWells": {
            "BarChartAggregatedFieldWells": {
                "Category": [fields.dimension(chart, category)],
                "Values": [fields.measure(chart.mart, chart.measures[0], chart.name)],
                "Colors": [fields.dimension(chart, color) for color in colors],
            }
        }
    }


def _sorted(fields: Fields, chart: Chart, dimension: ChartDimension) -> Json:
    """As the chart declares, else in the order of the dimension's own column, which need not be the one shown."""
    if chart.sort:
        return _by_field(chart, chart.sort.by, "DESC" if chart.sort.descending else "ASC")
    if not dimension.label:
        return _by_field(chart, dimension.column, "ASC")
    sort = {
        "SortBy": fields.column(chart.mart, dimension.column),
        "Direction": "ASC",
        "AggregationFunction": {"NumericalAggregationFunction": {"SimpleNumericalAggregation": "MIN"}},
    }
    return {"ColumnSort": sort}


def _by_field(chart: Chart, name: str, direction: str) -> Json:
    return {"FieldSort": {"FieldId": field_id(chart, name), "Direction": direction}}


def _titled(visual: str, title: str, caption: str, described: str) -> Json:
    subtitle: Json = {"Visibility": "HIDDEN"}
    if caption:
        subtitle = {"Visibility": "VISIBLE", "FormatText": {"PlainText": caption}}
    return {
        "VisualId": visual,
        "Title": {"Visibility": "VISIBLE", "FormatText": {"PlainText": title}},
        "Subtitle": subtitle,
        "VisualContentAltText": described,
    }
