"""Wherever a day's collection is cut off, the next runs complete it: the same titles, and nothing asked twice."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from sakila_platform.catalogue.raw.paths import RawSubject
from sakila_platform.catalogue.raw.zone import files_of_day
from sakila_platform.catalogue.tmdb.answer_cache import AnswerCache
from sakila_platform.catalogue.tmdb.client import Answer, TmdbClient
from sakila_platform.catalogue.tmdb.collection import CollectionWork, Scope, collect_day
from sakila_platform.catalogue.tmdb.endpoints import Request
from sakila_platform.catalogue.tmdb.record_files import DISCOVERED_MOVIES, FOUND, MISSING, MOVIES, SERIES
from sakila_platform.catalogue.tmdb_stand_in.application import stand_in
from sakila_platform.catalogue.tmdb_stand_in.titles import generated_titles
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.raw_files import LakeFiles
from sakila_platform_tests.tmdb_collections import access

DAY = date(2022, 5, 2)
SCOPE = Scope(first_year=2018, pages_per_year=2, refresh_days=30)
TITLES = generated_titles(12, films=60, series=25)
IDS = [title.imdb_id for title in TITLES if title.is_horror and title.is_in_csv]
SUBJECTS = (DISCOVERED_MOVIES, MOVIES, SERIES, FOUND, MISSING)


class Cut(Exception):
    """The process ended here."""


class DirectClient(TmdbClient):
    """The stand-in without a network, that may be cut off after so many questions."""

    def __init__(self, behind: FlaskClient, asked: Counter[str], most: int) -> None:
        super().__init__(access("http://127.0.0.1:9/3"))
        self._behind = behind
        self._questions = asked
        self._left = most

    def ask(self, request: Request) -> Answer:
        """The answer to a question."""
        if self._left == 0:
            raise Cut
        self._left -= 1
        self._questions[str(request)] += 1
        answer = self._behind.get(f"/3{request}", headers={"Authorization": "Bearer token"})
        return Answer(answer.status_code, answer.text, json.loads(answer.text))


def records(zone: LakeFiles, about: RawSubject) -> list[str]:
    files = files_of_day(zone, about, DAY)
    return [json.dumps(each) for file in files for each in json.loads(zone.read(file.path))]


def collected(folder: Path, cuts: list[int], *, is_cache_kept: bool) -> tuple[dict[str, list[str]], Counter[str]]:
    """The records of a day that is cut off after these numbers of questions, and what was asked for it."""
    asked: Counter[str] = Counter()
    zone, behind = LakeFiles(FolderLake(str(folder / "lake"))), stand_in(TITLES, "token").test_client()
    for most in (*cuts, 100_000):
        answers = AnswerCache(folder / "answers.sqlite" if is_cache_kept else None, DAY)
        work = CollectionWork(zone, DirectClient(behind, asked, most), answers, lambda _: None)
        try:
            collect_day(work, DAY, SCOPE, IDS)
        except Cut:
            continue
        finally:
            answers.close()
    return {about.subject: records(zone, about) for about in SUBJECTS}, asked


@cache
def collected_at_once() -> dict[str, list[str]]:
    with TemporaryDirectory() as folder:
        expected, _ = collected(Path(folder), [], is_cache_kept=False)
    assert all(expected.values())
    return {subject: sorted(lines) for subject, lines in expected.items()}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=4), st.booleans())
def test_a_day_has_the_same_titles_wherever_it_was_cut_off(cuts: list[int], is_cache_kept: bool) -> None:
    with TemporaryDirectory() as folder:
        found, asked = collected(Path(folder), cuts, is_cache_kept=is_cache_kept)
    assert {subject: sorted(lines) for subject, lines in found.items()} == collected_at_once()
    assert set(asked.values()) == {1}
