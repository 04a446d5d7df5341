"""The dashboards' pages in a browser: the marts' numbers, for everyone, without a network."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from sakila_platform.dashboards.chart_shapes import shaped
from sakila_platform.dashboards.chart_specs import table_columns
from sakila_platform.dashboards.declarations import Dashboard
from sakila_platform.dashboards.mart_contracts import read_mart_contracts
from sakila_platform.dashboards.mart_rows import (
    Choices,
    Period,
    chart_rows,
    key_figure,
    left_out,
    opened_marts,
    period_before,
)
from sakila_platform.dashboards.pages import Site, remove_page, write_page
from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.lake.folder import FolderLake
from sakila_platform.model.naming import mart_file
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT
from sakila_platform.rentals.dashboards import BUSINESS, DASHBOARDS, RENTALS
from sakila_platform_tests.dashboard_pages import OpenPage, open_page
from sakila_platform_tests.mart_files import (
    CATEGORIES,
    CUSTOMERS,
    LARGE_DAYS,
    LARGE_FIRST_DAY,
    LAST_DAY,
    STORES,
    publish_mart,
    write_large_marts,
    write_marts,
)

NOW = datetime(2006, 6, 11, 12, tzinfo=timezone.utc)
FIRST_DAY = date(2005, 6, 1)
BOTH = pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.name)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake with marts of two periods, 2005 and 2006."""
    lake = FolderLake(str(tmp_path_factory.mktemp("lake")))
    write_marts(lake)
    return lake


