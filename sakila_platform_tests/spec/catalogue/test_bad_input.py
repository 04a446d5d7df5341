"""What comes of bad input to the catalogue: it is set aside or reported, and never silently lost."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from sakila_platform.catalogue.csv.trusted_history import LINES_ARE_TAKEN, VALUES_ARE_READABLE
from sakila_platform.catalogue.raw.paths import RawSubject
from sakila_platform.catalogue.tmdb import record_files
from sakila_platform.catalogue.tmdb.trusted_tmdb import FIELDS_ARE_KNOWN, RECORDS_ARE_READABLE
from sakila_platform.catalogue.trusted_tables import TITLES, TMDB_CREDITS, TMDB_FIELDS, TMDB_TITLES, TMDB_UNANSWERED
from sakila_platform.errors import PlatformError
from sakila_platform.settings.places import HOME
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform_tests.catalogue_lake import DAY, SHARE, CatalogueLake
from sakila_platform_tests.tables import table

MOVIES = RawSubject("Local", "CSV", "Movies")
LINES = "quarantine/catalogue/csv_lines"
RECORDS = "quarantine/catalogue/tmdb_records"


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogueLake:
    """A lake with nothing in it, where many lines may be bad."""
    monkeypatch.setenv(HOME.name, str(tmp_path))
    monkeypatch.setenv(ALLOWED_BAD_SHARE.name, str(SHARE))
    return CatalogueLake(tmp_path / "lake")


def test_a_pipe_inside_quotes_belongs_to_its_field(lake: CatalogueLake) -> None:
    name = b'"Night | Fog"'
    lake.given_lines("movies", rb"tt0000001|" + name + rb"|\N|1980|90|Horror|6.1|200|actor|\N|Ana|1950|\N|actor|\N")
    lake.trusted_csv()
    assert lake.rows("trusted/catalogue/titles").column("title") == ["Night | Fog"]
    assert not lake.rows(LINES)


PLAIN = rb"|\N|1980|90|Horror|6.1|200|actor|\N|Ana|1950|\N|actor|\N"
IN_MARKS = {
    "as letters": (rb'"Scream" Later', rb'"Boo', "without quoting: a quotation mark is a letter"),
    "doubled": (rb'"""Scream"" Later"', rb'"""Boo"', "texts in quotation marks, which are doubled within"),
    "as Spark writes them": (
        rb'"\"Scream\" Later"',
        rb'"\"Boo"',
        "texts in quotation marks, which have a backslash before them within",
    ),
}


@pytest.mark.parametrize(("closed", "opened", "quoting"), IN_MARKS.values(), ids=IN_MARKS.keys())
def test_a_title_keeps_its_quotation_marks_however_the_file_has_them(
    lake: CatalogueLake, closed: bytes, opened: bytes, quoting: str
) -> None:
    lines = (b"tt0000001|" + closed + PLAIN, b"tt0000002|" + opened + PLAIN, b"tt0000003|Fog" + PLAIN)
    lake.given_lines("movies", b"\n".join(lines))
    outcome = lake.trusted_csv()[TITLES.name]
    assert lake.rows("trusted/catalogue/titles").column("title") == ['"Scream" Later', '"Boo', "Fog"]
    assert not lake.rows(LINES)
    assert outcome.notes["quoting_of_movies.csv"] == quoting


def test_every_line_is_loaded_or_set_aside_also_where_texts_have_line_breaks(lake: CatalogueLake) -> None:
    lines = (b'tt0000001|"Night | ""Fog""\nand more"', b'tt0000002|"Moor', b'tt0000003|"A" B', b"tt0000004|Bay")
    lake.given_lines("movies", b"\n".join(line + PLAIN for line in lines) + b'\nnm1|"two\nlines"' + PLAIN)
    outcome = lake.trusted_csv()[TITLES.name]
    assert lake.rows("trusted/catalogue/titles").column("title") == ['Night | "Fog"\nand more', "Bay"]
    quarantine = lake.rows(LINES)
    assert list(zip(quarantine.column("line_number"), quarantine.column("reason"), strict=True)) == [
        (4, "the line can't be read: a quotation mark is not closed"),
        (5, "the line can't be read: text follows a closing quotation mark"),
        (7, "the id is not one of IMDb's"),
    ]
    set_aside = sum(len(line.splitlines()) for line in quarantine.column("line"))
    assert (set_aside, outcome.notes["records"], outcome.notes["lines"]) == (4, 5, 7)


