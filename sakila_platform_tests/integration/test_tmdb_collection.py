"""A day's collection from TMDB over HTTP, into a lake: what is asked, what comes to raw, and what a cut leaves."""

from __future__ import annotations

import multiprocessing
import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sakila_platform.catalogue.csv.local_files import take_in_folder
from sakila_platform.catalogue.tmdb import endpoints
from sakila_platform.catalogue.tmdb.answer_cache import AnswerCache
from sakila_platform.catalogue.tmdb.client import TmdbClient
from sakila_platform.catalogue.tmdb.collection import CollectionWork, Scope, collect_day
from sakila_platform.catalogue.tmdb.record_files import (
    DISCOVERED_MOVIES,
    DISCOVERED_SERIES,
    FOUND,
    MISSING,
    MOVIES,
    SERIES,
    UNUSABLE,
    records_of,
)
from sakila_platform.catalogue.tmdb.wanted_titles import wanted_imdb_ids
from sakila_platform.catalogue.tmdb_stand_in.csv_rows import write_csv_files
from sakila_platform.catalogue.tmdb_stand_in.faults import Fault, Order, Register
from sakila_platform.catalogue.tmdb_stand_in.serving import served_titles
from sakila_platform.catalogue.tmdb_stand_in.titles import Title, generated_titles
from sakila_platform.errors import PlatformError
from sakila_platform.lake.location import open_lake
from sakila_platform_tests.lake_places import S3Place, s3_place
from sakila_platform_tests.s3_servers import S3Server
from sakila_platform_tests.tmdb_collections import SCOPE, Place, access

DAY, NEXT_DAY = date(2022, 5, 2), date(2022, 5, 3)


@pytest.fixture(scope="module")
def titles() -> list[Title]:
    return generated_titles(5, films=200, series=90)


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def place(titles: list[Title], register: Register, tmp_path: Path) -> Iterator[Place]:
    """A lake in a folder that has the CSV files, and TMDB's stand-in."""
    write_csv_files(tmp_path / "csv", titles, 5, bad_lines=8)
    take_in_folder(open_lake(str(tmp_path / "lake")), tmp_path / "csv", DAY, lambda _: None)
    with served_titles(titles, register) as url:
        yield Place(str(tmp_path / "lake"), url, tmp_path / "answers.sqlite")


def test_raw_has_every_horror_title_that_tmdb_knows(place: Place, titles: list[Title]) -> None:
    outcome = place.collect(DAY)
    assert outcome.is_complete

    known = [title for title in titles if title.is_in_tmdb and title.is_horror and not title.is_gone]
    lately = [title for title in known if title.is_series or title.released.year >= SCOPE.first_year]
    by_search = {(title.is_series, title.tmdb_id) for title in lately if not title.is_overlooked}
    by_csv = {(title.is_series, title.tmdb_id) for title in known if title.is_in_csv and title.is_linked}
    films, series = place.records(MOVIES, DAY), place.records(SERIES, DAY)
    had = {(False, each["id"]) for each in films} | {(True, each["id"]) for each in series}
    assert had == by_search | by_csv
    assert len(films) + len(series) == len(had), "none twice"
    assert by_search - by_csv, "searches name titles that the files do not have"
    assert by_csv - by_search, "the files name titles that searches do not have"
    assert {"credits", "keywords", "external_ids"} <= films[0].keys() & series[0].keys()


def test_what_tmdb_does_not_know_is_reported(place: Place, titles: list[Title]) -> None:
    place.collect(DAY)
    looked_for = {each["imdb_id"]: each["answer"] for each in place.records(FOUND, DAY)}
    unknown = {
        imdb_id for imdb_id, answer in looked_for.items() if not (answer["movie_results"] or answer["tv_results"])
    }
    horror = [title for title in titles if title.is_in_csv and title.is_horror]
    assert unknown == {title.imdb_id for title in horror if not (title.is_in_tmdb and title.is_linked)}
    missing = place.records(MISSING, DAY)
    gone = {title.tmdb_id for title in horror if title.is_gone}
    assert gone
    assert {int(each["request"].split("?")[0].split("/")[2]) for each in missing} == gone
    assert all(each["answer"]["status_code"] == 34 for each in missing)


