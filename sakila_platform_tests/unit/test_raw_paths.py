"""Where raw files are: one function makes their paths and one reads them."""

from __future__ import annotations

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakila_platform.catalogue.csv.files import MOVIES, SERIES
from sakila_platform.catalogue.raw.paths import RawFile, RawSubject, read_raw_path
from sakila_platform.catalogue.tmdb.record_files import DISCOVERED_MOVIES
from sakila_platform.catalogue.tmdb.record_files import MOVIES as TMDB_MOVIES

DAY = date(2022, 5, 2)
WORDS = st.text(string.ascii_letters, min_size=1, max_size=12)
NAMES = st.text(st.characters(exclude_characters="/", exclude_categories=("Cc", "Cs")), min_size=1, max_size=30)
SUBJECTS = st.builds(RawSubject, WORDS, WORDS, WORDS, WORDS)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        (MOVIES.raw.file(DAY, "movies.csv"), "Raw/Local/CSV/Movies/2022/05/02/movies.csv"),
        (SERIES.raw.file(DAY, "series.csv"), "Raw/Local/CSV/Series/2022/05/02/series.csv"),
        (TMDB_MOVIES.file(DAY, "movies_0001.json"), "Raw/TMDB/JSON/Movies/2022/05/02/movies_0001.json"),
    ],
)
def test_raw_files_are_where_everybody_looks_for_them(file: RawFile, path: str) -> None:
    assert file.path == path
    assert read_raw_path(path) == file


@given(SUBJECTS, st.dates(), NAMES)
def test_a_path_that_is_made_is_read_back(about: RawSubject, day: date, name: str) -> None:
    file = about.file(day, name)
    assert read_raw_path(file.path) == file
    assert file.path.startswith(about.day_prefix(day))
    assert about.day_prefix(day).startswith(about.prefix)


@given(st.text(max_size=60))
def test_a_path_that_is_read_is_made_again(path: str) -> None:
    file = read_raw_path(path)
    assert file is None or file.path == path


@pytest.mark.parametrize(
    "path",
    [
        "Raw/Local/CSV/Movies/2022/13/02/movies.csv",
        "Raw/Local/CSV/Movies/2022/5/2/movies.csv",
        "Raw/Local/CSV/Movies/2022/05/02/",
        "Raw/Local/CSV/Movies/2022/05/02/older/movies.csv",
        "Raw/Local/CSV/2022/05/02/movies.csv",
        "stage/sakila/rental/dt=2005-05-24/part-0.parquet",
        "Raw/Local/CSV/Movies/٢٠٢٢/05/02/movies.csv",
    ],
)
def test_another_path_is_none(path: str) -> None:
    assert read_raw_path(path) is None


def test_a_subject_has_a_name_in_words() -> None:
    assert DISCOVERED_MOVIES.words == "discovered_movies"
    assert MOVIES.raw.words == "movies"
