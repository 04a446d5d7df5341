"""Generated titles and their CSV files: the same for the same seed, in the files' format, with all that goes wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from sakila_platform.catalogue.csv.files import (
    CSV_FILES,
    IMDB_ID,
    MOVIES,
    NULL,
    SERIES,
    CsvFile,
    decoded,
    records_below_header,
)
from sakila_platform.catalogue.tmdb.endpoints import HORROR_KEYWORD
from sakila_platform.catalogue.tmdb_stand_in.answers import detailed, found, page_of
from sakila_platform.catalogue.tmdb_stand_in.csv_rows import write_csv_files
from sakila_platform.catalogue.tmdb_stand_in.titles import generated_titles

TITLES = generated_titles(2022, films=300, series=150)
BAD_LINES = 8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("csv")
    write_csv_files(folder, TITLES, 2022, BAD_LINES)
    return folder


def rows(folder: Path, file: CsvFile) -> list[dict[str, str]]:
    """The rows that have as many fields as the header."""
    with (folder / file.file).open("rb") as opened:
        records = list(records_below_header(opened, file.form_in(opened)))
    split = [[decoded(field) for field in record.fields] for record in records]
    return [dict(zip(file.columns, fields, strict=True)) for fields in split if len(fields) == len(file.columns)]


def test_the_same_seed_makes_the_same_titles_and_files(folder: Path, tmp_path: Path) -> None:
    again = generated_titles(2022, films=300, series=150)
    assert again == TITLES
    assert generated_titles(2023, films=300, series=150) != TITLES
    write_csv_files(tmp_path, again, 2022, BAD_LINES)
    for file in CSV_FILES:
        assert (tmp_path / file.file).read_bytes() == (folder / file.file).read_bytes()


def test_ids_are_told_apart_by_imdb_and_by_kind_at_tmdb() -> None:
    assert len({title.imdb_id for title in TITLES}) == len(TITLES)
    assert len({(title.is_series, title.tmdb_id) for title in TITLES}) == len(TITLES)
    assert all(IMDB_ID.fullmatch(title.imdb_id) for title in TITLES)


@pytest.mark.parametrize("file", CSV_FILES, ids=lambda file: file.name)
def test_the_files_have_a_row_for_each_title_and_artist(folder: Path, file: CsvFile) -> None:
    assert (folder / file.file).read_bytes().splitlines()[0].decode() == file.header
    by_id = {title.imdb_id: title for title in TITLES if title.is_series == (file is SERIES)}
    artists: dict[str, set[str]] = {}
    for row in rows(folder, file):
        artists.setdefault(row["id"], set()).add(row["nomeArtista"])
    reported = {imdb_id: names for imdb_id, names in artists.items() if imdb_id in by_id}
    assert reported.keys() == {imdb_id for imdb_id, title in by_id.items() if title.is_in_csv}
    for imdb_id, names in reported.items():
        assert names == {part.person.name for part in by_id[imdb_id].parts}


def test_the_files_have_what_such_files_are_known_for(folder: Path) -> None:
    films, series = rows(folder, MOVIES), rows(folder, SERIES)
    both = films + series
    assert any("|" in row["tituloPincipal"] for row in both), "pipes in quotes"
    assert any('"' in row["tituloPincipal"] for row in both), "quotes"
    assert any(row["genero"].isupper() for row in both), "mixed cases"
    assert any(row["personagem"] == NULL for row in both), "nulls"
    assert any(row["anoTermino"] == NULL for row in series), "series that go on"
    assert max(Counter(tuple(row.values()) for row in both).values()) > 1, "rows that come twice"
    content = (folder / MOVIES.file).read_bytes() + (folder / SERIES.file).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode()


@pytest.mark.parametrize("file", CSV_FILES, ids=lambda file: file.name)
def test_the_files_have_lines_that_nobody_can_take(folder: Path, file: CsvFile) -> None:
    lines = (folder / file.file).read_bytes().splitlines()[1:]
    good = rows(folder, file)
    assert len(lines) - len(good) == 2, "ragged"
    assert sum(row["anoLancamento"] == "0" for row in good) == 2
    assert sum(not IMDB_ID.fullmatch(row["id"]) for row in good) == 2
    other_ids = {title.imdb_id for title in TITLES if title.is_series != (file is SERIES)}
    assert sum(row["id"] in other_ids for row in good) == 2, "in the other file too"


def test_tmdb_and_the_files_know_each_others_titles_in_part() -> None:
    known = Counter((title.is_in_csv, title.is_in_tmdb and title.is_linked) for title in TITLES)
    assert all(known[pair] > 0 for pair in ((True, True), (True, False), (False, True)))


def test_money_that_nobody_knows_is_zero_as_at_tmdb() -> None:
    films = [title for title in TITLES if not title.is_series]
    assert any(title.budget == 0 for title in films)
    assert any(title.revenue == 0 < title.budget for title in films)
    assert any(title.revenue > title.budget > 0 for title in films)
    assert all(title.budget == title.revenue == 0 for title in TITLES if title.is_series)


def test_horror_series_are_marked_by_a_keyword_for_lack_of_a_genre() -> None:
    show = next(title for title in TITLES if title.is_series and title.is_horror and not title.is_overlooked)
    reported = detailed(show, {"keywords", "external_ids"})
    assert HORROR_KEYWORD in {each["id"] for each in reported["keywords"]["results"]}
    assert "Horror" not in {each["name"] for each in reported["genres"]}
    assert "credits" not in reported


def test_pages_hold_every_title_once() -> None:
    films = [title for title in TITLES if not title.is_series]
    first = page_of(films, 1, 20)
    ids = [each["id"] for page in range(1, first["total_pages"] + 1) for each in page_of(films, page, 20)["results"]]
    assert sorted(ids) == sorted(title.tmdb_id for title in films)
    assert page_of(films, 99, 20)["results"] == []
    assert found(None)["movie_results"] == []
