"""What the client makes of TMDB's answers over HTTP: refused, late, broken, too many; and what it says then."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator

import pytest
import urllib3

from sakila_platform.catalogue.tmdb import client as client_module
from sakila_platform.catalogue.tmdb.client import Access, TmdbClient, Unusable, access_of_settings
from sakila_platform.catalogue.tmdb.endpoints import film, horror_films, horror_series, series, title_of
from sakila_platform.catalogue.tmdb_stand_in.faults import Fault, Order, Register
from sakila_platform.catalogue.tmdb_stand_in.serving import TOKEN, served_titles
from sakila_platform.catalogue.tmdb_stand_in.titles import Title, generated_titles
from sakila_platform.errors import PlatformError
from sakila_platform.settings.catalogue import TMDB_TOKEN
from sakila_platform_tests.tmdb_collections import access

TITLES = generated_titles(3, films=60, series=20)
FILM = next(title for title in TITLES if title.is_in_tmdb and title.is_linked and not title.is_gone)
SHOW = next(title for title in TITLES if title.is_series and title.is_in_tmdb and title.is_linked and title.keywords)


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def url(register: Register) -> Iterator[str]:
    with served_titles(TITLES, register) as address:
        yield address


@pytest.fixture
def tmdb(url: str) -> TmdbClient:
    return TmdbClient(access(url))


def asked(register: Register) -> int:
    return sum(register.asked.values())


def test_a_title_comes_with_credits_keywords_and_external_ids(tmdb: TmdbClient) -> None:
    reported = tmdb.ask(film(FILM.tmdb_id)).document
    assert (reported["id"], reported["imdb_id"], reported["external_ids"]["imdb_id"]) == (
        FILM.tmdb_id,
        FILM.imdb_id,
        FILM.imdb_id,
    )
    assert len(reported["credits"]["cast"]) + len(reported["credits"]["crew"]) == len(FILM.parts)
    show = tmdb.ask(series(SHOW.tmdb_id)).document
    # Series have neither an IMDb id of their own there, nor keywords where films have them.
    assert "imdb_id" not in show
    assert {each["name"] for each in show["keywords"]["results"]} == {name for _, name in SHOW.keywords}


def test_a_title_is_found_by_its_imdb_id(tmdb: TmdbClient) -> None:
    assert [each["id"] for each in tmdb.ask(title_of(FILM.imdb_id)).document["movie_results"]] == [FILM.tmdb_id]
    unknown = tmdb.ask(title_of("tt9999999")).document
    assert unknown["movie_results"] == unknown["tv_results"] == []


def test_no_series_has_the_genre_horror_there(tmdb: TmdbClient) -> None:
    page = tmdb.ask(horror_series(1)).document
    shown = {each["id"] for each in page["results"]}
    horror: list[Title] = [title for title in TITLES if title.is_series and title.is_horror]
    assert shown <= {title.tmdb_id for title in horror}
    assert all(27 not in each["genre_ids"] for each in page["results"])


def test_a_title_that_tmdb_no_longer_knows_is_an_answer_too(tmdb: TmdbClient) -> None:
    answer = tmdb.ask(film(1))
    assert (answer.status, answer.is_found) == (404, False)
    assert json.loads(answer.text)["status_code"] == 34


def test_a_wrong_token_is_reported_in_a_line_without_it(url: str, register: Register) -> None:
    with pytest.raises(PlatformError) as refused:
        TmdbClient(access(url, token="secret-token")).ask(film(FILM.tmdb_id))
    assert str(refused.value) == f"TMDB at {url} refuses the token (401). Correct SAKILA_TMDB_TOKEN."
    assert asked(register) == 1, "what is refused once is refused again"


def test_without_a_token_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TMDB_TOKEN.name, raising=False)
    with pytest.raises(PlatformError, match=r"^SAKILA_TMDB_TOKEN is not set\. Take the API read access token from .*$"):
        access_of_settings()


@pytest.mark.parametrize("kept", ["secret\ntoken", "secret token", '{"token": "secret"}', "secret\u2019s"])
def test_a_secret_that_is_no_token_is_reported_in_a_line_without_it(kept: str) -> None:
    with pytest.raises(PlatformError, match=r"^What is kept as TMDB's token is none") as refused:
        access_of_settings(kept)
    assert "secret" not in str(refused.value)


def test_the_token_is_nowhere_in_what_is_shown_or_logged(
    url: str, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given = access(url, token="secret-token")
    register.order(Order(Fault.UNAVAILABLE, times=1))
    with pytest.raises(PlatformError):
        TmdbClient(given).ask(film(FILM.tmdb_id))
    assert caplog.text
    assert "secret-token" not in caplog.text + repr(given)
    assert all("secret-token" not in question for question in register.asked)


def test_who_asks_too_much_waits_as_long_as_tmdb_says(url: str, register: Register) -> None:
    register.order(Order(Fault.RATE_LIMITED, seconds=1))
    started = time.monotonic()
    assert TmdbClient(access(url)).ask(film(FILM.tmdb_id)).is_found
    assert time.monotonic() - started >= 1
    assert asked(register) == 2


def test_nobody_waits_for_ever_because_tmdb_says_so(url: str, register: Register) -> None:
    register.order(Order(Fault.RATE_LIMITED, seconds=3600))
    started = time.monotonic()
    assert TmdbClient(access(url)).ask(film(FILM.tmdb_id)).is_found
    assert time.monotonic() - started < 4


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RATE_LIMITED_ODDLY,
        Fault.SERVER_ERROR,
        Fault.UNAVAILABLE,
        Fault.CUT_OFF,
        Fault.MALFORMED,
        Fault.NOT_A_NUMBER,
        Fault.HTML,
    ],
)
def test_what_passes_is_asked_again(tmdb: TmdbClient, register: Register, fault: Fault) -> None:
    register.order(Order(fault, times=2))
    assert tmdb.ask(film(FILM.tmdb_id)).document["id"] == FILM.tmdb_id
    assert asked(register) == 3


def test_a_service_that_stays_down_is_reported_in_a_line(tmdb: TmdbClient, url: str, register: Register) -> None:
    register.order(Order(Fault.SERVER_ERROR, times=100))
    with pytest.raises(PlatformError) as refused:
        tmdb.ask(film(FILM.tmdb_id))
    assert str(refused.value) == (
        f"TMDB at {url} answered too many 500 error responses, however often it was asked. What was had is kept: "
        "run the day again later, or correct SAKILA_TMDB_URL."
    )
    assert asked(register) == 6


def test_an_address_where_nobody_answers_is_reported_in_a_line() -> None:
    with pytest.raises(
        PlatformError, match=r"^TMDB at http://127.0.0.1:9/3 could not be reached \(.*\), however often"
    ):
        TmdbClient(access("http://127.0.0.1:9/3")).ask(film(1))


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault.MALFORMED, "no JSON"),
        (Fault.NOT_AN_OBJECT, "the answer is a list, not an object"),
        (Fault.CUT_OFF, "the answer broke off"),
    ],
)
def test_an_answer_that_stays_useless_is_given_up(
    tmdb: TmdbClient, register: Register, fault: Fault, reason: str
) -> None:
    register.order(Order(fault, times=3))
    with pytest.raises(Unusable, match=rf"^/movie/{FILM.tmdb_id}\?.*: .*{reason}"):
        tmdb.ask(film(FILM.tmdb_id))
    assert asked(register) == 3
    assert tmdb.ask(film(FILM.tmdb_id)).is_found, "the connection is of use again"


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.DRIPPING])
def test_an_answer_that_takes_too_long_is_not_waited_for(url: str, register: Register, fault: Fault) -> None:
    patience = Access(url, TOKEN, 100_000, timeout_seconds=0.3, back_off_seconds=0.01)
    register.order(Order(fault, seconds=1.5))
    started = time.monotonic()
    assert TmdbClient(patience).ask(film(FILM.tmdb_id)).is_found
    assert time.monotonic() - started < 1.4
    assert asked(register) == 2


def test_an_answer_longer_than_a_file_may_be_is_not_read(tmdb: TmdbClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "LONGEST_ANSWER", 100)
    with pytest.raises(Unusable, match="longer than 100 bytes"):
        tmdb.ask(film(FILM.tmdb_id))


def test_no_more_is_asked_in_a_second_than_allowed(url: str) -> None:
    tmdb = TmdbClient(Access(url, TOKEN, requests_per_second=20))
    started = time.monotonic()
    for _ in range(11):
        tmdb.ask(film(FILM.tmdb_id))
    assert 0.5 <= time.monotonic() - started < 2


@pytest.mark.parametrize("page", [0, 501])
def test_the_stand_in_refuses_pages_as_tmdb_does(tmdb: TmdbClient, page: int) -> None:
    with pytest.raises(Unusable, match="TMDB answered 400"):
        tmdb.ask(horror_films(1999, page))


def test_the_stand_in_refuses_what_is_not_in_the_contract(url: str) -> None:
    known = {"Authorization": f"Bearer {TOKEN}"}
    assert urllib3.request("GET", f"{url}/movie/{FILM.tmdb_id}?colour=red", headers=known).status == 400
    assert urllib3.request("GET", f"{url}/person/1", headers=known).json()["status_code"] == 34
    assert urllib3.request("GET", f"{url}/movie/{FILM.tmdb_id}").status == 401
