"""Files of TMDB's answers: how they are grouped, kept and read, also when one was cut off; and the contract."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakila_platform.catalogue.raw.zone import days_with_files, files_of_day, newest_files
from sakila_platform.catalogue.tmdb.answer_cache import AnswerCache
from sakila_platform.catalogue.tmdb.checkpoint import Checkpoint, checkpoint_of, checkpoints_before
from sakila_platform.catalogue.tmdb.client import Answer
from sakila_platform.catalogue.tmdb.endpoints import FIND, MOVIE, film, horror_films, title_of
from sakila_platform.catalogue.tmdb.record_files import (
    MOST_BYTES,
    MOST_RECORDS,
    MOVIES,
    SERIES,
    content_of,
    one_line,
    records_of,
)
from sakila_platform.catalogue.tmdb.record_writer import RecordWriter
from sakila_platform.errors import PlatformError
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.raw_files import LakeFiles

DAY = date(2022, 5, 2)
LEAVES = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20)
DOCUMENTS = st.dictionaries(st.text(max_size=10), LEAVES | st.lists(LEAVES, max_size=4), max_size=5)


@pytest.fixture
def zone(tmp_path: Any) -> LakeFiles:
    return LakeFiles(FolderLake(str(tmp_path)))


@given(st.lists(DOCUMENTS, max_size=5), st.booleans(), st.booleans())
def test_records_are_read_as_they_came(documents: list[dict[str, Any]], is_pretty: bool, is_ascii: bool) -> None:
    texts = [json.dumps(each, indent=2 if is_pretty else None, ensure_ascii=is_ascii) for each in documents]
    content = content_of([one_line(text) for text in texts])
    assert json.loads(content) == documents
    assert records_of(content).records == documents


def test_an_answer_on_one_line_is_kept_to_the_letter() -> None:
    assert one_line('{"b" : 1.50,"a":"S\\u00e3o"}') == '{"b" : 1.50,"a":"S\\u00e3o"}'


def test_an_answer_on_several_lines_loses_its_line_breaks_and_nothing_else() -> None:
    assert one_line('{\r\n"b" : 1.50,\n"a":"São\\n"}\n') == '{  "b" : 1.50, "a":"São\\n"}'


@given(st.lists(DOCUMENTS, min_size=2, max_size=5), st.data())
def test_of_a_file_that_was_cut_off_whole_records_are_kept_and_the_cut_is_reported(
    documents: list[dict[str, Any]], data: st.DataObject
) -> None:
    content = content_of([one_line(json.dumps(each)) for each in documents])
    cut = data.draw(st.integers(2, len(content) - 3))
    found = records_of(content[:cut])
    assert found.records == documents[: len(found.records)]
    assert found.rejected
    # What is neither kept nor reported in a line of its own lies behind the cut.
    assert len(found.records) >= content[:cut].count(b"},\n")


@settings(deadline=None)
@given(st.lists(st.integers(1, 4_000_000), min_size=1, max_size=12))
def test_no_file_is_larger_than_ten_megabytes(sizes: list[int]) -> None:
    zone = Kept()
    writer = RecordWriter(zone, Checkpoint(DAY))
    for number, size in enumerate(sizes):
        writer.add(MOVIES, str(number), json.dumps({"overview": "x" * size}), None)
    writer.flush()
    files = {path: content for path, content in zone.files.items() if path.startswith("Raw/")}
    assert all(len(content) <= MOST_BYTES for content in files.values())
    assert [len(each["overview"]) for path in sorted(files) for each in json.loads(files[path])] == sizes


def test_no_file_has_more_than_a_hundred_records_or_two_structures(zone: LakeFiles) -> None:
    checkpoint = Checkpoint(DAY)
    writer = RecordWriter(zone, checkpoint)
    for number in range(MOST_RECORDS + 1):
        writer.add(MOVIES, f"film {number}", json.dumps({"id": number}), None)
        writer.add(SERIES, f"series {number}", json.dumps({"name": number}), None)
    assert len(checkpoint.led_to("Movies")) == MOST_RECORDS, "what waits is not had"
    writer.flush()
    sizes = {file.name: len(json.loads(zone.read(file.path))) for file in files_of_day(zone, MOVIES, DAY)}
    assert sizes == {"movies_0001.json": 100, "movies_0002.json": 1}
    assert all("name" in each for file in files_of_day(zone, SERIES, DAY) for each in json.loads(zone.read(file.path)))
    assert checkpoint.records == {"Movies": 101, "Series": 101}


def test_a_checkpoint_is_what_it_was(zone: LakeFiles) -> None:
    checkpoint = Checkpoint(DAY, is_complete=True)
    checkpoint.add_file("Movies", {"/movie/1": "tt0078748", "/movie/2": None})
    checkpoint.save(zone)
    assert checkpoint_of(zone, DAY) == checkpoint
    assert checkpoint_of(zone, date(2022, 5, 3)) == Checkpoint(date(2022, 5, 3))
    assert [each.day for each in checkpoints_before(zone, date(2022, 5, 5), 3)] == [DAY]
    assert not list(checkpoints_before(zone, date(2022, 5, 6), 3))
    assert not list(checkpoints_before(zone, DAY, 3))


def test_a_file_whose_checkpoint_was_not_written_is_written_again_under_its_name() -> None:
    zone = Kept()

    def add(checkpoint: Checkpoint) -> None:
        writer = RecordWriter(zone, checkpoint)
        for number in range(MOST_RECORDS):
            writer.add(MOVIES, str(number), json.dumps({"id": number}), None)

    zone.is_cut_at_checkpoints = True
    with pytest.raises(PlatformError, match="cut"):
        add(checkpoint_of(zone, DAY))
    assert len(zone.files) == 1
    zone.is_cut_at_checkpoints = False
    add(checkpoint_of(zone, DAY))
    assert [path for path in zone.files if path.startswith("Raw/")] == [
        "Raw/TMDB/JSON/Movies/2022/05/02/movies_0001.json"
    ]
    assert checkpoint_of(zone, DAY).records == {"Movies": MOST_RECORDS}


def test_answers_are_kept_for_their_day_only(tmp_path: Any) -> None:
    answer = Answer(200, '{"id": 603}', {"id": 603})
    cache = AnswerCache(tmp_path / "state" / "answers.sqlite", DAY)
    cache.put(film(603), answer)
    cache.close()
    again = AnswerCache(tmp_path / "state" / "answers.sqlite", DAY)
    assert again.get(film(603)) == (200, '{"id": 603}')
    assert again.get(film(604)) is None
    again.close()
    later = AnswerCache(tmp_path / "state" / "answers.sqlite", date(2022, 5, 3))
    assert later.get(film(603)) is None
    later.close()


def test_a_file_of_answers_that_is_none_is_reported(tmp_path: Any) -> None:
    (tmp_path / "answers.sqlite").write_text("no database, but a text that is long enough to be looked at" * 20)
    with pytest.raises(
        PlatformError, match=r"answers.sqlite can't be used to keep answers of TMDB: file is not a data"
    ):
        AnswerCache(tmp_path / "answers.sqlite", DAY)


def test_a_damaged_checkpoint_says_what_to_do(zone: LakeFiles) -> None:
    zone.publish("Checkpoint/TMDB/JSON/Day/2022/05/02/checkpoint.json", b'{"is_complete": tr')
    with pytest.raises(PlatformError, match=r"2022/05/02/checkpoint.json is damaged. Remove it"):
        checkpoint_of(zone, DAY)


def test_the_newest_files_until_a_day_are_found(zone: LakeFiles) -> None:
    for path in ("2022/05/01/b.json", "2022/05/01/a.json", "2022/05/03/c.json", "notes.txt"):
        zone.publish(f"Raw/TMDB/JSON/Movies/{path}", b"[]")
    assert {day.day: [file.name for file in files] for day, files in days_with_files(zone, MOVIES).items()} == {
        1: ["a.json", "b.json"],
        3: ["c.json"],
    }
    assert [file.name for file in newest_files(zone, MOVIES, DAY)] == ["a.json", "b.json"]
    assert newest_files(zone, MOVIES, date(2022, 4, 30)) == []


def test_questions_are_asked_as_tmdb_understands_them() -> None:
    assert str(film(603)) == "/movie/603?append_to_response=credits%2Ckeywords%2Cexternal_ids"
    assert str(title_of("tt0133093")) == "/find/tt0133093?external_source=imdb_id"
    assert dict(horror_films(1979, 2).parameters) == {
        "with_genres": "27",
        "primary_release_year": "1979",
        "sort_by": "popularity.desc",
        "include_adult": "false",
        "page": "2",
    }
    with pytest.raises(ValueError, match="has no parameter with_genres"):
        MOVIE.request(603, with_genres=27)


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ({"movie_results": [], "tv_results": [], "book_results": []}, ""),
        ({"movie_results": []}, "the answer has no tv_results"),
        ({"movie_results": None, "tv_results": []}, "movie_results is a NoneType, not a list"),
        ([], "the answer is a list, not an object"),
    ],
)
def test_an_answer_has_what_is_relied_on_and_may_have_more(document: Any, fault: str) -> None:
    assert FIND.fault_of(document) == fault


class Kept:
    """A raw zone in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.is_cut_at_checkpoints = False

    def paths(self, prefix: str) -> list[str]:
        return [path for path in self.files if path.startswith(prefix)]

    def read(self, path: str) -> bytes:
        return self.files[path]

    def opened(self, path: str) -> Any:
        raise NotImplementedError

    def publish(self, path: str, content: bytes) -> None:
        if self.is_cut_at_checkpoints and path.startswith("Checkpoint/"):
            raise PlatformError("cut")
        self.files[path] = content
