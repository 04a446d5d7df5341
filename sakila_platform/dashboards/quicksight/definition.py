"""A dashboard's declaration as QuickSight's definition of analysis and dashboard: one sheet, one set of filters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from sakila_platform.dashboards.declarations import Chart, Dashboard
from sakila_platform.dashboards.mart_contracts import Contract
from sakila_platform.dashboards.quicksight.fields import DATE, Fields, Json, simple_aggregation
from sakila_platform.dashboards.quicksight.visuals import chart_visual, key_figure_visual

COLUMNS = 36
_STORY, _FIGURE, _CHART = 3, 6, 12
_RESPONSIVE = {"ScreenCanvasSizeOptions": {"ResizeOption": "RESPONSIVE"}}
_STORY_ID = "story"


def definition(dashboard: Dashboard, contracts: Mapping[str, Contract], data_set_arn: Callable[[str], str]) -> Json:
    """The definition; `data_set_arn` gives the address of a mart's data set."""
    fields = Fields(dashboard, contracts)
    figures = [key_figure_visual(fields, figure) for figure in dashboard.key_figures]
    charts = [chart_visual(fields, chart) for chart in dashboard.charts]
    sheet = {
        "SheetId": dashboard.name,
        "Name": dashboard.title,
        "Title": dashboard.title,
        "Description": dashboard.story,
        "ContentType": "INTERACTIVE",
        "FilterControls": _controls(dashboard),
        "SheetControlLayouts": [{"Configuration": {"GridLayout": {"Elements": _control_places(dashboard)}}}],
        "TextBoxes": [
            {"SheetTextBoxId": _STORY_ID, "Content": f"<text-box>{escape(dashboard.story, quote=False)}</text-box>"}
        ],
        "Visuals": [*figures, *charts],
        "Layouts": [
            {
                "Configuration": {
                    "GridLayout": {"Elements": _places(dashboard, figures), "CanvasSizeOptions": _RESPONSIVE}
                }
            }
        ],
    }
    return {
        "DataSetIdentifierDeclarations": [
            {"Identifier": mart, "DataSetArn": data_set_arn(mart)} for mart in dashboard.marts
        ],
        "CalculatedFields": fields.calculated_fields(),
        "FilterGroups": [*_filter_groups(dashboard), *_zero_filters(fields)],
        "Sheets": [sheet],
        "AnalysisDefaults": {
            "DefaultNewSheetConfiguration": {
                "InteractiveLayoutConfiguration": {"Grid": {"CanvasSizeOptions": _RESPONSIVE}},
                "SheetContentType": "INTERACTIVE",
            }
        },
    }


def _filter_groups(dashboard: Dashboard) -> list[Json]:
    everywhere = {"SheetId": dashboard.name, "Scope": "ALL_VISUALS"}
    # Days of a whole month are on its first, so a period begins with a month: none is cut in two.
    begin = f"truncDate('MM', addDateTime(-{dashboard.dates.default_days}, 'DD', truncDate('DD', now())))"
    dates = {
        "TimeRangeFilter": {
            "FilterId": "filter_date",
            "Column": {"DataSetIdentifier": dashboard.marts[0], "ColumnName": DATE},
            "NullOption": "NON_NULLS_ONLY",
            "IncludeMinimum": True,
            "IncludeMaximum": True,
            "RangeMinimumValue": {"RollingDate": {"Expression": begin}},
            "RangeMaximumValue": {"RollingDate": {"Expression": "truncDate('DD', now())"}},
            "TimeGranularity": "DAY",
        }
    }
    choices = [
        {
            "CategoryFilter": {
                "FilterId": f"filter_{choice.column}",
                "Column": {"DataSetIdentifier": dashboard.marts[0], "ColumnName": choice.column},
                "Configuration": {
                    "FilterListConfiguration": {"MatchOperator": "CONTAINS", "SelectAllOptions": "FILTER_ALL_VALUES"}
                },
            }
        }
        for choice in dashboard.choices
    ]
    names = ["date", *(choice.column for choice in dashboard.choices)]
    return [
        {
            "FilterGroupId": f"group_{name}",
            "CrossDataset": "ALL_DATASETS",
            "Status": "ENABLED",
            "ScopeConfiguration": {"SelectedSheets": {"SheetVisualScopingConfigurations": [everywhere]}},
            "Filters": [each],
        }
        for name, each in zip(names, [dates, *choices], strict=True)
    ]


def _zero_filters(fields: Fields) -> list[Json]:
    return [_zero_filter(fields, chart) for chart in fields.dashboard.charts if chart.only_zero]


def _zero_filter(fields: Fields, chart: Chart) -> Json:
    amount = chart.measures[0].amount
    scope = {"SheetId": fields.dashboard.name, "Scope": "SELECTED_VISUALS", "VisualIds": [chart.name]}
    return {
        "FilterGroupId": f"group_{chart.name}",
        "CrossDataset": "SINGLE_DATASET",
        "Status": "ENABLED",
        "ScopeConfiguration": {"SelectedSheets": {"SheetVisualScopingConfigurations": [scope]}},
        "Filters": [
            {
                "NumericEqualityFilter": {
                    "FilterId": f"filter_{chart.name}",
                    "Column": fields.column(chart.mart, amount.column),
                    "Value": 0.0,
                    "MatchOperator": "EQUALS",
                    "NullOption": "NON_NULLS_ONLY",
                    "AggregationFunction": {"NumericalAggregationFunction": simple_aggregation(amount)},
                }
            }
        ],
    }


def _controls(dashboard: Dashboard) -> list[Json]:
    dates = {
        "DateTimePicker": {
            "FilterControlId": "control_date",
            "Title": dashboard.dates.title,
            "SourceFilterId": "filter_date",
            "Type": "DATE_RANGE",
        }
    }
    choices = [
        {
            "Dropdown": {
                "FilterControlId": f"control_{choice.column}",
                "Title": choice.title,
                "SourceFilterId": f"filter_{choice.column}",
                "Type": "MULTI_SELECT",
                "DisplayOptions": {"SelectAllOptions": {"Visibility": "VISIBLE"}},
            }
        }
        for choice in dashboard.choices
    ]
    return [dates, *choices]


def _control_places(dashboard: Dashboard) -> list[Json]:
    names = ["control_date", *(f"control_{choice.column}" for choice in dashboard.choices)]
    return [{"ElementId": n, "ElementType": "FILTER_CONTROL", "ColumnSpan": 2, "RowSpan": 1} for n in names]


def _places(dashboard: Dashboard, figures: list[Json]) -> list[Json]:
    """Story, key figures in one row, then charts: wide ones alone, the others two by two."""
    places = [_place(_STORY_ID, (0, 0), (COLUMNS, _STORY), "TEXT_BOX")]
    width = COLUMNS // max(len(figures), 1)
    for number, figure in enumerate(figures):
        places.append(_place(figure["KPIVisual"]["VisualId"], (number * width, _STORY), (width, _FIGURE)))
    row, column = _STORY + (_FIGURE if figures else 0), 0
    for chart in dashboard.charts:
        span = COLUMNS if chart.is_wide else COLUMNS // 2
        if column + span > COLUMNS:
            row, column = row + _CHART, 0
        places.append(_place(chart.name, (column, row), (span, _CHART)))
        column += span
    return places


def _place(name: str, at: tuple[int, int], size: tuple[int, int], kind: str = "VISUAL") -> Json:
    return {
        "ElementId": name,
        "ElementType": kind,
        "ColumnIndex": at[0],
        "ColumnSpan": size[0],
        "RowIndex": at[1],
        "RowSpan": size[1],
    }
