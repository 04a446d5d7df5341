"""The dashboard of the catalogue, a declaration; a page and a QuickSight dashboard come from it."""

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

_TITLES, _SUBGENRES, _KEYWORDS = "horror_titles", "horror_title_subgenres", "horror_title_keywords"
_A_YEAR = 365
# More than there are films: the page opens with all of them.
_ALL_DAYS = 300 * _A_YEAR

_RATED = Amount(Fold.SUM, "rated_titles")
_WITH_PROFIT = Amount(Fold.SUM, "titles_with_profit")

_TITLE_COUNT = Measure("titles", "Titles", Amount(Fold.SUM, "titles"))
_MEAN_RATING = Measure("rating", "Mean rating", Amount(Fold.SUM, "mean_rating"), per=_RATED, format=Format.MEAN)
_VOTES = Measure("votes_each", "Votes per title", Amount(Fold.SUM, "vote_count"), per=_RATED, format=Format.MEAN)
_PROFIT = Measure(
    "profit",
    "Profit per title, million",
    Amount(Fold.SUM, "profit_million_usd"),
    per=_WITH_PROFIT,
    format=Format.MONEY,
)

_DECADE = ChartDimension("decade", "Decade", label="decade_name")
_SUBGENRE = ChartDimension("subgenre", "Sub-genre")
_TITLE_TYPE = ChartDimension("title_type", "Kind")

HORROR = Dashboard(
    name="horror",
    domain="catalogue",
    title="Horror",
    story=(
        "What the public prefers among the sub-genres of horror, films and series, decade by decade. First how much of "
        "each kind was made and how well it was liked; then whether what people look at is what they vote for; last "
        "what it earned, and which words each decade was about. A title counts in every sub-genre that its genres and "
        "keywords stand for, and once in all other numbers. Ratings are means over titles, on a scale to 10; profit is "
        "box office less budget, of those titles alone where both are known."
    ),
    key_figures=(
        KeyFigure(_TITLES, _TITLE_COUNT, more_is_better=None),
        KeyFigure(_TITLES, _MEAN_RATING, more_is_better=True),
        KeyFigure(_TITLES, _VOTES, more_is_better=True),
        KeyFigure(_TITLES, _PROFIT, more_is_better=True),
    ),
    charts=(
        Chart(
            "titles_by_subgenre_and_decade",
            "How much of each sub-genre was made",
            ChartKind.HEATMAP,
            _SUBGENRES,
            (_DECADE, _SUBGENRE),
            (_TITLE_COUNT,),
            caption="Titles by decade of release; a title with two sub-genres counts in both.",
        ),
        Chart(
            "rating_by_subgenre_and_decade",
            "How well it was liked",
            ChartKind.HEATMAP,
            _SUBGENRES,
            (_DECADE, _SUBGENRE),
            (_MEAN_RATING, _TITLE_COUNT),
            caption="Mean rating of its titles, each counted once. An empty field had none.",
        ),
        Chart(
            "subgenres_by_rating",
            "The best-liked sub-genres",
            ChartKind.BARS,
            _SUBGENRES,
            (_SUBGENRE,),
            (_MEAN_RATING, _TITLE_COUNT),
            sort=Sort("rating"),
        ),
        Chart(
            "subgenres_by_profit",
            "What sub-genres earn",
            ChartKind.BARS,
            _SUBGENRES,
            (_SUBGENRE,),
            (_PROFIT, Measure("known", "Titles whose profit is known", _WITH_PROFIT)),
            caption="Profit per title in million US dollars, where budget and box office are both known.",
            sort=Sort("profit"),
        ),
        Chart(
            "popularity_against_votes",
            "Popularity against votes",
            ChartKind.HEATMAP,
            _TITLES,
            (
                ChartDimension("vote_band", "Votes", label="votes"),
                ChartDimension("popularity_band", "Popularity", label="popularity_range"),
            ),
            (_TITLE_COUNT,),
            caption="Votes across, TMDB's popularity down: how much a title is looked at these days.",
            is_wide=True,
        ),
        Chart(
            "films_and_series",
            "Films against series",
            ChartKind.COLUMNS,
            _TITLES,
            (_DECADE, _TITLE_TYPE),
            (_TITLE_COUNT,),
            caption="Titles by decade of release.",
        ),
        Chart(
            "rating_of_films_and_series",
            "How films and series were liked",
            ChartKind.COLUMNS,
            _TITLES,
            (_DECADE, _TITLE_TYPE),
            (_MEAN_RATING,),
            caption="Mean rating by decade of release.",
        ),
        Chart(
            "keywords_by_decade",
            "What each decade was about",
            ChartKind.HEATMAP,
            _KEYWORDS,
            (_DECADE, ChartDimension("keyword", "Keyword")),
            (_TITLE_COUNT,),
            caption="Titles with the keyword, of the 20 keywords that most titles have.",
            is_wide=True,
        ),
    ),
    dates=DateFilter(
        {_TITLES: "year_start_date", _SUBGENRES: "year_start_date", _KEYWORDS: "year_start_date"},
        title="Years",
        default_days=_ALL_DAYS,
        presets=(10 * _A_YEAR, 20 * _A_YEAR, 40 * _A_YEAR),
        newest="years of release up to {day:%Y}",
    ),
    choices=(ChoiceFilter("title_type", "Kind"),),
)

DASHBOARDS = (HORROR,)
