"""Columns and numbers of a mart as QuickSight's field wells take them, with the calculated fields that they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sakila_platform.dashboards.declarations import Amount, Chart, ChartDimension, Dashboard, Fold, Format, Measure
from sakila_platform.dashboards.mart_contracts import Contract

Json = dict[str, Any]
DATE = "date"
"""What every data set calls the day that its rows are filtered by: one filter reaches all data sets by name."""

_SIMPLE = {Fold.SUM: "SUM", Fold.ROWS: "COUNT", Fold.DISTINCT: "DISTINCT_COUNT"}
_FUNCTIONS = {Fold.SUM: "sum", Fold.ROWS: "count", Fold.DISTINCT: "distinct_count"}
_TYPES = {"date": "DATETIME", "varchar": "STRING", "boolean": "BOOLEAN", "double": "DECIMAL", "decimal": "DECIMAL"}
_DAY_KIND = "day_kind"


def quicksight_type(declared: str) -> str:
    """QuickSight's word for a mart's column type."""
    return _TYPES.get(declared.partition("(")[0], "INTEGER")


@dataclass
class Fields:
    """The fields of one dashboard. What has to be calculated is gathered in `calculated` as it is asked for."""

    dashboard: Dashboard
    contracts: Mapping[str, Contract]
    calculated: dict[tuple[str, str], str] = field(default_factory=dict)

    def column(self, mart: str, name: str) -> Json:
        """A column of a data set, under the name that it has there."""
        renamed = DATE if name == self.dashboard.dates.columns[mart] else name
        return {"DataSetIdentifier": mart, "ColumnName": renamed}

    def dimension(self, chart: Chart, dimension: ChartDimension) -> Json:
        """The dimension as readers see it, with the id `<chart>.<column>`."""
        kind = quicksight_type(self.contracts[chart.mart][dimension.shown])
        well = {"FieldId": field_id(chart, dimension.column), "Column": self.column(chart.mart, dimension.shown)}
        if kind == "DATETIME":
            return {"DateDimensionField": {**well, "DateGranularity": "MONTH" if dimension.by_month else "DAY"}}
        if kind == "STRING":
            return {"CategoricalDimensionField": well}
        if dimension.format:
            well["FormatConfiguration"] = _number_format(dimension.format)
        return {"NumericalDimensionField": well}

    def measure(self, mart: str, measure: Measure, prefix: str) -> Json:
        """The measure, with the id `<prefix>.<name>`; a ratio becomes a calculated field."""
        well: Json = {"FieldId": f"{prefix}.{measure.name}", "FormatConfiguration": _number_format(measure.format)}
        if measure.per:
            above, below = self._expression(mart, measure.amount), self._expression(mart, measure.per)
            column = self._calculate(mart, measure.name, f"ifelse({below} = 0, NULL, {above} / {below})")
            return {"NumericalMeasureField": {**well, "Column": column}}
        well["Column"] = self.column(mart, measure.amount.column)
        if quicksight_type(self.contracts[mart][measure.amount.column]) == "DATETIME":
            del well["FormatConfiguration"]
            return {"DateMeasureField": {**well, "AggregationFunction": _SIMPLE[measure.amount.fold]}}
        if quicksight_type(self.contracts[mart][measure.amount.column]) == "STRING":
            # Texts are counted; how a count of them is written stands one level deeper than for numbers.
            well["FormatConfiguration"] = {
                "NumericFormatConfiguration": _number_format(measure.format)["FormatConfiguration"]
            }
            return {"CategoricalMeasureField": {**well, "AggregationFunction": _SIMPLE[measure.amount.fold]}}
        return {"NumericalMeasureField": {**well, "AggregationFunction": simple_aggregation(measure.amount)}}

    def amount_of_member(self, chart: Chart) -> Json:
        """How much of the measure each member of the dimension has, as a dimension: computed before aggregation."""
        amount, member = chart.measures[0].amount, self.column(chart.mart, chart.dimensions[0].column)["ColumnName"]
        function = {Fold.SUM: "sumOver", Fold.ROWS: "countOver", Fold.DISTINCT: "distinctCountOver"}[amount.fold]
        named = self.column(chart.mart, amount.column)["ColumnName"]
        expression = f"{function}({{{named}}}, [{{{member}}}], PRE_AGG)"
        column = self._calculate(chart.mart, f"{chart.measures[0].name}_per_{member}", expression)
        return {"NumericalDimensionField": {"FieldId": field_id(chart, "bin"), "Column": column}}

    def members(self, chart: Chart) -> Json:
        """How many members of the dimension there are."""
        counted = Measure("members", chart.dimensions[0].title, Amount(Fold.DISTINCT, chart.dimensions[0].column))
        return self.measure(chart.mart, counted, chart.name)

    def day_kind(self, chart: Chart) -> Json | None:
        """Weekday, weekend or holiday of a chart with a calendar, as a dimension that colours."""
        if not chart.calendar:
            return None
        day = self.column(chart.mart, chart.dimensions[0].column)["ColumnName"]
        # extract counts the days of the week from Sunday, 1.
        expression = (
            f"ifelse(isNotNull({{{chart.calendar.holiday_name}}}), 'Holiday', "
            f"in(extract('WD', {{{day}}}), [1, 7]), 'Weekend', 'Weekday')"
        )
        column = self._calculate(chart.mart, _DAY_KIND, expression)
        return {"CategoricalDimensionField": {"FieldId": field_id(chart, _DAY_KIND), "Column": column}}

    def calculated_fields(self) -> list[Json]:
        """All calculated fields that were asked for."""
        return [
            {"DataSetIdentifier": mart, "Name": name, "Expression": expression}
            for (mart, name), expression in sorted(self.calculated.items())
        ]

    def _expression(self, mart: str, amount: Amount) -> str:
        return f"{_FUNCTIONS[amount.fold]}({{{self.column(mart, amount.column)['ColumnName']}}})"

    def _calculate(self, mart: str, name: str, expression: str) -> Json:
        self.calculated[mart, name] = expression
        return {"DataSetIdentifier": mart, "ColumnName": name}


def field_id(chart: Chart, name: str) -> str:
    """What a chart's field is called, so that sorting can name it."""
    return f"{chart.name}.{name}"


def simple_aggregation(amount: Amount) -> Json:
    """How an amount is folded."""
    return {"SimpleNumericalAggregation": _SIMPLE[amount.fold]}


def _number_format(form: Format) -> Json:
    places = {Format.COUNT: 0, Format.MEAN: 1, Format.MONEY: 2, Format.SHARE: 1}[form]
    shown: Json = {"DecimalPlacesConfiguration": {"DecimalPlaces": places}}
    if form is Format.MONEY:
        return {"FormatConfiguration": {"CurrencyDisplayFormatConfiguration": {**shown, "Symbol": "USD"}}}
    if form is Format.SHARE:
        return {"FormatConfiguration": {"PercentageDisplayFormatConfiguration": shown}}
    return {"FormatConfiguration": {"NumberDisplayFormatConfiguration": shown}}
