"""A day's collection from TMDB: what to ask for, in which order, and what each answer leads to.

First the searches, then the titles that they name, then those titles of the CSV files that are not among them. What is
in raw of the day, or of the days before it that still count, is not asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sakila_platform.catalogue.raw.paths import RawSubject
from sakila_platform.catalogue.raw.zone import RawZone
from sakila_platform.catalogue.tmdb import endpoints
from sakila_platform.catalogue.tmdb import record_files as subjects
from sakila_platform.catalogue.tmdb.answer_cache import AnswerCache
from sakila_platform.catalogue.tmdb.checkpoint import Checkpoint, checkpoint_of, checkpoints_before
from sakila_platform.catalogue.tmdb.client import Answer, TmdbClient, Unusable
from sakila_platform.catalogue.tmdb.endpoints import Request
from sakila_platform.catalogue.tmdb.record_writer import RecordWriter
from sakila_platform.errors import PlatformError
from sakila_platform.settings.catalogue import TMDB_FIRST_YEAR, TMDB_PAGES_PER_YEAR, TMDB_REFRESH_DAYS, TMDB_URL

Report = Callable[[str], None]
_MOST_UNUSABLE_IN_A_ROW = 20
_FILM, _SERIES = "movie", "tv"
_TITLES = {_FILM: (subjects.MOVIES, endpoints.film), _SERIES: (subjects.SERIES, endpoints.series)}


@dataclass(frozen=True)
class Scope:
    """How much is looked for."""

    first_year: int
    pages_per_year: int
    refresh_days: int


def scope_of_settings() -> Scope:
    """As the settings say."""
    return Scope(TMDB_FIRST_YEAR.read(), TMDB_PAGES_PER_YEAR.read(), TMDB_REFRESH_DAYS.read())


@dataclass(frozen=True)
class CollectionWork:
    """What a collection works with. `is_time_up` is asked before each question."""

    zone: RawZone
    client: TmdbClient
    cache: AnswerCache
    report: Report
    is_time_up: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class CollectionOutcome:
    """What became of a day: whether it is complete, the questions asked now, and the records in raw by subject."""

    is_complete: bool
    asked: int
    records: dict[str, int]


class _TimeIsUp(Exception):
    """The rest is for the next run."""


def collect_day(work: CollectionWork, day: date, scope: Scope, imdb_ids: Iterable[str]) -> CollectionOutcome:
    """Collect a day into raw. A day that is complete is left as it is; one that was cut goes on where it stopped.

    `imdb_ids` are the titles that shall be there, whether or not a search names them. Raises PlatformError when TMDB
    can't be queried; what had come until then is in raw.
    """
    checkpoint = checkpoint_of(work.zone, day)
    if checkpoint.is_complete:
        work.report(f"{day} is complete already: nothing is asked of TMDB.")
        return CollectionOutcome(True, 0, checkpoint.records)
    writer = RecordWriter(work.zone, checkpoint)
    asked_before = work.client.asked
    try:
        _Collection(work, checkpoint, writer, scope).run(imdb_ids)
        writer.flush()
        checkpoint.is_complete = True
        checkpoint.save(work.zone)
        work.cache.forget()
    except _TimeIsUp:
        work.report(f"{day}: time is up; the next run goes on from here.")
    finally:
        # Also when TMDB failed: what was had is kept. Nothing is left to do when all went well.
        writer.flush()
    return CollectionOutcome(checkpoint.is_complete, work.client.asked - asked_before, checkpoint.records)


class _Collection:
    """One run over a day. What it learns, it learns from answers had now, today or lately, alike."""

    def __init__(self, work: CollectionWork, checkpoint: Checkpoint, writer: RecordWriter, scope: Scope) -> None:
        self._work = work
        self._day = checkpoint.day
        self._writer = writer
        self._scope = scope
        self._unusable_in_a_row = 0
        self._today = checkpoint.answered
        self._had: dict[str, dict[str, Any]] = {}
        for each in (*checkpoints_before(work.zone, self._day, scope.refresh_days), checkpoint):
            for subject, answered in each.answered.items():
                self._had.setdefault(subject, {}).update(answered)

    def run(self, imdb_ids: Iterable[str]) -> None:
        """All of the day's questions."""
        self._collect_titles([*self._discovered_films(), *self._discovered_series()])
        known = {imdb_id for about, _ in _TITLES.values() for imdb_id in self._led_to(about).values() if imdb_id}
        wanted = [imdb_id for imdb_id in imdb_ids if imdb_id not in known]
        unknown = sum(str(endpoints.title_of(each)) not in self._led_to(subjects.FOUND) for each in wanted)
        if unknown:
            self._work.report(f"{self._day}: {unknown:,} titles of the CSV files are looked for by their IMDb id")
        self._collect_titles(self._resolved(wanted))

    def _discovered_films(self) -> Iterator[tuple[str, int]]:
        for year in range(self._scope.first_year, self._day.year + 1):
            pages = self._pages(
                subjects.DISCOVERED_MOVIES,
                partial(endpoints.horror_films, year),
                self._scope.pages_per_year,
            )
            yield from ((_FILM, tmdb_id) for tmdb_id in pages)

    def _discovered_series(self) -> Iterator[tuple[str, int]]:
        pages = self._pages(subjects.DISCOVERED_SERIES, endpoints.horror_series, endpoints.MOST_PAGES)
        yield from ((_SERIES, tmdb_id) for tmdb_id in pages)

    def _pages(self, about: RawSubject, ask: Callable[[int], Request], most: int) -> Iterator[int]:
        """The titles that the pages of a search name. A search is asked anew each day."""
        page, last = 1, 1
        while page <= last:
            request = ask(page)
            # What the day's own checkpoint has is in raw; earlier days' pages are not this day's.
            led_to = self._today.get(about.subject, {}).get(str(request)) or self._page(about, request)
            last = min(led_to["pages"], most, endpoints.MOST_PAGES) if led_to else last
            if page == 1 and led_to and led_to["pages"] > last == endpoints.MOST_PAGES:
                self._work.report(f"{request} has {led_to['pages']:,} pages, of which TMDB shows {last}")
            yield from led_to["ids"] if led_to else ()
            page += 1

    def _page(self, about: RawSubject, request: Request) -> dict[str, Any] | None:
        answer = self._answer(request)
        if answer is None:
            return None
        if not answer.is_found:
            raise PlatformError(f"TMDB knows no {request.path}. Correct {TMDB_URL.name}.")
        results = answer.document["results"]
        ids = [each["id"] for each in results if isinstance(each, dict) and type(each.get("id")) is int]
        led_to = {"pages": answer.document["total_pages"], "ids": ids}
        self._writer.add(about, str(request), answer.text, led_to)
        return led_to

    def _collect_titles(self, titles: Iterable[tuple[str, int]]) -> None:
        wanted = [title for title in dict.fromkeys(titles) if not self._is_had(_request(*title))]
        for number, (kind, tmdb_id) in enumerate(wanted, 1):
            about, _ = _TITLES[kind]
            request = _request(kind, tmdb_id)
            answer = self._answer(request)
            if answer and answer.is_found:
                self._note(about, request, answer.text, _imdb_id_of(answer.document))
            elif answer:
                self._note_missing(request, answer)
            if number % subjects.MOST_RECORDS == 0 or number == len(wanted):
                self._work.report(f"{self._day}: {number:,} of {len(wanted):,} titles")

    def _resolved(self, imdb_ids: Iterable[str]) -> list[tuple[str, int]]:
        return [title for imdb_id in imdb_ids for title in self._titles_of(imdb_id)]

    def _titles_of(self, imdb_id: str) -> list[tuple[str, int]]:
        """The titles of TMDB that an IMDb id is: one, if it knows the id at all."""
        request = endpoints.title_of(imdb_id)
        led_to = self._led_to(subjects.FOUND).get(str(request))
        if led_to is None and not self._is_had(request):
            answer = self._answer(request)
            if answer and answer.is_found:
                led_to = [*_found(answer, "movie_results", _FILM), *_found(answer, "tv_results", _SERIES)]
                record = f'{{"imdb_id":{json.dumps(imdb_id)},"answer":{subjects.one_line(answer.text)}}}'
                self._note(subjects.FOUND, request, record, led_to)
            elif answer:
                self._note_missing(request, answer)
        return [(kind, tmdb_id) for kind, tmdb_id in led_to or ()]

    def _answer(self, request: Request) -> Answer | None:
        """The answer to a question, if it was had before the run was cut, or from TMDB; None for one that is no use."""
        if self._work.is_time_up():
            raise _TimeIsUp
        had = self._work.cache.get(request)
        if had:
            return Answer(had[0], had[1], json.loads(had[1]))
        try:
            answer = self._work.client.ask(request)
        except Unusable as error:
            self._note_unusable(request, error)
            return None
        self._unusable_in_a_row = 0
        self._work.cache.put(request, answer)
        return answer

    def _note(self, about: RawSubject, request: Request, record: str, led_to: Any) -> None:
        self._had.setdefault(about.subject, {})[str(request)] = led_to
        self._writer.add(about, str(request), record, led_to)

    def _note_missing(self, request: Request, answer: Answer) -> None:
        record = f'{{"request":{json.dumps(str(request))},"answer":{subjects.one_line(answer.text)}}}'
        self._note(subjects.MISSING, request, record, None)

    def _note_unusable(self, request: Request, error: Unusable) -> None:
        # Not among what was had: the next day asks again.
        self._writer.add(
            subjects.UNUSABLE, str(request), json.dumps({"request": str(request), "reason": str(error)}), None
        )
        self._unusable_in_a_row += 1
        if self._unusable_in_a_row >= _MOST_UNUSABLE_IN_A_ROW:
            raise PlatformError(
                f"TMDB gave {_MOST_UNUSABLE_IN_A_ROW} answers in a row that are of no use, the last for {error}. "
                f"Correct {TMDB_URL.name}, or run the day again later."
            )

    def _is_had(self, request: Request) -> bool:
        """Whether a title was asked for lately, and is in raw or known to be missing."""
        text = str(request)
        return any(text in self._led_to(about) for about in (subjects.MOVIES, subjects.SERIES, subjects.MISSING))

    def _led_to(self, about: RawSubject) -> dict[str, Any]:
        return self._had.get(about.subject, {})


def _request(kind: str, tmdb_id: int) -> Request:
    return _TITLES[kind][1](tmdb_id)


def _found(answer: Answer, name: str, kind: str) -> list[tuple[str, int]]:
    results = answer.document[name]
    return [(kind, each["id"]) for each in results if isinstance(each, dict) and type(each.get("id")) is int]


def _imdb_id_of(document: dict[str, Any]) -> str | None:
    """The IMDb id of a title: a film's own, else among its external ids."""
    external = document.get("external_ids")
    imdb_id = document.get("imdb_id") or (external.get("imdb_id") if isinstance(external, dict) else None)
    return imdb_id if isinstance(imdb_id, str) and imdb_id else None