def test_ragged_lines_are_set_aside_with_the_reason(lake: CatalogueLake) -> None:
    lake.given_lines(
        "movies",
        rb"tt0000001|Night|\N|1980|90|Horror|6.1|200|actor|\N|Ana|1950|\N|actor|\N"
        b"\n"
        rb"tt0000002|Fog|\N|1981"
        b"\n"
        rb"tt0000003|Moor|\N|1982|90|Horror|6.1|200|actor|\N|Ana|1950|\N|actor|\N|too|many",
    )
    outcome = lake.trusted_csv()[TITLES.name]
    assert lake.rows(LINES).drawn("line_number", "line", "reason") == table(
        r"""
        line_number | line                                                                                 | reason
        3           | tt0000002!Fog!\N!1981                                                                | the line has 4 fields, not 15
        4           | tt0000003!Moor!\N!1982!90!Horror!6.1!200!actor!\N!Ana!1950!\N!actor!\N!too!many      | the line has 17 fields, not 15
        """  # noqa: E501
    ).replace("!", "|")
    assert outcome.warnings[LINES_ARE_TAKEN] == (
        "Set aside: the line has 17 fields, not 15 (1), the line has 4 fields, not 15 (1)"
    )


def test_lines_of_mixed_encodings_are_read_each_in_its_own(lake: CatalogueLake) -> None:
    line = r"{id}|{title}|\N|1980|90|Horror|6.1|200|actor|\N|Inés|1950|\N|actor|\N"
    utf_8 = line.format(id="tt0000001", title="Bogotá").encode("utf-8")
    latin_1 = line.format(id="tt0000002", title="São Bento").encode("latin-1")
    lake.given_lines("movies", utf_8 + b"\n" + latin_1)
    outcome = lake.trusted_csv()[TITLES.name]
    assert lake.rows("trusted/catalogue/titles").column("title") == ["Bogotá", "São Bento"]
    assert outcome.notes["lines_in_Latin-1"] == 1


@pytest.mark.parametrize("year", ["0", "19xx", "-5", "99999999999999999999", "1980.5"])
def test_a_year_that_is_none_is_null_and_reported(lake: CatalogueLake, year: str) -> None:
    lake.given_csv("movies", f"id | tituloPincipal | anoLancamento | nomeArtista\ntt0000001 | Night | {year} | Ana")
    outcome = lake.trusted_csv()[TITLES.name]
    assert lake.rows("trusted/catalogue/titles").column("start_year") == [None]
    assert outcome.warnings[VALUES_ARE_READABLE] == "unreadable anoLancamento (1)"


@pytest.mark.parametrize("rating", ["11", "-1", "NaN", "1e1", "1_0", "8,1"])
def test_a_rating_that_is_none_is_null_and_reported(lake: CatalogueLake, rating: str) -> None:
    lake.given_csv("movies", f"id | tituloPincipal | notaMedia\ntt0000001 | Night | {rating}")
    outcome = lake.trusted_csv()[TITLES.name]
    assert lake.rows("trusted/catalogue/titles").column("mean_rating") == [None]
    assert outcome.warnings[VALUES_ARE_READABLE] == "unreadable notaMedia (1)"


@pytest.mark.parametrize("title_id", ["nm0000001", "tt12", "tt00000001x", r"\N", ""])
def test_a_line_whose_id_is_not_imdb_s_is_set_aside(lake: CatalogueLake, title_id: str) -> None:
    lake.given_csv("movies", f"id | tituloPincipal\n{title_id} | Night\ntt0000001 | Fog")
    lake.trusted_csv()
    assert lake.rows("trusted/catalogue/titles").column("title") == ["Fog"]
    assert lake.rows(LINES).column("reason") == ["the id is not one of IMDb's"]


def test_a_title_in_both_files_is_a_film_where_both_have_as_many_lines_and_the_others_are_set_aside(
    lake: CatalogueLake,
) -> None:
    lake.given_csv("movies", "id | tituloPincipal | nomeArtista\ntt0000001 | Night | Ana")
    lake.given_csv("series", "id | tituloPincipal | nomeArtista\ntt0000001 | Night | Bruno\ntt0000002 | Fog | Clara")
    lake.trusted_csv()
    assert lake.rows("trusted/catalogue/titles").drawn("title_id", "title_type", "title") == table(
        """
        title_id  | title_type | title
        tt0000001 | film       | Night
        tt0000002 | series     | Fog
        """
    )
    assert lake.rows("trusted/catalogue/title_artists").column("artist_name") == ["Ana", "Clara"]
    assert lake.rows(LINES).column("reason") == ["the title is in both files, and the other is believed"]


