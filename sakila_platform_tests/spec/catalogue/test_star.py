"""What the star of horror promises: titles matched by IMDb's id, sub-genres by a table, each title counted once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from sakila_platform.catalogue.refined_build import CHECKS, build_refined, refined_build
from sakila_platform.catalogue.refined_tables import BRIDGE_TITLE_SUBGENRE, FACT_TITLE, UNMATCHED_TITLES
from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.location import open_lake
from sakila_platform.settings.catalogue import SUBGENRES
from sakila_platform.settings.places import HOME
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.star import unpartitioned_builds
from sakila_platform.star.unpartitioned_builds import UnpartitionedBuild, build_unpartitioned
from sakila_platform_tests.catalogue_lake import COMEDY, DAY, HORROR, SHARE, CatalogueLake
from sakila_platform_tests.tables import table

ANA = {"id": 5, "name": "Ana"}


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CatalogueLake:
    """A lake with nothing in it."""
    monkeypatch.setenv(HOME.name, str(tmp_path))
    monkeypatch.setenv(ALLOWED_BAD_SHARE.name, str(SHARE))
    return CatalogueLake(tmp_path / "lake")


def test_titles_of_one_imdb_id_are_one_and_titles_of_one_name_are_not(lake: CatalogueLake) -> None:
    lake.given_csv(
        "movies",
        """
        id | tituloPincipal | anoLancamento | genero | notaMedia | numeroVotos | nomeArtista
        tt0000001 | Night | 1980 | Drama,Horror | 6.5 | 100 | Ana
        tt0000002 | Fog | 1981 | Horror | 5.5 | 50 | Ana
        """,
    )
    lake.given_films(
        {"id": 7, "imdb_id": "tt0000001", "title": "La noche"},
        {"id": 8, "title": "Fog"},
    )
    lake.refined()
    assert lake.rows("refined/catalogue/dim_title").drawn("title_id", "title", "tmdb_id", "is_in_imdb") == table(
        """
        title_id    | title | tmdb_id | is_in_imdb
        tmdb:film/8 | Fog   | 8       | False
        tt0000001   | Night | 7       | True
        tt0000002   | Fog   | null    | True
        """
    )


def test_what_did_not_match_is_reported_with_the_reason(lake: CatalogueLake) -> None:
    lake.given_csv("movies", "id | tituloPincipal | genero\ntt0000001 | Night | Horror\ntt0000002 | Moor | Horror")
    lake.given_films(
        {"id": 7, "imdb_id": "tt0000001", "vote_count": 9},
        {"id": 8},
        {"id": 9, "imdb_id": "tt0000009"},
        {"id": 10, "imdb_id": "tt0000001"},
    )
    outcome = lake.refined()[UNMATCHED_TITLES.name]
    assert lake.rows("refined/catalogue/unmatched_titles").drawn("source", "unmatched_id", "reason") == table(
        """
        source | unmatched_id | reason
        imdb   | tt0000002    | TMDB was not asked, or gave no title of this IMDb id
        tmdb   | tmdb:film/10 | another title of TMDB has the same IMDb id
        tmdb   | tmdb:film/8  | TMDB knows no IMDb id of it
        tmdb   | tmdb:film/9  | the CSV files have no title of this IMDb id
        """
    )
    assert outcome.warnings["titles_are_matched"].startswith("1 of imdb: TMDB was not asked")


def test_horror_is_what_either_source_has_for_it(lake: CatalogueLake) -> None:
    lake.given_csv(
        "movies",
        """
        id | tituloPincipal | genero
        tt0000001 | Night | Drama,HORROR
        tt0000002 | Tea | Drama
        tt0000003 | Fog | Comedy
        """,
    )
    lake.given_films({"id": 7, "imdb_id": "tt0000003"}, {"id": 8, "title": "Tea", "genres": [COMEDY]})
    lake.given_series({"id": 9, "name": "Moor"}, {"id": 10, "name": "Tea", "keywords": {"results": []}})
    lake.refined()
    assert lake.rows("refined/catalogue/dim_title").drawn("title", "is_imdb_horror", "is_tmdb_horror") == table(
        """
        title | is_imdb_horror | is_tmdb_horror
        Moor  | False          | True
        Night | True           | False
        Fog   | False          | True
        """
    )


def test_sub_genres_come_of_co_genres_and_keywords_and_say_why(lake: CatalogueLake) -> None:
    lake.given_films(
        {"id": 1, "genres": [HORROR, COMEDY], "keywords": {"keywords": [{"id": 3, "name": "Zombie"}]}},
        {"id": 2},
    )
    lake.refined()
    assert lake.rows("refined/catalogue/bridge_title_subgenre").drawn() == table(
        """
        title_id    | subgenre_id   | evidence
        tmdb:film/1 | Horror comedy | genre comedy
        tmdb:film/1 | Zombie        | keyword zombie
        tmdb:film/2 | Other         | no term fits
        """
    )


def test_a_sub_genre_is_added_by_a_line_in_a_file(
    lake: CatalogueLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = tmp_path / "mine.csv"
    # Spreadsheets begin such a file with a mark.
    terms.write_text("\ufeffsubgenre,kind,term\nHospital horror,keyword,nurse\n", encoding="utf-8")
    monkeypatch.setenv(SUBGENRES.name, str(terms))
    lake.given_films({"id": 1, "keywords": {"keywords": [{"id": 3, "name": "nurse"}]}})
    lake.refined()
    assert lake.rows("refined/catalogue/bridge_title_subgenre").column("subgenre_id") == ["Hospital horror"]
    assert lake.rows("refined/catalogue/dim_subgenre").column("subgenre_id") == ["Hospital horror", "Other"]


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("sub,kind,term\n", "does not begin with subgenre,kind,term"),
        ("subgenre,kind,term\nA,mood,x\n", "line 2: 'mood' is no kind of term. Give genre or keyword"),
        ("subgenre,kind,term\nA,genre\n", "line 2: give subgenre, kind, term"),
        ("subgenre,kind,term\nA,genre,x\nA,genre,X\n", "line 3: genre X is there twice for A"),
        ("subgenre,kind,term\nA,genre,x\na,genre,y\n", "line 3: a is spelt A above"),
        ("subgenre,kind,term\nA,genre,Sci-Fi\n", "line 2: the genre Sci-Fi is Science Fiction here"),
        ("subgenre,kind,term\nother,genre,x\n", "line 2: Other is what titles are that no term fits"),
    ],
)
def test_a_broken_table_of_sub_genres_is_named_with_its_line(
    lake: CatalogueLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reported: str
) -> None:
    terms = tmp_path / "mine.csv"
    terms.write_text(text, encoding="utf-8")
    monkeypatch.setenv(SUBGENRES.name, str(terms))
    lake.given_films({"id": 1})
    with pytest.raises(PlatformError, match=reported):
        lake.refined()


def test_profit_is_there_only_where_budget_and_revenue_are_known(lake: CatalogueLake) -> None:
    lake.given_films(
        {"id": 1, "budget": 10, "revenue": 25},
        {"id": 2, "budget": 10},
        {"id": 3, "revenue": 25},
        {"id": 4},
        {"id": 5, "budget": 25, "revenue": 10},
    )
    lake.refined()
    assert lake.rows("refined/catalogue/fact_title").drawn(
        "title_id", "budget_usd", "revenue_usd", "profit_usd"
    ) == table(
        """
        title_id    | budget_usd | revenue_usd | profit_usd
        tmdb:film/1 | 10         | 25          | 15
        tmdb:film/2 | 10         | null        | null
        tmdb:film/3 | null       | 25          | null
        tmdb:film/4 | null       | null        | null
        tmdb:film/5 | 25         | 10          | -15
        """
    )


def test_imdb_s_rating_counts_before_tmdb_s_and_a_title_without_votes_has_none(lake: CatalogueLake) -> None:
    lake.given_csv(
        "movies", "id | tituloPincipal | genero | notaMedia | numeroVotos\ntt0000001 | Night | Horror | 6.5 | 100"
    )
    lake.given_films(
        {"id": 1, "imdb_id": "tt0000001", "vote_average": 9.0, "vote_count": 3},
        {"id": 2, "vote_average": 4.25, "vote_count": 8},
        {"id": 3, "vote_average": 0.0, "vote_count": 0},
    )
    lake.refined()
    assert lake.rows("refined/catalogue/fact_title").drawn(
        "title_id", "mean_rating", "vote_count", "rating_source"
    ) == table(
        """
        title_id    | mean_rating | vote_count | rating_source
        tmdb:film/2 | 4.250       | 8          | tmdb
        tmdb:film/3 | null        | null       | null
        tt0000001   | 6.500       | 100        | imdb
        """
    )


def test_the_parts_of_a_title_come_of_one_source_and_no_person_is_matched_by_name(lake: CatalogueLake) -> None:
    lake.given_csv(
        "movies",
        r"""
        id | tituloPincipal | genero | generoArtista | personagem | nomeArtista | anoNascimento | profissao
        tt0000001 | Night | Horror | actress | Nurse | Ana | 1950 | actress
        tt0000002 | Fog | Horror | actress | Witch | Ana | 1950 | actress
        tt0000002 | Fog | Horror | actress | Ghost | Ana | 1950 | actress
        tt0000002 | Fog | Horror | actor | \N | Bruno | \N | director,writer
        """,
    )
    cast = [{**ANA, "credit_id": "a", "character": "The Nurse", "order": 0}]
    crew = [{**ANA, "credit_id": "b", "job": "Director", "department": "Directing"}]
    lake.given_films({"id": 1, "imdb_id": "tt0000001", "credits": {"cast": cast, "crew": crew}})
    lake.refined()
    assert lake.rows("refined/catalogue/fact_participation").drawn(
        "title_id", "person_id", "role", "characters"
    ) == table(
        """
        title_id  | person_id       | role     | characters
        tt0000001 | tmdb:5          | cast     | The Nurse
        tt0000001 | tmdb:5          | director | null
        tt0000002 | imdb:Ana (1950) | cast     | Ghost, Witch
        tt0000002 | imdb:Bruno      | director | null
        """
    )
    assert lake.rows("refined/catalogue/dim_person").drawn("person_id", "birth_year") == table(
        """
        person_id       | birth_year
        imdb:Ana (1950) | 1950
        imdb:Bruno      | null
        tmdb:5          | null
        """
    )


def test_a_release_is_on_its_day_where_that_is_known_else_in_its_year_else_unknown(lake: CatalogueLake) -> None:
    lake.given_csv("movies", r"""
        id | tituloPincipal | genero | anoLancamento
        tt0000001 | Night | Horror | 1980
        tt0000002 | Fog | Horror | 1979
        tt0000003 | Moor | Horror | \N
    """)  # fmt: skip
    lake.given_films({"id": 1, "imdb_id": "tt0000001"}, {"id": 2, "imdb_id": "tt0000002"})
    lake.refined()
    keys = lake.rows("refined/catalogue/fact_title").drawn("title_id", "release_date_key")
    assert keys == table(
        """
        title_id  | release_date_key
        tt0000001 | 19800601
        tt0000002 | 19790000
        tt0000003 | 0
        """
    )
    assert lake.rows("refined/catalogue/dim_date").drawn("date_key", "year", "decade_name") == table(
        """
        date_key | year | decade_name
        0        | null | Unknown
        19790000 | 1979 | 1970s
        19800601 | 1980 | 1980s
        """
    )


def test_tmdb_s_newest_answer_about_a_title_counts_with_all_that_hangs_on_it(lake: CatalogueLake) -> None:
    later = date(2022, 6, 1)
    old, fresh = [{"id": 3, "name": "zombie"}], [{"id": 4, "name": "vampire"}]
    lake.given_films({"id": 1, "keywords": {"keywords": old}}, {"id": 2, "keywords": {"keywords": old}})
    lake.given_films({"id": 1, "title": "Newer", "keywords": {"keywords": fresh}}, day=later)
    lake.trusted_tmdb(later)
    lake.refined()
    assert lake.rows("refined/catalogue/dim_title").column("title") == ["Newer", "Film 2"]
    assert lake.rows("refined/catalogue/bridge_title_keyword").column("keyword_id") == [4, 3]


def test_genres_of_both_sources_are_one_genre_in_one_spelling(lake: CatalogueLake) -> None:
    lake.given_csv("movies", "id | tituloPincipal | genero\ntt0000001 | Night | horror,SCI-FI,film-noir")
    lake.given_films({"id": 1, "imdb_id": "tt0000001", "genres": [HORROR, {"id": 878, "name": "Science Fiction"}]})
    lake.refined()
    assert lake.rows("refined/catalogue/bridge_title_genre").drawn("genre_id", "is_of_imdb", "is_of_tmdb") == table(
        """
        genre_id        | is_of_imdb | is_of_tmdb
        Film-noir       | True       | False
        Horror          | True       | True
        Science Fiction | True       | True
        """
    )


RATINGS = st.lists(st.integers(10, 100), min_size=1, max_size=4)


@hypothesis_settings(max_examples=12, deadline=None)
@given(ratings=RATINGS, people=st.integers(0, 4), keywords=st.integers(0, 3), genres=st.integers(0, 2))
def test_averages_are_never_multiplied_by_casts_genres_or_keywords(
    tmp_path_factory: pytest.TempPathFactory, ratings: list[int], people: int, keywords: int, genres: int
) -> None:
    lake = CatalogueLake(tmp_path_factory.mktemp("averages"))
    cast = [{"id": n, "name": f"P{n}", "credit_id": str(n)} for n in range(1, people + 1)]
    named = [{"id": n, "name": word} for n, word in enumerate(("zombie", "slasher", "ghost")[:keywords], 1)]
    also = [COMEDY, {"id": 878, "name": "Science Fiction"}][:genres]
    # Only the first has so many of everything: a mean that is multiplied would be drawn towards it.
    first = {"credits": {"cast": cast, "crew": []}, "keywords": {"keywords": named}, "genres": [HORROR, *also]}
    lake.given_films(
        *({"id": n, "vote_average": rating / 10, "vote_count": 10, **(first if n == 1 else {})}
          for n, rating in enumerate(ratings, 1))
    )  # fmt: skip
    outcome = lake.refined()[FACT_TITLE.name]
    found = lake.rows("refined/catalogue/fact_title").column("mean_rating")
    assert sorted(found) == sorted(Decimal(rating).scaleb(-1) for rating in ratings)
    assert outcome.checks == {"averages_once": ""}


def test_the_check_sees_a_fact_that_is_there_once_for_each_person(lake: CatalogueLake) -> None:
    cast = [{"id": n, "name": f"P{n}", "credit_id": str(n)} for n in (1, 2, 3)]
    lake.given_films({"id": 1, "vote_average": 6.0, "vote_count": 10, "credits": {"cast": cast, "crew": []}})
    lake.refined()
    build = refined_build(open_lake(str(lake.folder)))
    check = next(check for check in CHECKS if check.name == "averages_once")
    with open_duckdb() as connection:
        unpartitioned_builds.show_inputs(connection, build, check.query.lake_inputs, set())
        connection.execute("CREATE TABLE tripled AS FROM refined_catalogue.fact_title, range(3)")
        connection.execute("DROP VIEW refined_catalogue.fact_title")
        connection.execute("CREATE VIEW refined_catalogue.fact_title AS FROM tripled")
        fault = connection.execute(check.query.sql).fetchone()
    assert fault == ("it has 3 titles with 30 votes, where dim_title has 1 and their sources 10 votes",)


def test_the_star_of_nothing_says_what_to_run(lake: CatalogueLake) -> None:
    with pytest.raises(PlatformError, match=r"The lake has neither .* Run the catalogue first"):
        build_refined(open_lake(str(lake.folder)))


def test_building_the_star_twice_changes_nothing(lake: CatalogueLake) -> None:
    lake.given_films({"id": 1, "vote_average": 6.0, "vote_count": 10}, {"id": 2, "budget": 5, "revenue": 9})
    lake.refined()
    files = {file: file.read_bytes() for file in lake.folder.rglob("*.parquet")}
    lake.refined()
    assert {file: file.read_bytes() for file in lake.folder.rglob("*.parquet")} == files


def test_where_one_table_is_refused_the_whole_star_stays_as_it_was(
    lake: CatalogueLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.given_films({"id": 1})
    lake.refined()
    files = {file: file.read_bytes() for file in (lake.folder / "refined").rglob("*.parquet")}
    lake.given_films({"id": 1}, {"id": 2})
    lake.trusted_tmdb()
    # The name is too long for dim_subgenre, which comes after the titles.
    terms = tmp_path / "mine.csv"
    terms.write_text(f"subgenre,kind,term\n{'long' * 30},keyword,nurse\n", encoding="utf-8")
    monkeypatch.setenv(SUBGENRES.name, str(terms))
    monkeypatch.setenv(ALLOWED_BAD_SHARE.name, "0.01")
    outcomes = build_refined(open_lake(str(lake.folder)))
    assert [(name.table, bool(outcome.refused)) for name, outcome in outcomes.items()] == [("dim_subgenre", True)]
    assert {file: file.read_bytes() for file in (lake.folder / "refined").rglob("*.parquet")} == files


def test_a_query_that_differs_from_its_contract_is_named(lake: CatalogueLake, tmp_path: Path) -> None:
    (tmp_path / "bridge_title_subgenre.sql").write_text("-- One row per title.\nSELECT 1 AS title_id", encoding="utf-8")
    build = refined_build(open_lake(str(lake.folder)))
    broken = UnpartitionedBuild(build.lake, tmp_path, build.contracts, 0.01)
    with open_duckdb() as connection, pytest.raises(PlatformError, match="differ in evidence, subgenre_id"):
        build_unpartitioned(connection, broken, [BRIDGE_TITLE_SUBGENRE])


def test_the_day_of_an_answer_is_its_partition(lake: CatalogueLake) -> None:
    lake.given_films({"id": 1})
    lake.refined()
    assert lake.rows("refined/catalogue/dim_title").column("collected_on") == [DAY]
