"""The demonstration of the catalogue, from nothing to answers: all zones, marts and the page, without a network."""

from __future__ import annotations

import hashlib
import io
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from sakila_platform.catalogue import demonstration as demo_catalogue
from sakila_platform.catalogue.dashboards import HORROR
from sakila_platform.catalogue.domain import DOMAIN, HISTORY
from sakila_platform.catalogue.refined_tables import REFINED_TABLES
from sakila_platform.catalogue.trusted_tables import CSV_TABLES, TMDB_TABLES
from sakila_platform.catalogue.up_to_date_days import is_up_to_date
from sakila_platform.cli.running.demo import run_demo
from sakila_platform.cli.terminal import Terminal
from sakila_platform.errors import PlatformError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import Clock
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.orchestration.event_log.runs import Runs
from sakila_platform.orchestration.layers.unpartitioned import unpartitioned_assets
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.settings.calendar import CLOCK
from sakila_platform.settings.catalogue import SUBGENRES, TMDB_TOKEN, catalogue_folder
from sakila_platform.settings.every import all_settings
from sakila_platform.settings.places import HOME
from sakila_platform_tests.browsers import opened_browser
from sakila_platform_tests.catalogue_lake import DAY, CatalogueLake
from sakila_platform_tests.dashboard_pages import OpenPage, open_page

NOON = "2022-05-02T12:00:00+00:00"