def test_searches_go_by_year_and_popularity_and_page_by_page(place: Place, register: Register) -> None:
    place.collect(DAY)
    pages = [page for page in place.records(DISCOVERED_MOVIES, DAY) if page["results"]]
    years = [{each["release_date"][:4] for each in page["results"]} for page in pages]
    assert all(len(year) == 1 for year in years)
    popularity = [each["popularity"] for each in pages[0]["results"]]
    assert popularity == sorted(popularity, reverse=True)
    series = place.records(DISCOVERED_SERIES, DAY)
    assert [page["page"] for page in series] == list(range(1, series[0]["total_pages"] + 1))
    assert len(series) > 1
    asked = [question for question in register.asked if question.startswith("/discover/movie")]
    assert len(asked) == len(place.records(DISCOVERED_MOVIES, DAY)) == 2022 - SCOPE.first_year + 1
    assert all("with_genres=27" in question for question in asked)


def test_a_search_is_not_followed_further_than_told(place: Place) -> None:
    place.collect(DAY, Scope(first_year=2022, pages_per_year=1, refresh_days=0))
    assert [page["page"] for page in place.records(DISCOVERED_MOVIES, DAY)] == [1]


def test_pages_that_tmdb_does_not_show_are_not_asked_for_and_reported(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "MOST_PAGES", 1)
    reported: list[str] = []
    work = CollectionWork(place.zone, TmdbClient(access(place.url)), AnswerCache(None, DAY), reported.append)
    collect_day(work, DAY, SCOPE, [])
    assert [page["page"] for page in place.records(DISCOVERED_SERIES, DAY)] == [1]
    [line] = [line for line in reported if "TMDB shows" in line]
    assert re.fullmatch(r"/discover/tv\?.* has 2 pages, of which TMDB shows 1", line)


def test_a_complete_day_is_left_as_it_is(place: Place, register: Register) -> None:
    place.collect(DAY)
    contents, asked = place.contents(), sum(register.asked.values())
    outcome = place.collect(DAY)
    assert (outcome.is_complete, outcome.asked) == (True, 0)
    assert place.contents() == contents
    assert sum(register.asked.values()) == asked


def test_the_next_day_asks_its_searches_and_no_title_again(place: Place, register: Register) -> None:
    place.collect(DAY)
    register.asked.clear()
    place.collect(NEXT_DAY)
    assert register.asked
    assert all(question.startswith("/discover/") for question in register.asked)
    assert place.records(MOVIES, NEXT_DAY) == []
    assert place.records(DISCOVERED_MOVIES, NEXT_DAY) == place.records(DISCOVERED_MOVIES, DAY)


def test_after_the_days_that_count_titles_are_asked_for_again(place: Place) -> None:
    place.collect(DAY)
    place.collect(NEXT_DAY, Scope(SCOPE.first_year, SCOPE.pages_per_year, refresh_days=0))
    assert place.records(MOVIES, NEXT_DAY) == place.records(MOVIES, DAY)


def test_the_same_answers_give_the_same_files(place: Place, tmp_path: Path) -> None:
    place.collect(DAY)
    other = Place(str(tmp_path / "other"), place.url, None)
    for path, content in place.contents().items():
        if "/CSV/" in path:
            other.zone.publish(path, content)
    other.collect(DAY)
    assert other.contents() == place.contents()


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.UNAVAILABLE, Fault.RATE_LIMITED])
def test_when_tmdb_fails_what_was_had_is_kept_and_not_asked_again(
    place: Place, register: Register, fault: Fault
) -> None:
    register.order(Order(fault, "/tv/", times=6))
    with pytest.raises(PlatformError, match=r"however often it was asked\. What was had is kept: run the day again"):
        place.collect(DAY)
    had = len(place.records(MOVIES, DAY))
    assert had > 0
    outcome = place.collect(DAY)
    assert outcome.is_complete
    assert len(place.records(MOVIES, DAY)) > had
    assert {question: times for question, times in register.answered.items() if times > 1} == {}


def test_answers_of_no_use_are_reported_and_the_next_day_asks_again(
    place: Place, register: Register, tmp_path: Path
) -> None:
    bare = Place(str(tmp_path / "bare"), place.url, tmp_path / "answers.sqlite")
    register.order(Order(Fault.MALFORMED, "/tv/", times=3))
    assert bare.collect(DAY).is_complete
    [unusable] = bare.records(UNUSABLE, DAY)
    assert unusable["request"].startswith("/tv/")
    assert "no JSON" in unusable["reason"]
    assert len(bare.records(SERIES, DAY)) > 1
    bare.collect(NEXT_DAY)
    [series] = bare.records(SERIES, NEXT_DAY)
    assert unusable["request"].startswith(f"/tv/{series['id']}?")
    assert bare.records(UNUSABLE, NEXT_DAY) == []