@pytest.fixture(scope="module")
def site(lake: Lake, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Both pages, written."""
    site = Site(tmp_path_factory.mktemp("dashboards"), DASHBOARDS, 250_000, lambda: NOW)
    for dashboard in DASHBOARDS:
        write_page(lake, dashboard, site)
    return site


@pytest.fixture
def opened(browser: Browser, site: Site) -> Iterator[Callable[[Dashboard], OpenPage]]:
    """Opens a page; afterwards, none may have complained."""
    pages: list[OpenPage] = []

    def open_one(dashboard: Dashboard) -> OpenPage:
        pages.append(open_page(browser, page_file(site, dashboard)))
        return pages[-1]

    yield open_one
    for page in pages:
        page.page.context.close()
        assert not page.faults


def page_file(site: Site, dashboard: Dashboard) -> Path:
    return site.folder / f"{dashboard.name}.html"


def mart(lake: Lake, name: str, sql: str) -> list[tuple]:
    """What a query says of a mart, which it calls `mart`."""
    with duckdb.connect() as connection:
        (file,) = lake.local_files([mart_file(name)])
        connection.execute(f"CREATE VIEW mart AS SELECT * FROM read_parquet('{file}')")
        return connection.execute(sql).fetchall()


CHOSEN = [
    Choices(Period(LAST_DAY - timedelta(days=89), LAST_DAY), {}),
    Choices(Period(FIRST_DAY, LAST_DAY), {}),
    Choices(Period(FIRST_DAY, LAST_DAY), {"store": [STORES[2]], "category": [CATEGORIES[0], CATEGORIES[3]]}),
    Choices(Period(date(2006, 5, 20), date(2006, 6, 2)), {"store": list(STORES.values()), "category": ["Children"]}),
    Choices(Period(date(2005, 12, 1), date(2005, 12, 31)), {}),
]


@BOTH
def test_every_number_on_a_page_is_the_marts_whatever_is_filtered(
    dashboard: Dashboard, lake: Lake, opened: Callable[[Dashboard], OpenPage]
) -> None:
    page = opened(dashboard)
    for choices in CHOSEN:
        page.choose_days(choices.period.first.isoformat(), choices.period.last.isoformat())
        for column in ("store", "category"):
            page.choose(column, choices.members.get(column, ()))
        require_marts_numbers(page, dashboard, lake, choices)


def require_marts_numbers(page: OpenPage, dashboard: Dashboard, lake: Lake, choices: Choices) -> None:
    """Every table and key figure of the page is what DuckDB says of the marts."""
    before = Choices(period_before(choices.period), choices.members)
    with opened_marts(lake, dashboard) as connection:
        for chart in dashboard.charts:
            rows = shaped(chart, chart_rows(connection, dashboard, chart, choices))
            fields = [column["field"] for column in table_columns(chart)]
            wanted = [[row[name] for name in fields] for row in rows]
            found = page.table(chart.name)
            assert len(found) == len(wanted), (chart.name, choices)
            for found_row, wanted_row in zip(found, wanted, strict=True):
                assert found_row == [pytest.approx(v) if isinstance(v, int | float) else v for v in wanted_row]
        for figure in dashboard.key_figures:
            value, earlier = page.figure(figure.measure.name)
            assert value == pytest.approx(key_figure(connection, dashboard, figure, choices))
            assert (earlier or 0) == pytest.approx(key_figure(connection, dashboard, figure, before) or 0)


def test_totals_on_the_pages_are_those_of_plain_sql(lake: Lake, opened: Callable[[Dashboard], OpenPage]) -> None:
    rentals_page, business_page = opened(RENTALS), opened(BUSINESS)
    for page in (rentals_page, business_page):
        page.press("All")
    [(rentals, days, revenue, late)] = mart(
        lake,
        "rentals_by_day",
        "SELECT sum(rentals), count(DISTINCT date), sum(revenue), sum(late_returns) / sum(returns) FROM mart",
    )
    assert rentals_page.page.locator("#figure-rentals .value").text_content() == f"{rentals:,}"
    assert rentals_page.page.locator("#figure-per_day .value").text_content() == f"{rentals / days:.1f}"
    assert business_page.page.locator("#figure-revenue .value").text_content() == f"${revenue:,.2f}"
    assert business_page.page.locator("#figure-late_share .value").text_content() == f"{late:.1%}"
    best = mart(
        lake,
        "rentals",
        "SELECT customer, count(*) FROM mart GROUP BY customer_id, customer ORDER BY 2 DESC, customer_id",
    )
    assert [row[1] for row in rentals_page.table("top_customers")] == [count for _, count in best]
    assert {row[0] for row in business_page.table("films_nobody_rents")} == {"FILM 18", "FILM 19", "FILM 20"}


def test_a_key_figure_tells_its_change_against_as_many_days_before(opened: Callable[[Dashboard], OpenPage]) -> None:
    page = opened(RENTALS)
    page.choose_days("2006-06-01", "2006-06-10")
    now, before = page.figure("rentals")
    assert now and before
    change = page.page.locator("#figure-rentals .change")
    assert f"{abs(now / before - 1) * 100:.1f} % from {before:,.0f} before" in (change.text_content() or "")
    assert ("good" if now > before else "bad") in (change.get_attribute("class") or "")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@BOTH
def test_a_page_is_usable_by_everyone_on_every_screen(
    dashboard: Dashboard, scheme: str, width: int, browser: Browser, site: Site
) -> None:
    page = open_page(browser, page_file(site, dashboard), width, scheme)
    for details in page.page.locator(".below details").all():
        details.locator("summary").click()
    found = Axe().run(page.page).response["violations"]
    assert not [(fault["id"], fault["nodes"][0]["html"]) for fault in found]
    assert page.page.evaluate("document.documentElement.scrollWidth") == width
    page.page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
@BOTH
def test_every_chart_is_drawn_in_the_room_that_it_has(
    dashboard: Dashboard, width: int, browser: Browser, site: Site
) -> None:
    page = open_page(browser, page_file(site, dashboard), width)
    page.press("All")
    for chart in dashboard.charts:
        plot = page.page.locator(f"#plot-{chart.name}")
        if not plot.count():
            continue
        room, drawn = plot.bounding_box(), plot.locator("svg").bounding_box()
        assert room and drawn
        assert 0.9 * room["width"] < drawn["width"] <= room["width"] + 1, chart.name
        assert drawn["height"] > 100, chart.name
        painted = plot.locator("path[fill]:not([fill='none']):not([fill='transparent'])")
        assert painted.count() >= 3, chart.name
        assert len(plot.locator("..").get_attribute("aria-label") or "") > 40
    page.page.context.close()


@BOTH
def test_a_page_asks_nothing_of_any_network(
    dashboard: Dashboard, opened: Callable[[Dashboard], OpenPage], site: Site
) -> None:
    page = opened(dashboard)
    page.press("All")
    assert page.asked == [page_file(site, dashboard).as_uri()]


def test_bars_are_in_the_order_of_what_is_filtered_now(opened: Callable[[Dashboard], OpenPage]) -> None:
    page = opened(RENTALS)
    page.press("All")
    page.choose("store", [STORES[1]])
    labels = page.page.locator("#plot-top_categories .role-axis-label text").all_text_contents()
    # Long names are cut in the picture.
    assert [label[:5] for label in labels] == [row[0][:5] for row in page.table("top_categories")]


def test_customers_of_one_name_are_told_apart(opened: Callable[[Dashboard], OpenPage]) -> None:
    page = opened(RENTALS)
    page.press("All")
    assert {"ANA PEÑA (1)", "ANA PEÑA (3)"} <= {row[0] for row in page.table("top_customers")}
    labels = page.page.locator("#plot-top_customers .role-axis-label text").all_text_contents()
    assert len(set(labels)) == len(CUSTOMERS)


def test_names_that_look_like_markup_are_shown_as_they_are(opened: Callable[[Dashboard], OpenPage]) -> None:
    page = opened(RENTALS)
    page.press("All")
    assert {row[0] for row in page.table("top_categories")} == set(CATEGORIES)
    assert {row[0] for row in page.table("top_customers")} >= {CUSTOMERS[2], CUSTOMERS[4], CUSTOMERS[5]}
    page.page.locator("#chosen-store").click()
    assert page.page.locator(".menu[open] label").all_text_contents()[-1].strip() == STORES[2]


def test_filters_work_by_keyboard_alone(opened: Callable[[Dashboard], OpenPage]) -> None:
    page = opened(RENTALS)
    keys = page.page.keyboard
    page.page.locator("#chosen-store").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Space")
    page.shown()
    assert page.page.locator("#chosen-store").text_content() == f"Store: {STORES[1]}"
    keys.press("Escape")
    assert page.page.locator(".menu[open]").count() == 0
    assert page.page.evaluate("document.activeElement.id") == "chosen-store"


def test_charts_follow_the_readers_colours(opened: Callable[[Dashboard], OpenPage]) -> None:
    page = opened(BUSINESS).page
    words = "#plot-late_returns .role-axis-label text"
    light = page.locator(words).first.get_attribute("fill")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "([where, light]) => document.querySelector(where)?.getAttribute('fill') !== light", arg=[words, light]
    )
    assert light != page.locator(words).first.get_attribute("fill")


def test_a_chart_is_saved_as_picture_and_as_table(opened: Callable[[Dashboard], OpenPage]) -> None:
    page = opened(RENTALS)
    page.press("All")
    saved = {}
    for kind in ("png", "svg", "csv"):
        with page.page.expect_download() as download:
            page.page.locator(f"#chart-top_customers button[data-save={kind}]").click()
        assert download.value.suggested_filename == f"rentals-top_customers.{kind}"
        saved[kind] = download.value.path().read_bytes()
    assert saved["png"].startswith(b"\x89PNG")
    assert saved["svg"].startswith(b"<svg")
    header, *rows = csv.reader(io.StringIO(saved["csv"].decode("utf-8-sig"), newline=""))
    assert header == ["Customer", "Rentals"]
    assert rows == [[name, f"{count:.0f}"] for name, count in page.table("top_customers")]


def test_a_page_has_no_more_rows_than_it_may_and_says_what_it_leaves_out(
    browser: Browser, lake: Lake, tmp_path: Path
) -> None:
    site = Site(tmp_path, DASHBOARDS, 400, lambda: NOW)
    page = open_page(browser, write_page(lake, RENTALS, site).file)
    footer = page.page.locator("footer").text_content() or ""
    assert "Data up to 2006-06-10, from 2006-05-" in footer
    first = page.page.locator("#first").get_attribute("min")
    page.press("All")
    [(wanted,)] = mart(lake, "rentals", f"SELECT count(*) FROM mart WHERE rental_date >= '{first}'")
    assert 0 < wanted <= 400
    assert sum(row[1] for row in page.table("top_customers")) == wanted
    page.page.context.close()


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> FolderLake:
    """A lake with marts of 850,000 rentals in two years."""
    lake = FolderLake(str(tmp_path_factory.mktemp("large")))
    write_large_marts(lake)
    return lake


@BOTH
def test_a_page_of_a_large_shop_stays_below_two_megabytes(
    dashboard: Dashboard, large: FolderLake, tmp_path: Path
) -> None:
    page = write_page(large, dashboard, Site(tmp_path, DASHBOARDS, 10_000_000, lambda: NOW))
    assert page.file.stat().st_size == page.size < 2_000_000
    # Nothing is left out for it.
    assert "older rows do not fit" not in page.file.read_text(encoding="utf-8")


def test_a_large_shops_filters_give_the_marts_numbers_too(browser: Browser, large: FolderLake, tmp_path: Path) -> None:
    page = open_page(browser, write_page(large, RENTALS, Site(tmp_path, DASHBOARDS, 250_000, lambda: NOW)).file)
    last = LARGE_FIRST_DAY + timedelta(days=LARGE_DAYS - 1)
    chosen = {"store": ["Store 2"], "category": ["Category 1", "Category 9"]}
    for choices in (
        # What the page offers by one click is exact, and so are days of the newest weeks.
        Choices(Period(last - timedelta(days=89), last), {}),
        Choices(Period(last - timedelta(days=364), last), chosen),
        Choices(Period(LARGE_FIRST_DAY, last), chosen),
        Choices(Period(last - timedelta(days=40), last - timedelta(days=33)), chosen),
    ):
        page.choose_days(choices.period.first.isoformat(), choices.period.last.isoformat())
        for column in ("store", "category"):
            page.choose(column, choices.members.get(column, ()))
        require_marts_numbers(page, RENTALS, large, choices)
    page.page.context.close()
    assert not page.faults


def test_a_large_shops_page_says_before_which_day_it_goes_by_months_or_years(
    browser: Browser, large: FolderLake, tmp_path: Path
) -> None:
    page = open_page(browser, write_page(large, RENTALS, Site(tmp_path, DASHBOARDS, 250_000, lambda: NOW)).file)
    caption = page.page.locator("#chart-top_customers .caption").text_content() or ""
    begin = date.fromisoformat(caption.partition("Before ")[2][:10])
    assert "by month or year: each that the dates touch counts whole" in caption
    assert begin < LARGE_FIRST_DAY + timedelta(days=LARGE_DAYS - 90)
    assert "Before" not in (page.page.locator("#chart-rentals_over_time .caption").text_content() or "")
    # A day of an earlier month: what is kept by days has it, the rest has its whole month, and says so.
    page.choose_days("2006-03-05", "2006-03-05")
    counted = "SELECT count(*) FROM mart WHERE date_trunc('{}', rental_date) = DATE '{}'"
    [(of_month,)] = mart(large, "rentals", counted.format("month", "2006-03-01"))
    [(of_day,)] = mart(large, "rentals", counted.format("day", "2006-03-05"))
    assert page.figure("rentals")[0] == of_day
    assert sum(row[2] for row in page.table("rentals_by_weekday_and_hour")) == of_month
    assert "whole months" in (page.page.locator("#figure-customers .change").text_content() or "")
    page.page.context.close()


def test_a_shop_that_was_paid_but_never_rented_has_a_page_with_zeros(
    browser: Browser, lake: Lake, tmp_path: Path
) -> None:
    quiet = FolderLake(str(tmp_path / "lake"))
    contracts = read_mart_contracts(MARTS_PROJECT)
    publish_mart(quiet, "rentals", contracts["rentals"], [])
    paid = {"date": LAST_DAY, "store": "Lethbridge", "category": "Action", "day_of_week": 6, "day_name": "Saturday"}
    zeros = {"rentals": 0, "returns": 0, "late_returns": 0, "revenue": Decimal("4.99"), "rentals_7_day_mean": 0.0}
    publish_mart(quiet, "rentals_by_day", contracts["rentals_by_day"], [paid | zeros])
    page = open_page(browser, write_page(quiet, RENTALS, Site(tmp_path, DASHBOARDS, 600, lambda: NOW)).file)
    assert page.figure("rentals") == (0, None)
    assert page.figure("per_customer") == (None, None)
    assert page.page.locator("#chart-top_customers .empty").is_visible()
    page.page.context.close()
    assert not page.faults


def test_marts_without_a_row_have_no_page_and_say_why(tmp_path: Path) -> None:
    empty = FolderLake(str(tmp_path))
    for mart_name, contract in read_mart_contracts(MARTS_PROJECT).items():
        publish_mart(empty, mart_name, contract, [])
    assert left_out(empty, RENTALS) == (
        "Dashboard Rentals is left out: there are no rows for it yet. "
        "It appears after a run of rentals with days that have some."
    )
    with pytest.raises(PlatformError, match="Dashboard rentals has nothing to show: its marts have no rows"):
        write_page(empty, RENTALS, Site(tmp_path, DASHBOARDS, 600, lambda: NOW))


def test_a_dashboard_whose_rows_are_gone_loses_its_page_and_no_page_leads_there(tmp_path: Path) -> None:
    lake, site = FolderLake(str(tmp_path / "lake")), Site(tmp_path / "pages", DASHBOARDS, 600, lambda: NOW)
    write_marts(lake)
    for dashboard in DASHBOARDS:
        write_page(lake, dashboard, site)
        assert left_out(lake, dashboard) == ""
    contracts = read_mart_contracts(MARTS_PROJECT)
    for mart_name in BUSINESS.marts:
        publish_mart(lake, mart_name, contracts[mart_name], [])

    assert left_out(lake, BUSINESS).startswith("Dashboard Business is left out: ")
    remove_page(lake, BUSINESS, site)

    kept = sorted(str(path.relative_to(site.folder)) for path in site.folder.rglob("*") if "business" in str(path))
    assert kept == []
    index = (site.folder / "index.html").read_text(encoding="utf-8")
    assert ('href="rentals.html"' in index, 'href="business.html"' in index) == (True, False)


def test_a_mart_built_before_its_model_changed_is_reported_in_one_line(tmp_path: Path) -> None:
    older = FolderLake(str(tmp_path))
    for mart_name, contract in read_mart_contracts(MARTS_PROJECT).items():
        publish_mart(older, mart_name, {name: kind for name, kind in contract.items() if name != "store"}, [])
    with pytest.raises(PlatformError, match=r"has no column store, which dashboard rentals reads: .* Build it again"):
        write_page(older, RENTALS, Site(tmp_path, DASHBOARDS, 600, lambda: NOW))


def test_pictures_lie_beside_the_page_and_no_half_file_does(site: Site) -> None:
    drawn = {chart.name for dashboard in DASHBOARDS for chart in dashboard.charts if chart.kind.value != "table"}
    assert {path.stem for path in site.folder.glob("charts/*/*.png")} == drawn
    assert {path.stem for path in site.folder.glob("charts/*/*.svg")} == drawn
    assert not list(site.folder.rglob(".*"))
    index = (site.folder / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{each.name}.html"' in index for each in (RENTALS, BUSINESS))
