"""Dashboards as declared: held against the marts' contracts while definitions load, and brought into shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import vl_convert
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.dashboards.chart_shapes import MOST_BINS, bin_width, shaped
from sakila_platform.dashboards.chart_specs import chart_spec
from sakila_platform.dashboards.declarations import (
    Amount,
    Chart,
    ChartDimension,
    ChartKind,
    Dashboard,
    DateFilter,
    Fold,
    Measure,
    Sort,
)
from sakila_platform.dashboards.mart_contracts import read_mart_contracts, require_contracts_kept
from sakila_platform.dashboards.mart_rows import Period, newest_period, period_before
from sakila_platform.dashboards.themes import DARK, LIGHT, Theme
from sakila_platform.definitions import platform_definitions
from sakila_platform.domains import all_dashboards
from sakila_platform.errors import PlatformError
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT
from sakila_platform.rentals.dashboards import RENTALS
from sakila_platform.rentals.domain import DOMAIN

SHELVES = {"shelves": {"rental_date": "date", "store": "varchar", "category": "varchar", "rentals": "bigint"}}
TAKEN = Measure("rentals", "Rentals", Amount(Fold.SUM, "rentals"))
BY_STORE = Chart("by_store", "By store", ChartKind.BARS, "shelves", (ChartDimension("store", "Store"),), (TAKEN,))
SHOP = Dashboard("shop", "rentals", "Shop", "A story.", (), (BY_STORE,), DateFilter({"shelves": "rental_date"}))


def fault(dashboard: Dashboard) -> str:
    """The one line that a dashboard is refused with."""
    with pytest.raises(PlatformError) as refused:
        require_contracts_kept([dashboard], SHELVES)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def with_chart(**changed: Any) -> Dashboard:
    return replace(SHOP, charts=(replace(BY_STORE, **changed),))


def test_the_platforms_dashboards_keep_their_marts_contracts() -> None:
    require_contracts_kept(all_dashboards(), read_mart_contracts(MARTS_PROJECT))
    require_contracts_kept([SHOP], SHELVES)


def test_a_column_that_a_mart_lacks_is_reported_with_the_nearest_names() -> None:
    reported = fault(with_chart(dimensions=(ChartDimension("stores", "Store"),)))
    assert reported == "Dashboard shop: chart by_store: mart shelves has no column stores. Nearest: store."
    reported = fault(replace(SHOP, dates=DateFilter({"shelves": "date"})))
    assert reported == "Dashboard shop: the date filter: mart shelves has no column date. Nearest: rental_date."


@pytest.mark.parametrize(
    ("dashboard", "reported"),
    [
        (with_chart(mart="shelfs"), "there is no mart shelfs. Nearest: shelves."),
        (replace(SHOP, dates=DateFilter({})), "the date filter names no column of mart shelves"),
        (
            with_chart(measures=(replace(TAKEN, amount=Amount(Fold.SUM, "store")),)),
            "column store of mart shelves is varchar, but integer or bigint",
        ),
        (with_chart(dimensions=(ChartDimension("store", "Month", by_month=True),)), "but date is needed there"),
        (with_chart(sort=Sort("rental")), "is sorted by rental, which it does not show. Nearest: rentals."),
        (with_chart(kind=ChartKind.HEATMAP), "has 1 dimensions, but heatmap takes 2 to 2"),
        (with_chart(measures=()), "has no measure"),
        (with_chart(measures=(replace(TAKEN, name="store"),)), "gives two of its columns one name"),
        (replace(SHOP, charts=(BY_STORE, BY_STORE)), "two charts are called by_store"),
    ],
)
def test_what_can_not_be_drawn_is_refused(dashboard: Dashboard, reported: str) -> None:
    assert reported in fault(dashboard)


def test_a_dashboard_that_names_what_its_mart_lacks_stops_the_definitions() -> None:
    chart = replace(RENTALS.charts[0], dimensions=(ChartDimension("day", "Day"),))
    with pytest.raises(
        PlatformError, match=r"chart rentals_over_time: mart rentals_by_day has no column day\. Nearest"
    ):
        platform_definitions([replace(DOMAIN, dashboards=(replace(RENTALS, charts=(chart,)),))])


def test_a_broken_contract_is_named(tmp_path: Path) -> None:
    (tmp_path / "models" / "rentals").mkdir(parents=True)
    (tmp_path / "models" / "rentals" / "films.yml").write_text("models: [", encoding="utf-8")
    with pytest.raises(PlatformError, match=r"films\.yml can't be read"):
        read_mart_contracts(tmp_path)


@pytest.mark.parametrize("chart", [c for d in all_dashboards() for c in d.charts], ids=lambda chart: chart.name)
def test_every_chart_is_a_specification_that_the_library_takes(chart: Chart) -> None:
    spec = chart_spec(chart)
    if chart.kind is ChartKind.TABLE:
        assert spec is None
        return
    drawn = vl_convert.vegalite_to_vega({**(spec or {}), "width": 500}, config=LIGHT.vega)
    assert drawn["marks"]


# A period that ends today has no length before it; its shape depends on days alone.
DAY = ChartDimension("date", "Day")
TIMELINE = Chart("days", "Days", ChartKind.TIMELINE, "shelves", (DAY,), (TAKEN, replace(TAKEN, name="mean")))


def days(*business: str) -> list[dict[str, Any]]:
    return [{"date": day, "rentals": 5, "mean": 2.0} for day in business]


def test_a_day_without_business_is_a_zero_and_a_month_of_them_is_cut_out() -> None:
    rows = shaped(TIMELINE, days("2005-05-24", "2005-05-26", "2006-02-14"))
    drawn = [(row["date"], row["rentals"], row["mean"], row["segment"], row["after_gap"]) for row in rows]
    assert drawn == [
        ("2005-05-24", 5, 2.0, 0, False),
        ("2005-05-25", 0, None, 0, False),
        ("2005-05-26", 5, 2.0, 0, False),
        ("2006-02-14", 5, 2.0, 1, True),
    ]


COUNTED = Chart("spread", "Spread", ChartKind.DISTRIBUTION, "shelves", (ChartDimension("store", "Store"),), (TAKEN,))


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=80))
def test_a_distribution_counts_everyone_once_in_few_bins(amounts: list[int]) -> None:
    bins = shaped(COUNTED, [{"store": str(n), "rentals": amount} for n, amount in enumerate(amounts)])
    assert sum(each["members"] for each in bins) == len(amounts)
    assert 1 <= len(bins) <= MOST_BINS
    assert bins[0]["members"] and bins[-1]["members"]


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_bins_are_as_wide_as_people_count(low: int, more: int) -> None:
    assert str(bin_width(low, low + more)).rstrip("0") in ("1", "2", "5")


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 4000))
def test_the_period_before_is_as_long_and_touches(first: date, length: int) -> None:
    period = Period(first, first + timedelta(days=length))
    before = period_before(period)
    assert before.last + timedelta(days=1) == period.first
    assert before.last - before.first == period.last - period.first


def test_a_page_begins_with_the_newest_days_that_have_data() -> None:
    quiet_years = [date(2005, 5, 24), date(2005, 8, 23), date(2006, 2, 14), date(2026, 11, 19)]
    assert newest_period(quiet_years, 90) == Period(date(2026, 8, 22), date(2026, 11, 19))
    assert newest_period(quiet_years[:1], 90) == Period(quiet_years[0], quiet_years[0])
    assert newest_period([], 90) is None


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(theme: Theme) -> None:
    for words in (theme.ink, theme.quiet_ink, theme.good, theme.bad):
        assert contrast(words, theme.card) >= 4.5
        assert contrast(words, theme.page) >= 4.5
    for mark in (theme.accent, theme.trend, *theme.series):
        assert contrast(mark, theme.card) >= 3


def contrast(one: str, other: str) -> float:
    """WCAG's contrast of two colours such as #1b2430."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