def test_a_run_of_useless_answers_ends_the_collection(place: Place, register: Register) -> None:
    register.order(Order(Fault.HTML, "/movie/", times=60))
    with pytest.raises(PlatformError, match=r"20 answers in a row that are of no use, the last for /movie/"):
        place.collect(DAY)
    assert len(place.records(UNUSABLE, DAY)) == 20


def test_a_field_that_nobody_knows_comes_to_raw_as_it_is(place: Place, register: Register) -> None:
    register.order(Order(Fault.ODD_FIELDS, "/movie/"))
    place.collect(DAY)
    odd = [each for each in place.records(MOVIES, DAY) if "mood" in each]
    assert [(each["mood"], each["popularity"]) for each in odd] == [({"eerie": True}, "high")]


def test_without_csv_files_only_the_searches_are_followed(place: Place, tmp_path: Path) -> None:
    bare = Place(str(tmp_path / "bare"), place.url, None)
    assert bare.collect(DAY).is_complete
    assert bare.records(FOUND, DAY) == []
    assert bare.records(MOVIES, DAY)


def test_csv_files_of_a_later_day_do_not_count(place: Place) -> None:
    assert wanted_imdb_ids(place.zone, DAY)
    assert wanted_imdb_ids(place.zone, date(2022, 5, 1)) == []


def test_when_time_is_up_the_rest_is_for_the_next_run(place: Place, register: Register, tmp_path: Path) -> None:
    runs = 0
    while True:
        client = TmdbClient(access(place.url))
        work = CollectionWork(
            place.zone, client, AnswerCache(None, DAY), lambda _: None, lambda c=client: c.asked >= 60
        )  # type: ignore[misc]
        outcome = collect_day(work, DAY, SCOPE, wanted_imdb_ids(place.zone, DAY))
        runs += 1
        if outcome.is_complete:
            break
        assert outcome.asked == 60
    assert runs > 3
    # No cache was kept between them: what is in raw is enough.
    assert set(register.asked.values()) == {1}
    whole = Place(str(tmp_path / "whole"), place.url, None)
    for path, content in place.contents().items():
        if "/CSV/" in path:
            whole.zone.publish(path, content)
    whole.collect(DAY)
    for about in (MOVIES, SERIES, FOUND, MISSING):
        assert place.records(about, DAY) == whole.records(about, DAY)


@pytest.fixture(params=["folder", "s3"])
def any_place(request: pytest.FixtureRequest, place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The same on a lake in a folder and on S3."""
    if request.param == "folder":
        yield place
        return
    server: S3Server = request.getfixturevalue("s3_server")
    with s3_place(server) as bucket:
        on_s3 = _on_s3(place, bucket, monkeypatch)
        yield on_s3


def _on_s3(place: Place, bucket: S3Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    moved = Place(f"s3://{bucket.bucket}/{bucket.prefix}", place.url, place.cache)
    for path, content in place.contents().items():
        moved.zone.publish(path, content)
    return moved


def test_a_killed_run_goes_on_where_it_stopped_and_asks_nothing_twice(any_place: Place, register: Register) -> None:
    killed, total = 0, 0
    for questions in (20, 60, 90, 140):
        process = multiprocessing.get_context("spawn").Process(target=any_place.collect, args=(DAY,))
        process.start()
        while sum(register.asked.values()) < questions and process.is_alive():
            time.sleep(0.001)
        process.kill()
        process.join()
        killed += process.exitcode != 0
        for path, content in any_place.contents().items():
            assert "/JSON/" not in path or not records_of(content).rejected, path
    assert killed >= 3
    outcome = any_place.collect(DAY)
    total = sum(register.asked.values())
    assert outcome.is_complete
    # Of each kill, at most the question that was on its way is asked again.
    assert total - len(register.asked) <= killed
    films = [each["id"] for each in any_place.records(MOVIES, DAY)]
    assert len(films) == len(set(films))