def test_a_stray_line_does_not_make_a_film_of_a_series(lake: CatalogueLake) -> None:
    lake.given_csv("movies", "id | tituloPincipal | nomeArtista\ntt0000001 | Night | Ana")
    lake.given_csv("series", "id | tituloPincipal | nomeArtista\ntt0000001 | Night | Bruno\ntt0000001 | Night | Clara")
    lake.trusted_csv()
    assert lake.rows("trusted/catalogue/titles").column("title_type") == ["series"]
    assert lake.rows("trusted/catalogue/title_artists").column("artist_name") == ["Bruno", "Clara"]
    assert lake.rows(LINES).drawn("raw_file", "line_number") == table(
        """
        raw_file                                | line_number
        Raw/Local/CSV/Movies/2022/05/02/movies.csv | 2
        """
    )


def test_a_title_is_as_most_of_its_lines_tell_it_and_the_difference_is_reported(lake: CatalogueLake) -> None:
    lake.given_csv(
        "movies",
        r"""
        id | tituloPincipal | anoLancamento | nomeArtista
        tt0000001 | Night | 1981 | Ana
        tt0000001 | Night | 1980 | Bruno
        tt0000001 | Night | 1980 | Clara
        """,
    )
    outcome = lake.trusted_csv()[TITLES.name]
    assert lake.rows("trusted/catalogue/titles").column("start_year") == [1980]
    assert lake.rows("trusted/catalogue/title_artists").column("artist_name") == ["Ana", "Bruno", "Clara"]
    assert outcome.warnings[VALUES_ARE_READABLE] == "titles that their lines tell differently (1)"


