"""The rental business's dashboards, each one a declaration; a page and a QuickSight dashboard come from it."""

from sakila_platform.dashboards.declarations import (
    Amount,
    Chart,
    ChartDimension,
    ChartKind,
    ChoiceFilter,
    Dashboard,
    DateFilter,
    DayMarks,
    Fold,
    Format,
    KeyFigure,
    Measure,
    Sort,
)

_DAYS, _RENTALS, _FILMS = "rentals_by_day", "rentals", "rentals_by_film"
_RENTED = Amount(Fold.SUM, "rentals")
_ROWS = Amount(Fold.ROWS, "rental_id")
_CUSTOMERS = Amount(Fold.DISTINCT, "customer_id")
_FILTERED_DAYS = Amount(Fold.DISTINCT, "date")
_RETURNED = Amount(Fold.SUM, "returns")
_REVENUE = Amount(Fold.SUM, "revenue")

_RENTALS_TAKEN = Measure("rentals", "Rentals", _RENTED)
_TAKEN = Measure("taken", "Rentals", _ROWS)
_REVENUE_MADE = Measure("revenue", "Revenue", _REVENUE, format=Format.MONEY)
_LATE_SHARE = Measure("late_share", "Late share", Amount(Fold.SUM, "late_returns"), per=_RETURNED, format=Format.SHARE)

_CATEGORY = ChartDimension("category", "Category")
_STORE = ChartDimension("store", "Store")
_WEEKDAY = ChartDimension("day_of_week", "Weekday", label="day_name", letters=3)
_HOUR = ChartDimension("rental_hour", "Hour")
_FILM = ChartDimension("film_id", "Film", label="title")
_PRICE = ChartDimension("rental_rate", "Price", format=Format.MONEY)
_CUSTOMER = ChartDimension("customer_id", "Customer", label="customer")

_DATES = DateFilter({_DAYS: "date", _RENTALS: "rental_date", _FILMS: "month_start_date"}, monthly=frozenset({_FILMS}))
_CHOICES = (ChoiceFilter("store", "Store"), ChoiceFilter("category", "Category"))

RENTALS = Dashboard(
    name="rentals",
    title="Rentals",
    story=(
        "When people rent, what they take home, and who they are. A rental counts on the day it was taken, "
        "in the store that owns the copy."
    ),
    key_figures=(
        KeyFigure(_DAYS, _RENTALS_TAKEN, more_is_better=True),
        KeyFigure(
            _DAYS,
            Measure("per_day", "Rentals per day", _RENTED, per=_FILTERED_DAYS, format=Format.MEAN),
            more_is_better=True,
        ),
        KeyFigure(_RENTALS, Measure("customers", "Customers who rented", _CUSTOMERS), more_is_better=True),
        KeyFigure(
            _RENTALS,
            Measure("per_customer", "Rentals per customer", _ROWS, per=_CUSTOMERS, format=Format.MEAN),
            more_is_better=True,
        ),
    ),
    charts=(
        Chart(
            "rentals_over_time",
            "Rentals over time",
            ChartKind.TIMELINE,
            _DAYS,
            (ChartDimension("date", "Day"),),
            (
                _RENTALS_TAKEN,
                Measure("mean", "7-day mean", Amount(Fold.SUM, "rentals_7_day_mean"), format=Format.MEAN),
            ),
            caption="Weekends and holidays are shaded. A dotted line stands for a month or more without business.",
            is_wide=True,
            calendar=DayMarks(),
        ),
        Chart(
            "rentals_by_weekday_and_hour",
            "Rentals by weekday and hour",
            ChartKind.HEATMAP,
            _RENTALS,
            (_HOUR, _WEEKDAY),
            (_TAKEN,),
            caption="The shop's own time.",
            is_wide=True,
        ),
        Chart("rentals_by_weekday", "Rentals by weekday", ChartKind.COLUMNS, _DAYS, (_WEEKDAY,), (_RENTALS_TAKEN,)),
        Chart(
            "rentals_per_customer",
            "Rentals per customer",
            ChartKind.DISTRIBUTION,
            _RENTALS,
            (_CUSTOMER,),
            (_TAKEN,),
            caption="How many customers rented how often; those who did not rent are left out.",
        ),
        Chart(
            "top_categories",
            "Top categories",
            ChartKind.BARS,
            _DAYS,
            (_CATEGORY,),
            (_RENTALS_TAKEN,),
            sort=Sort("rentals"),
            limit=10,
        ),
        Chart(
            "top_customers",
            "Top customers",
            ChartKind.BARS,
            _RENTALS,
            (_CUSTOMER,),
            (_TAKEN,),
            sort=Sort("taken"),
            limit=10,
        ),
    ),
    dates=_DATES,
    choices=_CHOICES,
    domain="rentals",
)

BUSINESS = Dashboard(
    name="business",
    title="Business",
    story=(
        "What the stores earn, what comes back late, and which films stand on the shelf. Revenue counts on the day "
        "it was paid, a return on the day it came back."
    ),
    key_figures=(
        KeyFigure(_DAYS, _REVENUE_MADE, more_is_better=True),
        KeyFigure(
            _DAYS,
            Measure("revenue_per_day", "Revenue per day", _REVENUE, per=_FILTERED_DAYS, format=Format.MONEY),
            more_is_better=True,
        ),
        KeyFigure(_DAYS, Measure("returns", "Returns", _RETURNED)),
        KeyFigure(_DAYS, _LATE_SHARE, more_is_better=False),
    ),
    charts=(
        Chart(
            "revenue_by_month_and_store",
            "Revenue per month and store",
            ChartKind.COLUMNS,
            _DAYS,
            (ChartDimension("date", "Month", by_month=True), _STORE),
            (_REVENUE_MADE,),
            caption="Months without business are left out.",
        ),
        Chart(
            "late_returns",
            "Late returns",
            ChartKind.COLUMNS,
            _DAYS,
            (ChartDimension("date", "Month", by_month=True), _STORE),
            (
                _LATE_SHARE,
                Measure("late", "Late", Amount(Fold.SUM, "late_returns")),
                Measure("returned", "Returns", _RETURNED),
            ),
            caption="Share of the month's returns that were out longer than allowed.",
        ),
        Chart(
            "categories_by_weekday",
            "Category by weekday",
            ChartKind.HEATMAP,
            _DAYS,
            (_WEEKDAY, _CATEGORY),
            (_RENTALS_TAKEN,),
            caption="Rentals taken.",
            is_wide=True,
        ),
        Chart(
            "films_nobody_rents",
            "Films nobody rents",
            ChartKind.TABLE,
            _FILMS,
            (_FILM, _CATEGORY, _PRICE),
            (_RENTALS_TAKEN,),
            caption="Films without a rental in the months that the dates touch, in the stores chosen.",
            only_zero=True,
            is_wide=True,
        ),
    ),
    dates=_DATES,
    choices=_CHOICES,
    domain="rentals",
)

DASHBOARDS = (RENTALS, BUSINESS)
