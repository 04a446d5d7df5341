"""The dashboard of reviews, a declaration; a page and a QuickSight dashboard come from it."""

from sakila_platform.dashboards.declarations import (
    Amount,
    Chart,
    ChartDimension,
    ChartKind,
    ChoiceFilter,
    Dashboard,
    DateFilter,
    Fold,
    Format,
    KeyFigure,
    Measure,
    Sort,
)

_DAYS, _REVIEWERS = "reviews_by_day", "reviewers"
_WRITTEN = Amount(Fold.SUM, "reviews")
_CUSTOMERS = Amount(Fold.DISTINCT, "customer_id")
_SPENT = Amount(Fold.SUM, "amount_spent")

_REVIEWS = Measure("reviews", "Reviews", _WRITTEN)
_POSITIVE = Measure("positive", "Positive reviews", Amount(Fold.SUM, "positive_reviews"))
_POSITIVE_SHARE = Measure(
    "positive_share", "Positive share", Amount(Fold.SUM, "positive_reviews"), per=_WRITTEN, format=Format.SHARE
)
_SPENT_EACH = Measure("spent_each", "Spent per reviewer", _SPENT, per=_CUSTOMERS, format=Format.MONEY)

_DEVICE = ChartDimension("device", "Device")
_REGION = ChartDimension("region", "Region")
_BROWSER = ChartDimension("browser", "Browser")
_LOCATION = ChartDimension("location", "Location")

REVIEWS = Dashboard(
    name="reviews",
    title="Reviews",
    story=(
        "Where people write about films, on what, whether they liked them, and what such customers spend. A review "
        "counts on the day it was written, a reviewer on the day of their newest one, with all that they ever spent."
    ),
    key_figures=(
        KeyFigure(_DAYS, _REVIEWS, more_is_better=True),
        KeyFigure(_DAYS, _POSITIVE_SHARE, more_is_better=True),
        KeyFigure(_REVIEWERS, Measure("reviewers", "Reviewers", _CUSTOMERS), more_is_better=True),
        KeyFigure(_REVIEWERS, _SPENT_EACH, more_is_better=True),
    ),
    charts=(
        Chart(
            "reviews_over_time",
            "Reviews over time",
            ChartKind.TIMELINE,
            _DAYS,
            (ChartDimension("date", "Day"),),
            (_REVIEWS, _POSITIVE),
            caption="The line is those that are positive.",
            is_wide=True,
        ),
        Chart(
            "top_locations",
            "Where reviews come from",
            ChartKind.BARS,
            _DAYS,
            (_LOCATION,),
            (_REVIEWS,),
            sort=Sort("reviews"),
            limit=12,
        ),
        Chart(
            "device_by_region",
            "Device by region",
            ChartKind.COLUMNS,
            _DAYS,
            (_REGION, _DEVICE),
            (_REVIEWS,),
            caption="Census regions: the East is Northeast and South.",
        ),
        Chart(
            "score_by_device_and_browser",
            "Positive share by device and browser",
            ChartKind.COLUMNS,
            _DAYS,
            (_DEVICE, _BROWSER),
            (_POSITIVE_SHARE, _REVIEWS),
            caption="The browser follows from the operating system.",
        ),
        Chart(
            "apple_by_device",
            "Made by Apple",
            ChartKind.COLUMNS,
            _DAYS,
            (_DEVICE, ChartDimension("maker", "Maker")),
            (_REVIEWS,),
        ),
        Chart(
            "spending_by_score",
            "Spending against score",
            ChartKind.COLUMNS,
            _REVIEWERS,
            (ChartDimension("positive_reviews", "Positive reviews of a customer"),),
            (_SPENT_EACH, Measure("customers", "Reviewers", _CUSTOMERS)),
            caption="What a customer spent in all, whatever the number of their reviews.",
        ),
        Chart(
            "positive_by_season",
            "Positive share by season",
            ChartKind.COLUMNS,
            _DAYS,
            (ChartDimension("season_number", "Season", label="season"),),
            (_POSITIVE_SHARE, _REVIEWS),
        ),
        Chart(
            "locations",
            "Every location",
            ChartKind.TABLE,
            _DAYS,
            (_LOCATION, _REGION),
            (_REVIEWS, _POSITIVE, _POSITIVE_SHARE),
            sort=Sort("reviews"),
            is_wide=True,
        ),
    ),
    dates=DateFilter({_DAYS: "date", _REVIEWERS: "last_review_date"}, default_days=365),
    choices=(ChoiceFilter("region", "Region"), ChoiceFilter("device", "Device")),
    domain="reviews",
)

DASHBOARDS = (REVIEWS,)