def test_with_too_many_lines_set_aside_nothing_is_published_and_what_was_there_stays(
    lake: CatalogueLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.given_csv("movies", "id | tituloPincipal\ntt0000001 | Night")
    lake.trusted_csv()
    lake.given_csv("movies", "id | tituloPincipal\ntt0000002 | Fog\nnm1 | Moor", day=date(2022, 5, 3))
    monkeypatch.setenv(ALLOWED_BAD_SHARE.name, "0.01")
    outcome = lake.trusted_csv(date(2022, 5, 3))[TITLES.name]
    assert outcome.refused == "1 of 2 rows break the contract: the id is not one of IMDb's (1)"
    assert lake.rows("trusted/catalogue/titles").column("title") == ["Night"]


def test_another_file_in_the_place_of_movies_is_refused_in_one_line(lake: CatalogueLake) -> None:
    lake.given_raw(MOVIES, "movies.csv", b"title;year\nNight;1980\n")
    with pytest.raises(PlatformError, match=r"movies\.csv does not begin with the header of movies\.csv: id\|titulo"):
        lake.trusted_csv()


@pytest.mark.parametrize("lines", [b"", b"\r\n \n"], ids=["nothing", "blank lines"])
def test_a_file_cut_off_below_its_header_is_refused_in_one_line_and_the_titles_stay(
    lake: CatalogueLake, lines: bytes
) -> None:
    lake.given_csv("movies", "id | tituloPincipal\ntt0000001 | Night")
    lake.trusted_csv()
    lake.given_lines("movies", lines, day=date(2022, 5, 3))
    with pytest.raises(PlatformError, match=r"2022/05/03/movies\.csv has its header and no title.*Take the whole file"):
        lake.trusted_csv(date(2022, 5, 3))
    assert lake.rows("trusted/catalogue/titles").column("title") == ["Night"]


def test_without_any_file_trusted_says_what_to_run(lake: CatalogueLake) -> None:
    with pytest.raises(PlatformError, match=r"Raw has none of movies\.csv, series\.csv yet\. Run the assets raw/cat"):
        lake.trusted_csv()


def test_of_a_json_page_that_was_cut_off_the_whole_records_are_read_and_the_rest_is_set_aside(
    lake: CatalogueLake,
) -> None:
    whole = record_files.content_of([json.dumps({"id": n, "title": f"Film {n}", "vote_count": 0}) for n in (1, 2, 3)])
    lake.given_raw(record_files.MOVIES, "movies_0001.json", whole[:-25])
    outcome = lake.trusted_tmdb()[TMDB_TITLES.name][DAY]
    assert lake.rows("trusted/catalogue/tmdb_titles", DAY).column("title") == ["Film 1", "Film 2"]
    reasons = lake.rows(RECORDS, DAY).column("reason")
    assert reasons == ["the line is no JSON", "the file was cut off"]
    assert outcome.warnings[RECORDS_ARE_READABLE] == "Set aside: the file was cut off (1), the line is no JSON (1)"


def test_a_day_of_which_too_little_can_be_read_is_refused_whole_and_stays_as_it_was(lake: CatalogueLake) -> None:
    lake.given_films({"id": 1}, {"id": 2})
    lake.trusted_tmdb()
    before = {file: file.read_bytes() for file in (lake.folder / "trusted").rglob("*.parquet")}
    damaged = b'[\n{"id":1,"title":"Film"},\n' + b"\xff{}}\n" * 9
    lake.given_raw(record_files.MOVIES, "movies_0001.json", damaged)
    outcomes = lake.trusted_tmdb()
    assert {by_day[DAY].refused for by_day in outcomes.values()} == {
        "10 of 11 rows break the contract: the file was cut off (1), the line is no JSON (9)"
    }
    assert {file: file.read_bytes() for file in (lake.folder / "trusted").rglob("*.parquet")} == before


@pytest.mark.parametrize("record", [[], "text", 7, None, {"title": "no id"}, {"id": True}, {"id": 2**40}])
def test_a_record_that_is_no_title_is_set_aside_as_it_came(lake: CatalogueLake, record: object) -> None:
    lake.given_raw(record_files.MOVIES, "movies_0001.json", json.dumps([record, {"id": 1, "title": "Film"}]).encode())
    lake.trusted_tmdb()
    assert lake.rows("trusted/catalogue/tmdb_titles", DAY).column("tmdb_id") == [1]
    assert [json.loads(text) for text in lake.rows(RECORDS, DAY).column("record")] == [record]


def test_an_id_that_tmdb_does_not_know_is_reported(lake: CatalogueLake) -> None:
    lake.given_records(
        record_files.MISSING,
        {"request": "/movie/7?append_to_response=credits", "answer": {"status_message": "Not found."}},
        {"request": "/find/tt0000009?external_source=imdb_id", "answer": {}},
    )
    empty = {"movie_results": [], "tv_results": []}
    lake.given_records(record_files.FOUND, {"imdb_id": "tt0000008", "answer": empty})
    lake.given_records(record_files.UNUSABLE, {"request": "/tv/3", "reason": "/tv/3: the answer broke off"})
    lake.trusted_tmdb()
    assert lake.rows(TMDB_UNANSWERED.name.path, DAY).drawn() == table(
        """
        request                                 | imdb_id   | reason
        /find/tt0000008                         | tt0000008 | TMDB knows no film or series of this IMDb id
        /find/tt0000009?external_source=imdb_id | tt0000009 | TMDB does not know it
        /movie/7?append_to_response=credits     | null      | Not found.
        /tv/3                                   | null      | /tv/3: the answer broke off
        """
    )


def test_half_letters_are_read_as_question_marks_wherever_they_are(lake: CatalogueLake) -> None:
    half = "\ud800"
    lake.given_films({"id": 1, "title": f"Film{half}", f"mood{half}": half, "genres": [{"id": 27, "name": half}]})
    lake.given_records(record_files.MISSING, {"request": f"/tv/{half}", "answer": {"status_message": f"Gone{half}"}})
    lake.given_records(record_files.FOUND, {"imdb_id": half, "answer": {}})
    lake.trusted_tmdb()
    assert lake.rows("trusted/catalogue/tmdb_titles", DAY).column("title") == ["Film?"]
    assert lake.rows(TMDB_FIELDS.name.path, DAY).column("field") == ["mood?"]
    assert lake.rows(TMDB_UNANSWERED.name.path, DAY).column("request") == ["/find/?", "/tv/?"]


def test_a_question_that_a_cut_day_asked_again_is_reported_once_and_not_at_all_once_it_is_answered(
    lake: CatalogueLake,
) -> None:
    for number, reason in enumerate(("the answer broke off", "the answer is no JSON"), 1):
        records = [
            {"request": request, "reason": reason}
            for request in ("/movie/7?language=en", "/movie/8", "/find/tt0000009?external_source=imdb_id")
        ]
        content = record_files.content_of([json.dumps(record) for record in records])
        lake.given_raw(record_files.UNUSABLE, f"unusable_{number:04d}.json", content)
    lake.given_films({"id": 8})
    lake.given_records(
        record_files.FOUND, {"imdb_id": "tt0000009", "answer": {"movie_results": [{"id": 8}], "tv_results": []}}
    )
    outcome = lake.trusted_tmdb()[TMDB_UNANSWERED.name][DAY]
    assert (outcome.refused, outcome.rejected) == ("", 0)
    assert lake.rows(TMDB_UNANSWERED.name.path, DAY).column("request") == ["/movie/7?language=en"]


def test_a_new_field_and_a_field_of_another_type_are_reported_and_the_rest_is_read(lake: CatalogueLake) -> None:
    lake.given_films(
        {"id": 1, "mood": {"dark": 9}, "runtime": "95"},
        {"id": 2, "mood": {"dark": 7}, "vote_average": "high", "vote_count": 12, "release_date": "soon"},
        {"id": 3, "genres": "Horror", "keywords": [], "credits": {"cast": {}, "crew": [7]}},
    )
    outcome = lake.trusted_tmdb()[TMDB_FIELDS.name][DAY]
    assert lake.rows(TMDB_FIELDS.name.path, DAY).drawn(
        "field", "seen_type", "is_new", "title_count", "example"
    ) == table(
        """
        field          | seen_type | is_new | title_count | example
        credits.cast   | object    | False  | 1           | {}
        credits.crew[] | integer   | False  | 1           | 7
        genres         | string    | False  | 1           | "Horror"
        keywords       | array     | False  | 1           | []
        mood           | object    | True   | 2           | {"dark": 7}
        release_date   | string    | False  | 1           | "soon"
        runtime        | string    | False  | 1           | "95"
        vote_average   | string    | False  | 1           | "high"
        """
    )
    assert outcome.warnings[FIELDS_ARE_KNOWN].startswith("credits.cast (object), credits.crew[] (integer), ")
    assert "mood (new)" in outcome.warnings[FIELDS_ARE_KNOWN]
    titles = lake.rows("trusted/catalogue/tmdb_titles", DAY)
    assert titles.drawn("tmdb_id", "runtime_minutes", "mean_rating", "release_date") == table(
        """
        tmdb_id | runtime_minutes | mean_rating | release_date
        1       | 95              | null        | 1980-06-01
        2       | null            | null        | null
        3       | null            | null        | 1980-06-01
        """
    )


def test_an_imdb_id_that_is_none_of_imdb_s_is_reported_and_matches_nothing(lake: CatalogueLake) -> None:
    lake.given_films({"id": 1, "imdb_id": "nm0000001"}, {"id": 2, "imdb_id": ""})
    lake.trusted_tmdb()
    assert lake.rows("trusted/catalogue/tmdb_titles", DAY).column("imdb_id") == [None, None]
    assert lake.rows(TMDB_FIELDS.name.path, DAY).column("example") == ['"nm0000001"']


def test_a_credit_of_an_older_answer_gets_an_id_of_what_it_says(lake: CatalogueLake) -> None:
    cast = [
        {"id": 5, "name": "Ana", "character": "The Nurse", "order": 0},
        {"id": 5, "name": "Ana", "character": "Her Twin", "order": 1},
        {"id": 6, "name": "Bo", "credit_id": "52fe"},
        {"name": "Nobody knows who"},
    ]
    lake.given_films({"id": 1, "credits": {"cast": cast, "crew": []}}, {"id": 2, "credits": {"cast": cast[:1]}})
    lake.trusted_tmdb()
    credits = lake.rows("trusted/catalogue/tmdb_credits", DAY)

    made = {(row["tmdb_id"], row["character"]): row["credit_id"] for row in credits}
    assert (len(made), made[1, None]) == (4, "52fe")
    assert made[1, "The Nurse"] == made[2, "The Nurse"] != made[1, "Her Twin"]
    assert made[1, "The Nurse"].startswith("made-")
    quarantine = lake.rows("quarantine/catalogue/tmdb_credits", DAY)
    assert quarantine.column("person_name") == ["Nobody knows who"]


def test_a_credit_without_a_person_is_set_aside_from_its_table_alone(lake: CatalogueLake) -> None:
    cast = [{"credit_id": "a", "id": 5, "name": "Ana"}, {"credit_id": "b", "id": 6, "name": None}]
    lake.given_films({"id": 1, "credits": {"cast": cast, "crew": []}})
    lake.trusted_tmdb()
    assert lake.rows(TMDB_CREDITS.name.path, DAY).column("person_name") == ["Ana"]
    quarantine = lake.rows("quarantine/catalogue/tmdb_credits", DAY)
    assert quarantine.drawn("credit_id", "reason") == table("credit_id | reason\nb | person_name is not null")


def test_a_day_read_again_once_it_is_mended_has_nothing_set_aside_any_more(lake: CatalogueLake) -> None:
    lake.given_raw(record_files.MOVIES, "movies_0001.json", b'[\n{"id":1,"title":"Film"},\n{"id":')
    lake.trusted_tmdb()
    assert lake.rows(RECORDS, DAY)
    lake.given_films({"id": 1}, {"id": 2})
    lake.trusted_tmdb()
    assert not lake.rows(RECORDS, DAY)
    assert lake.rows("trusted/catalogue/tmdb_titles", DAY).column("tmdb_id") == [1, 2]