@dataclass
class Shown:
    """A state folder after the demonstration, and what was printed."""

    home: Path
    reported: str

    def one(self, sql: str) -> Any:
        """The only value of a query, `{table}` being a table's files."""
        row = duckdb.sql(
            sql.replace("{", f"'{self.home}/lake/refined/catalogue/").replace("}", "/*.parquet'")
        ).fetchone()
        assert row
        return row[0]

    def contents(self) -> dict[str, str]:
        """Every file of the lake by its digest."""
        lake = self.home / "lake"
        files = (file for file in lake.rglob("*") if file.is_file())
        return {str(file.relative_to(lake)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """The demonstration, of fewer titles than people are shown."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for setting in all_settings():
            # Set and not removed, so that what the demonstration sets is put back too.
            monkeypatch.setenv(setting.name, setting.default)
        monkeypatch.setenv(HOME.name, str(home))
        monkeypatch.setenv(CLOCK.name, NOON)
        monkeypatch.setattr(demo_catalogue, "_FILMS", 160)
        monkeypatch.setattr(demo_catalogue, "_SERIES", 60)
        monkeypatch.setattr(demo_catalogue, "_BAD_LINES", 4)
        demo_catalogue._titles.cache_clear()
        yield Shown(home, demonstrate())
        demo_catalogue._titles.cache_clear()


def demonstrate() -> str:
    reported = io.StringIO()
    run_demo("catalogue", 7, Terminal.on(reported), time.monotonic())
    return reported.getvalue()


def test_what_is_named_to_look_at_next_is_in_this_state_folder(shown: Shown) -> None:
    assert f"pages of charts in {shown.home}/dashboards;" in shown.reported
    assert shown.reported.rstrip().endswith(f"The lake is in {shown.home}/lake"), "and no answers, which it has not"


def test_every_zone_is_there_under_the_paths_that_were_agreed(shown: Shown) -> None:
    there = shown.contents()
    assert "Raw/Local/CSV/Movies/2022/05/02/movies.csv" in there
    assert "Raw/Local/CSV/Series/2022/05/02/series.csv" in there
    assert "Raw/TMDB/JSON/Movies/2022/05/02/movies_0001.json" in there
    assert {data_file(table.name) for table in (*CSV_TABLES, *REFINED_TABLES)} <= there.keys()
    assert {data_file(table.name, day_partition(DAY)) for table in TMDB_TABLES} <= there.keys()
    assert {f"marts/{mart}/part-0.parquet" for mart in HORROR.marts} <= there.keys()
    assert "quarantine/catalogue/csv_lines/part-0.parquet" in there
    assert (shown.home / "catalogue" / "movies.csv").read_bytes() == (
        shown.home / "lake" / "Raw/Local/CSV/Movies/2022/05/02/movies.csv"
    ).read_bytes()


def test_people_are_told_the_answer_and_that_the_titles_are_generated(shown: Shown) -> None:
    assert "What the public prefers of horror, by sub-genre" in shown.reported
    assert "Films and series: GENERATED" in shown.reported


def test_the_page_tells_what_the_star_has_each_title_once(shown: Shown) -> None:
    # Opened here and by no fixture: while a browser is open, Dagster can't run.
    with opened_browser() as browser:
        for scheme in ("light", "dark"):
            page = open_page(browser, shown.home / "dashboards" / "horror.html", scheme=scheme)
            assert not page.faults
            assert [url for url in page.asked if not url.startswith(("file:", "data:", "blob:"))] == []
            assert_shown(page, shown)
        page.choose("title_type", ["Series"])
        series = "SELECT count(*) FROM {dim_title} WHERE title_type = 'series' AND start_year IS NOT NULL"
        assert page.figure("titles")[0] == shown.one(series)
        newest = shown.one("SELECT max(start_year) FROM {dim_title} WHERE start_year IS NOT NULL")
        footer = page.page.locator("footer").text_content() or ""
        assert f"Years of release up to {newest}." in footer, "a year of release is no day of data"


def assert_shown(page: OpenPage, shown: Shown) -> None:
    """The figures and charts are the star's."""
    facts = "{fact_title} WHERE release_date_key > 0"
    titles = shown.one(f"SELECT count(*) FROM {facts}")
    assert page.figure("titles")[0] == titles > 100
    assert page.figure("rating")[0] == pytest.approx(float(shown.one(f"SELECT avg(mean_rating) FROM {facts}")))
    assert page.figure("votes_each")[0] == pytest.approx(float(shown.one(f"SELECT avg(vote_count) FROM {facts}")))
    profit = shown.one(f"SELECT avg(round(profit_usd / 1000000, 3)) FROM {facts}")
    assert page.figure("profit")[0] == pytest.approx(float(profit), abs=0.001)
    assert sum(row[2] for row in page.table("films_and_series")) == titles
    assert sum(row[2] for row in page.table("popularity_against_votes")) == titles
    parts = shown.one(
        f"SELECT count(*) FROM {{bridge_title_subgenre}} JOIN {facts.replace('WHERE', 'USING (title_id) WHERE')}"
    )
    assert sum(row[2] for row in page.table("titles_by_subgenre_and_decade")) == parts
    ratings = [row[1] for row in page.table("subgenres_by_rating")]
    assert ratings == sorted(ratings, reverse=True)
    empty = [row for row in page.table("rating_by_subgenre_and_decade") if row[3] == 0]
    assert all(row[2] is None for row in empty), "a mean of no title is none, and not 0"


def test_demonstrated_again_nothing_changes(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shown.contents()
    # The clock stands in 2022 and the event log's does not: on the day itself its days are provisional.
    monkeypatch.setattr(Runs, "provisional", lambda self, job, days, clock: set(days))
    reported = demonstrate()
    assert shown.contents() == before
    assert "Nothing has changed since the last time." in reported
    assert "Today's catalogue" not in reported


def test_a_day_is_settled_until_a_source_of_it_changes(
    shown: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, folder = open_lake(), catalogue_folder()
    assert is_up_to_date(lake, folder, DAY)
    assert not is_up_to_date(lake, folder, date(2022, 5, 1)), "TMDB was not asked then"
    shutil.copytree(folder, tmp_path / "titles")
    with (tmp_path / "titles" / "series.csv").open("ab") as series:
        series.write(b"\n")
    assert not is_up_to_date(lake, tmp_path / "titles", DAY)
    terms = tmp_path / "mine.csv"
    terms.write_text("subgenre,kind,term\nZombie,keyword,zombie\n", encoding="utf-8")
    monkeypatch.setenv(SUBGENRES.name, str(terms))
    assert not is_up_to_date(lake, folder, DAY)


def test_what_is_generated_is_not_mixed_with_what_tmdb_says(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TMDB_TOKEN.name, "a-token-of-tmdbs")
    with pytest.raises(PlatformError, match=r"of the catalogue is generated, and does not mix with what TMDB says\."):
        demonstrate()


def test_tmdb_is_not_asked_about_titles_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME.name, str(tmp_path))
    monkeypatch.setenv(TMDB_TOKEN.name, "a-token-of-tmdbs")
    with pytest.raises(PlatformError, match=r"has no movies\.csv and series\.csv, and TMDB is not asked"):
        demonstrate()


def test_files_of_ones_own_are_told_apart_from_generated_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME.name, str(tmp_path))
    monkeypatch.delenv(TMDB_TOKEN.name, raising=False)
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "movies.csv").touch()
    demonstration = demo_catalogue.DEMONSTRATION
    assert not demonstration.fill(lambda _: None, Clock("UTC", NOON), 7)
    assert demonstration.origin() == (
        f"Films and series: the CSV files in {tmp_path}/catalogue, and GENERATED answers (in the shape of TMDB's)"
    )


def test_a_file_with_too_many_bad_lines_fails_the_run_in_one_line_and_titles_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(HOME.name, str(tmp_path))
    lake = CatalogueLake(tmp_path / "lake")
    definitions = dg.Definitions(
        [unpartitioned_assets(DOMAIN, HISTORY)],
        resources={"lake": LakeResource(location=str(lake.folder)), "clock": ClockResource(stands_at=NOON)},
        jobs=[dg.define_asset_job("history", "*")],
    )
    lake.given_csv("movies", "id | tituloPincipal | anoLancamento\ntt0000001 | Night | 0")
    good = definitions.resolve_job_def("history").execute_in_process()
    assert {
        event.check_name: event.passed
        for event in good.get_asset_check_evaluations()
        if "titles" in event.asset_key.path
    } == {
        "contract": True,
        "lines_are_taken": True,
        "values_are_readable": False,
    }
    lake.given_csv("movies", "id | tituloPincipal\ntt0000002 | Fog\nnm1 | Moor")
    bad = definitions.resolve_job_def("history").execute_in_process(raise_on_error=False)
    assert not bad.success
    assert [event.passed for event in bad.get_asset_check_evaluations()] == [False]
    [failure] = [event for event in bad.all_events if event.is_step_failure]
    assert failure.step_failure_data.user_failure_data
    assert failure.step_failure_data.user_failure_data.description == (
        "Refused trusted/catalogue/titles: 1 of 2 rows break the contract: the id is not one of IMDb's (1). "
        "It stays as it was."
    )
    assert lake.rows("trusted/catalogue/titles").column("title") == ["Night"]
