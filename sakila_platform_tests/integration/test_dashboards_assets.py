"""From the shop's counter to the page: the dashboards' assets after a real chain, on the official Sakila."""

from __future__ import annotations

import dagster as dg
import pytest

from sakila_platform.cli.dashboards import write_dashboards
from sakila_platform.definitions import platform_definitions
from sakila_platform.errors import PlatformError
from sakila_platform.orchestration.asset_specs import LEFT_OUT
from sakila_platform.orchestration.automation import follows_upstream
from sakila_platform.rentals.dashboards import DASHBOARDS
from sakila_platform_tests.browsers import opened_browser
from sakila_platform_tests.dashboard_pages import open_page
from sakila_platform_tests.parsed_marts import bring_parsed_marts
from sakila_platform_tests.platform import Platform

MOST_PREVIEW_BYTES = 150_000


def marts_and_pages() -> dg.ExecuteInProcessResult:
    """One run of everything that follows the warehouse, but for the analysis."""
    chosen = dg.AssetSelection.groups("rentals_marts", "rentals_dashboards")
    bring_parsed_marts()
    definitions = dg.Definitions.merge(
        platform_definitions(), dg.Definitions(jobs=[dg.define_asset_job("follow", selection=chosen)])
    )
    return definitions.resolve_job_def("follow").execute_in_process(
        raise_on_error=False, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    )


def published() -> dg.ExecuteInProcessResult:
    """One run of the rental dashboards in QuickSight."""
    chosen = dg.AssetSelection.assets(*(dg.AssetKey(["dashboards", "quicksight", each.name]) for each in DASHBOARDS))
    bring_parsed_marts()
    definitions = dg.Definitions.merge(
        platform_definitions(), dg.Definitions(jobs=[dg.define_asset_job("publish", selection=chosen)])
    )
    return definitions.resolve_job_def("publish").execute_in_process(
        raise_on_error=False, run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    )


def test_a_rental_at_the_counter_is_on_the_page_after_its_days_run(platform: Platform) -> None:
    platform.run("2005-05-24", "2005-05-30")
    result = marts_and_pages()
    assert result.success, [str(event.event_specific_data)[:1500] for event in result.all_events if event.is_failure]

    [shop] = platform.sql(
        "SELECT count(*) AS rentals, count(DISTINCT customer_id) AS customers FROM rental "
        "WHERE rental_date >= '2005-05-24' AND rental_date < '2005-05-31'"
    )
    [paid] = platform.sql(
        "SELECT sum(amount) AS paid FROM payment WHERE payment_date >= '2005-05-24' AND payment_date < '2005-05-31'"
    )
    folder = platform.folder / "dashboards"
    # Opened here and by no fixture: while a browser is open, Dagster can't run.
    with opened_browser() as browser:
        rentals, business = (open_page(browser, folder / f"{name}.html") for name in ("rentals", "business"))
        for page in (rentals, business):
            page.press("All")
            assert not page.faults
        assert rentals.figure("rentals")[0] == shop["rentals"]
        assert rentals.figure("customers")[0] == shop["customers"]
        assert business.figure("revenue")[0] == pytest.approx(float(paid["paid"]))
        assert sum(row[1] for row in rentals.table("rentals_over_time")) == shop["rentals"]
        assert sum(row[2] for row in rentals.table("rentals_by_weekday_and_hour")) == shop["rentals"]

    reported: list[str] = []
    assert write_dashboards(reported.append) == (folder / "index.html").as_uri()
    assert [line.partition(":")[0] for line in reported] == [
        f"{each.title}, data up to 2005-05-30" for each in DASHBOARDS
    ]

    pages = {event.asset_key.path[-1]: event for event in result.get_asset_materialization_events() if is_page(event)}
    assert set(pages) == {dashboard.name for dashboard in DASHBOARDS}
    for name, event in pages.items():
        metadata = event.materialization.metadata
        assert metadata["page"].value == (folder / f"{name}.html").as_uri()
        assert metadata["last_day"].value == "2005-05-30"
        preview = str(metadata["preview"].value)
        assert preview.count("](data:image/png;base64,") >= 3
        assert len(preview) < MOST_PREVIEW_BYTES


def is_page(event: dg.DagsterEvent) -> bool:
    return event.asset_key is not None and event.asset_key.path[:2] == ["dashboards", "page"]


def test_pages_of_an_empty_lake_say_what_to_run_first(platform: Platform) -> None:
    with pytest.raises(PlatformError, match=r"The lake has no mart rentals_by_day yet.*sakila-platform run rentals"):
        write_dashboards(print)


def test_a_day_on_which_nothing_happened_leaves_the_dashboards_out_and_fails_nothing(platform: Platform) -> None:
    platform.run("2006-01-10")

    result = marts_and_pages()

    assert result.success
    reported = {
        event.asset_key.path[-1]: event.materialization.metadata[LEFT_OUT].value
        for event in result.get_asset_materialization_events()
        if event.asset_key and is_page(event)
    }
    assert reported == {
        each.name: f"Dashboard {each.title} is left out: there are no rows for it yet. "
        "It appears after a run of rentals with days that have some."
        for each in DASHBOARDS
    }
    lines: list[str] = []
    assert write_dashboards(lines.append) == ""
    assert sorted(lines) == sorted(reported.values())
    assert not (platform.folder / "dashboards").exists()


def test_quicksight_is_not_asked_for_a_dashboard_without_rows(platform: Platform) -> None:
    platform.run("2006-01-10")
    assert marts_and_pages().success
    platform.set(QUICKSIGHT_ACCOUNT="123456789012", QUICKSIGHT_GROUP="readers")

    # An account that nobody has: asking it would fail the run.
    result = published()

    assert result.success
    assert result.get_asset_materialization_events() == []


def test_dashboards_follow_their_marts_and_nothing_else() -> None:
    graph = platform_definitions().resolve_asset_graph()
    for dashboard in DASHBOARDS:
        for kind in ("page", "quicksight"):
            node = graph.get(dg.AssetKey(["dashboards", kind, dashboard.name]))
            assert {key.path[0] for key in node.parent_keys} == {"marts"}
            assert {key.path[1] for key in node.parent_keys} == set(dashboard.marts)
            assert node.automation_condition == follows_upstream()
