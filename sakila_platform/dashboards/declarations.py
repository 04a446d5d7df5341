"""What a dashboard is: a title, a story, key figures, charts and filters over marts. Declared once, drawn elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class ChartKind(str, Enum):
    """How a chart is drawn."""

    TIMELINE = "timeline"
    """Bars of the first measure and a line of the second, by day; weekends and holidays marked."""
    BARS = "bars"
    """One horizontal bar per member, labelled."""
    COLUMNS = "columns"
    """One column per member of the first dimension, and one colour per member of the second, if any."""
    HEATMAP = "heatmap"
    """The measure as colour, the first dimension across and the second down."""
    DISTRIBUTION = "distribution"
    """How many members of the dimension have how much of the measure."""
    TABLE = "table"
    """The rows themselves."""


class Format(str, Enum):
    """How a number is written."""

    COUNT = "count"
    MEAN = "mean"
    MONEY = "money"
    SHARE = "share"


class Fold(str, Enum):
    """How many rows become one number."""

    SUM = "sum"
    ROWS = "rows"
    DISTINCT = "distinct"


@dataclass(frozen=True)
class Amount:
    """A number made of a mart's rows. `column` is the mart's; of ROWS it is the row's key."""

    fold: Fold
    column: str


@dataclass(frozen=True)
class Measure:
    """A number that is shown: an amount, or one per another (the share of returns that were late)."""

    name: str
    title: str
    amount: Amount
    per: Amount | None = None
    format: Format = Format.COUNT

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """What it is made of."""
        return (self.amount, self.per) if self.per else (self.amount,)


@dataclass(frozen=True)
class ChartDimension:
    """What numbers are broken down by: a mart's column, its reader's name, and the column that is shown for it.

    Members are in the order of `column` where a chart declares no other. `by_month` folds a day to its month.
    `letters` of a member's name suffice where room is short (0: never cut); `format` is for a number.
    """

    column: str
    title: str
    label: str = ""
    by_month: bool = False
    letters: int = 0
    format: Format | None = None

    @property
    def shown(self) -> str:
        """The column that readers see."""
        return self.label or self.column


@dataclass(frozen=True)
class Sort:
    """By which measure or dimension the rows are ordered."""

    by: str
    descending: bool = True


@dataclass(frozen=True)
class DayMarks:
    """The mart's columns that mark a day: whether it is a weekend, whether it is a holiday, and which."""

    is_weekend: str = "is_weekend"
    is_holiday: str = "is_holiday"
    holiday_name: str = "holiday_name"

    @property
    def columns(self) -> tuple[str, ...]:
        """The three columns."""
        return (self.is_weekend, self.is_holiday, self.holiday_name)


@dataclass(frozen=True)
class Chart:
    """One picture, and the table behind it. `only_zero` keeps the rows whose first measure is zero."""

    name: str
    title: str
    kind: ChartKind
    mart: str
    dimensions: tuple[ChartDimension, ...]
    measures: tuple[Measure, ...]
    caption: str = ""
    sort: Sort | None = None
    limit: int = 0
    only_zero: bool = False
    is_wide: bool = False
    calendar: DayMarks | None = None


@dataclass(frozen=True)
class KeyFigure:
    """A number on top of the page, with its change against the period before. `more_is_better` colours the change."""

    mart: str
    measure: Measure
    more_is_better: bool | None = None


@dataclass(frozen=True)
class DateFilter:
    """From when to when: the column of days in each mart. `monthly` marts hold a whole month on its first day.

    `presets` are the periods of so many days, up to the newest, that a reader gets by one click.
    """

    columns: Mapping[str, str]
    title: str = "Dates"
    default_days: int = 90
    monthly: frozenset[str] = frozenset()
    presets: tuple[int, ...] = (30, 90, 365)
    newest: str = "data up to {day}"
    """What is said of the newest day: what it is a day of."""


@dataclass(frozen=True)
class ChoiceFilter:
    """Which members of a column that every mart of the dashboard has."""

    column: str
    title: str


@dataclass(frozen=True)
class Dashboard:
    """A page: what it is called, the story it tells, its numbers, pictures and filters."""

    name: str
    domain: str
    """Whose marts it reads: the domain to run when there are none."""
    title: str
    story: str
    key_figures: tuple[KeyFigure, ...]
    charts: tuple[Chart, ...]
    dates: DateFilter
    choices: tuple[ChoiceFilter, ...] = field(default=())

    @property
    def marts(self) -> tuple[str, ...]:
        """The marts that it reads, in the order in which they are named."""
        named = [*(figure.mart for figure in self.key_figures), *(chart.mart for chart in self.charts)]
        return tuple(dict.fromkeys(named))

    def columns(self, mart: str) -> tuple[str, ...]:
        """The columns of a mart that rows are broken down by: those of filters, dimensions, labels and calendars."""
        charts = [chart for chart in self.charts if chart.mart == mart]
        named = [self.dates.columns[mart], *(choice.column for choice in self.choices)]
        for chart in charts:
            for dimension in chart.dimensions:
                named += [dimension.column, dimension.shown]
            if chart.calendar:
                named += chart.calendar.columns
        named += [amount.column for amount in self.amounts(mart) if amount.fold is Fold.DISTINCT]
        return tuple(dict.fromkeys(named))

    def amounts(self, mart: str) -> tuple[Amount, ...]:
        """The amounts of a mart that any measure is made of."""
        measures = [figure.measure for figure in self.key_figures if figure.mart == mart]
        measures += [measure for chart in self.charts if chart.mart == mart for measure in chart.measures]
        return tuple(dict.fromkeys(amount for measure in measures for amount in measure.amounts))
