"""From trusted to the star of horror."""

from __future__ import annotations

from sakila_platform_tests.drawn_selects import Select
from sakila_platform_tests.tables import table


def test_dim_title_has_the_titles_that_a_source_has_for_horror_by_its_newest_word(select: Select) -> None:
    given = {
        "trusted_catalogue.titles": """
            title_id  | title_type | title | start_year | genres
            tt0000001 | film       | Night | 1980       | Drama, HORROR
            tt0000002 | film       | Tea   | 1970       | Drama
            tt0000003 | film       | Fog   | 1990       | null
        """,
        "trusted_catalogue.tmdb_titles": """
            dt         | title_type | tmdb_id | imdb_id   | title         | release_date | last_air_date
            2022-05-02 | film       | 1       | null      | Not any more  | 1999-01-01   | null
            2022-06-01 | film       | 1       | null      | Not any more  | 1999-01-01   | null
            2022-05-02 | film       | 2       | null      | No horror     | 1999-01-01   | null
            2022-05-02 | film       | 3       | tt0000003 | Fog           | 1990-01-01   | null
            2022-05-02 | series     | 2       | null      | Moor          | null         | 1993-02-01
            2022-05-02 | series     | 3       | null      | No horror too | 1999-01-01   | null
        """,
        "trusted_catalogue.tmdb_genres": """
            dt         | title_type | tmdb_id | genre_id | genre_name
            2022-05-02 | film       | 1       | 27       | Horror
            2022-05-02 | film       | 2       | 35       | Comedy
            2022-05-02 | film       | 3       | 27       | Horror
        """,
        "trusted_catalogue.tmdb_keywords": """
            dt         | title_type | tmdb_id | keyword_id | keyword_name
            2022-05-02 | series     | 2       | 8087       | horror
            2022-05-02 | series     | 3       | 3          | zombie
            2022-05-02 | film       | 3       | 8087       | horror
        """,
    }
    assert select("catalogue/refined/dim_title", given).turned() == table(
        """
        title_id          | tmdb:series/2 | tt0000001 | tt0000003
        title_type        | series        | film      | film
        title             | Moor          | Night     | Fog
        original_title    | null          | null      | null
        original_language | null          | null      | null
        release_date      | null          | null      | 1990-01-01
        start_year        | null          | 1980      | 1990
        end_year          | 1993          | null      | null
        runtime_minutes   | null          | null      | null
        tmdb_type         | series        | null      | film
        tmdb_id           | 2             | null      | 3
        collected_on      | 2022-05-02    | null      | 2022-05-02
        is_in_imdb        | False         | True      | True
        is_in_tmdb        | True          | False     | True
        is_imdb_horror    | False         | True      | False
        is_tmdb_horror    | True          | False     | True
        """
    )


def test_dim_title_believes_imdb_first_and_of_tmdb_s_titles_of_one_imdb_id_that_of_most_votes(select: Select) -> None:
    given = {
        "trusted_catalogue.titles": """
            title_id  | title_type | title | original_title | start_year | end_year | runtime_minutes | genres
            tt0000001 | film       | Night | Noche          | 1980       | 1985     | 90              | Horror
            tt0000002 | series     | Fog   | null           | 1990       | 1995     | null            | Horror
            tt0000003 | film       | Moor  | null           | null       | null     | null            | Horror
        """,
        "trusted_catalogue.tmdb_titles": """
            dt         | title_type | tmdb_id | imdb_id   | title    | original_title | original_language | release_date | last_air_date | runtime_minutes | vote_count
            2022-05-02 | film       | 7       | tt0000001 | Old word | Old word       | en                | 1981-06-01   | null          | 95              | 60
            2022-06-01 | film       | 7       | tt0000001 | La noche | La noche       | es                | 1981-06-01   | null          | 95              | 50
            2022-05-02 | film       | 8       | tt0000001 | Copy     | Copy           | en                | 1981-06-01   | null          | 95              | 50
            2022-05-02 | series     | 1       | tt0000001 | Copy     | Copy           | en                | 1981-06-01   | null          | 95              | 50
            2022-05-02 | series     | 7       | tt0000002 | Niebla   | Niebla         | es                | 1991-01-05   | 1996-02-01    | 45              | null
            2022-05-02 | film       | 5       | tt0000003 | Few      | Few            | en                | 2000-01-01   | null          | 80              | 2
            2022-05-02 | film       | 6       | tt0000003 | Most     | Most           | fr                | 2001-01-01   | null          | 81              | 3
        """,  # noqa: E501
        "trusted_catalogue.tmdb_genres": """
            dt         | title_type | tmdb_id | genre_id | genre_name
            2022-06-01 | film       | 7       | 27       | Horror
        """,
        "trusted_catalogue.tmdb_keywords": """
            dt         | title_type | tmdb_id | keyword_id | keyword_name
            2022-05-02 | series     | 7       | 8087       | horror
        """,
    }
    assert select("catalogue/refined/dim_title", given).turned() == table(
        """
        title_id          | tt0000001  | tt0000002  | tt0000003
        title_type        | film       | series     | film
        title             | Night      | Fog        | Moor
        original_title    | Noche      | Niebla     | Most
        original_language | es         | es         | fr
        release_date      | 1981-06-01 | 1991-01-05 | 2001-01-01
        start_year        | 1980       | 1990       | 2001
        end_year          | null       | 1995       | null
        runtime_minutes   | 90         | 45         | 81
        tmdb_type         | film       | series     | film
        tmdb_id           | 7          | 7          | 6
        collected_on      | 2022-06-01 | 2022-05-02 | 2022-05-02
        is_in_imdb        | True       | True       | True
        is_in_tmdb        | True       | True       | True
        is_imdb_horror    | True       | True       | True
        is_tmdb_horror    | True       | True       | False
        """
    )


def test_dim_date_is_a_day_where_the_year_agrees_else_a_year_and_0_for_what_is_not_known(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id  | release_date | start_year
            tt0000001 | 1980-06-01   | 1980
            tt0000002 | 1980-06-01   | 1980
            tt0000003 | 1980-06-01   | 1979
            tt0000004 | null         | 2001
            tt0000005 | null         | null
        """
    }
    assert select("catalogue/refined/dim_date", given).drawn() == table(
        """
        date_key | date       | year | month | decade | decade_name | year_start_date
        0        | null       | null | null  | null   | Unknown     | null
        19790000 | null       | 1979 | null  | 1970   | 1970s       | 1979-01-01
        19800601 | 1980-06-01 | 1980 | 6     | 1980   | 1980s       | 1980-01-01
        20010000 | null       | 2001 | null  | 2000   | 2000s       | 2001-01-01
        """
    )


GENRE_NAMES = """
    source_genre     | genre
    sci-fi           | Science Fiction
    sci-fi & fantasy | Science Fiction
    sci-fi & fantasy | Fantasy
"""
SUBGENRE_TERMS = """
    subgenre      | kind    | term
    Horror comedy | genre   | Comedy
    Zombie        | keyword | zombie
    Zombie        | keyword | Undead
"""


def test_dim_genre_is_in_one_spelling_with_the_sub_genre_that_it_makes(select: Select) -> None:
    given = {
        "trusted_catalogue.titles": """
            title_id  | genres
            tt0000001 | COMEDY, sci-fi, ,FILM-NOIR, Drama
            tt0000002 | null
        """,
        "trusted_catalogue.tmdb_genres": """
            dt         | genre_name
            2022-05-02 | Comedy
            2022-05-02 | Sci-Fi & Fantasy
        """,
        "declared_catalogue.genre_names": GENRE_NAMES,
        "declared_catalogue.subgenre_terms": """
            subgenre      | kind    | term
            Zom-com       | genre   | comedy
            Horror comedy | genre   | Comedy
            Witchcraft    | keyword | fantasy
        """,
    }
    assert select("catalogue/refined/dim_genre", given).drawn() == table(
        """
        genre_id        | subgenre_id
        Comedy          | Horror comedy
        Drama           | null
        Fantasy         | null
        Film-noir       | null
        Horror          | null
        Science Fiction | null
        """
    )


def test_dim_subgenre_names_its_terms_and_other_has_none(select: Select) -> None:
    given = {"declared_catalogue.subgenre_terms": SUBGENRE_TERMS}
    assert select("catalogue/refined/dim_subgenre", given).drawn() == table(
        """
        subgenre_id   | terms
        Horror comedy | genre comedy
        Other         |
        Zombie        | keyword undead, keyword zombie
        """
    )


def test_dim_keyword_is_of_horror_titles_as_tmdb_s_newest_answer_has_it(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id    | tmdb_type | tmdb_id | collected_on
            tmdb:film/1 | film      | 1       | 2022-06-01
            tmdb:film/2 | film      | 2       | 2022-05-02
            tt0000003   | null      | null    | null
        """,
        "trusted_catalogue.tmdb_keywords": """
            dt         | title_type | tmdb_id | keyword_id | keyword_name
            2022-05-02 | film       | 1       | 3          | zombie
            2022-06-01 | film       | 1       | 4          | vampire
            2022-05-02 | film       | 2       | 4          | Vampire
            2022-05-02 | film       | 9       | 5          | nurse
            2022-05-02 | series     | 2       | 6          | ghost
        """,
    }
    assert select("catalogue/refined/dim_keyword", given).drawn() == table(
        """
        keyword_id | keyword_name
        4          | Vampire
        """
    )


def test_dim_person_is_of_the_files_only_where_tmdb_has_no_credits_of_the_title(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id  | tmdb_type | tmdb_id | collected_on
            tt0000001 | film      | 1       | 2022-05-02
            tt0000002 | null      | null    | null
            tt0000003 | null      | null    | null
        """,
        "trusted_catalogue.tmdb_credits": """
            dt         | title_type | tmdb_id | credit_id | person_id | person_name
            2022-05-02 | film       | 1       | a         | 5         | Ana
            2022-05-02 | film       | 1       | b         | 5         | Ana B.
            2022-05-01 | film       | 1       | b         | 6         | Zoe
            2022-05-02 | film       | 9       | c         | 6         | Zoe
            2022-05-02 | series     | 1       | d         | 6         | Zoe
        """,
        "trusted_catalogue.title_artists": """
            title_id  | artist_id    | artist_name | birth_year | death_year
            tt0000001 | Eva (1950)   | Eva         | 1950       | null
            tt0000002 | Ana (1950)   | Ana         | 1950       | null
            tt0000002 | Bruno (1920) | Bruno       | 1920       | 1999
            tt0000009 | Carla        | Carla       | null       | null
        """,
    }
    assert select("catalogue/refined/dim_person", given).drawn() == table(
        """
        person_id         | person_name | source | birth_year | death_year
        imdb:Ana (1950)   | Ana         | imdb   | 1950       | null
        imdb:Bruno (1920) | Bruno       | imdb   | 1920       | 1999
        tmdb:5            | Ana         | tmdb   | null       | null
        """
    )


def test_bridge_title_genre_says_which_source_has_the_genre(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id  | tmdb_type | tmdb_id | collected_on | is_tmdb_horror
            tt0000001 | film      | 1       | 2022-05-02   | true
            tt0000002 | null      | null    | null         | false
        """,
        "trusted_catalogue.titles": """
            title_id  | genres
            tt0000001 | horror, Sci-Fi
            tt0000002 | Horror, DRAMA, ,
            tt0000003 | Comedy
        """,
        "trusted_catalogue.tmdb_genres": """
            dt         | title_type | tmdb_id | genre_id | genre_name
            2022-05-02 | film       | 1       | 1        | Sci-Fi & Fantasy
            2022-05-01 | film       | 1       | 35       | Comedy
            2022-05-02 | film       | 9       | 35       | Comedy
            2022-05-02 | series     | 1       | 35       | Comedy
        """,
        "declared_catalogue.genre_names": GENRE_NAMES,
    }
    assert select("catalogue/refined/bridge_title_genre", given).drawn() == table(
        """
        title_id  | genre_id        | is_of_imdb | is_of_tmdb
        tt0000001 | Fantasy         | False      | True
        tt0000001 | Horror          | True       | True
        tt0000001 | Science Fiction | True       | True
        tt0000002 | Drama           | True       | False
        tt0000002 | Horror          | True       | False
        """
    )


def test_bridge_title_keyword_has_the_keywords_of_tmdb_s_newest_answer(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id    | tmdb_type | tmdb_id | collected_on
            tmdb:film/1 | film      | 1       | 2022-06-01
            tt0000002   | null      | null    | null
        """,
        "trusted_catalogue.tmdb_keywords": """
            dt         | title_type | tmdb_id | keyword_id | keyword_name
            2022-05-02 | film       | 1       | 3          | zombie
            2022-06-01 | film       | 1       | 4          | vampire
            2022-06-01 | film       | 1       | 5          | ghost
            2022-06-01 | series     | 1       | 6          | nurse
            2022-06-01 | film       | 2       | 7          | ghoul
        """,
    }
    assert select("catalogue/refined/bridge_title_keyword", given).drawn() == table(
        """
        title_id    | keyword_id
        tmdb:film/1 | 4
        tmdb:film/1 | 5
        """
    )


def test_bridge_title_subgenre_says_which_terms_fit_and_other_where_none_does(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id
            tt0000001
            tt0000002
        """,
        "refined_catalogue.bridge_title_genre": """
            title_id  | genre_id
            tt0000001 | Comedy
            tt0000001 | Horror
            tt0000002 | Horror
        """,
        "refined_catalogue.bridge_title_keyword": """
            title_id  | keyword_id
            tt0000001 | 3
            tt0000001 | 4
            tt0000001 | 6
            tt0000002 | 5
        """,
        "refined_catalogue.dim_keyword": """
            keyword_id | keyword_name
            3          | Zombie
            4          | undead
            5          | comedy
            6          | ZOMBIE
        """,
        "declared_catalogue.subgenre_terms": SUBGENRE_TERMS,
    }
    assert select("catalogue/refined/bridge_title_subgenre", given).drawn() == table(
        """
        title_id  | subgenre_id   | evidence
        tt0000001 | Horror comedy | genre comedy
        tt0000001 | Zombie        | keyword undead, keyword zombie
        tt0000002 | Other         | no term fits
        """
    )


def test_fact_title_believes_imdb_s_votes_first_and_has_a_profit_where_both_sums_are_known(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id    | tmdb_type | tmdb_id | collected_on | start_year | release_date
            tmdb:film/2 | film      | 2       | 2022-05-02   | 1979       | 1980-06-01
            tt0000001   | film      | 1       | 2022-06-01   | 1980       | 1980-06-01
            tt0000003   | null      | null    | null         | null       | null
        """,
        "trusted_catalogue.titles": """
            title_id  | mean_rating | vote_count
            tt0000001 | 6.500       | 100
            tt0000003 | null        | 4
        """,
        "trusted_catalogue.tmdb_titles": """
            dt         | title_type | tmdb_id | mean_rating | vote_count | popularity | budget_usd | revenue_usd
            2022-05-02 | film       | 1       | 1.000       | 1          | 1.0000     | 1          | 1
            2022-06-01 | film       | 1       | 9.000       | 3          | 2.5000     | 25         | 10
            2022-06-01 | series     | 1       | 1.000       | 1          | 1.0000     | 1          | 1
            2022-05-02 | film       | 2       | 4.250       | 8          | 0.5000     | null       | 10
        """,
    }
    assert select("catalogue/refined/fact_title", given).turned() == table(
        """
        title_id         | tmdb:film/2 | tt0000001 | tt0000003
        release_date_key | 19790000    | 19800601  | 0
        mean_rating      | 4.250       | 6.500     | null
        vote_count       | 8           | 100       | null
        rating_source    | tmdb        | imdb      | null
        imdb_mean_rating | null        | 6.500     | null
        imdb_vote_count  | null        | 100       | 4
        tmdb_mean_rating | 4.250       | 9.000     | null
        tmdb_vote_count  | 8           | 3         | null
        popularity       | 0.5000      | 2.5000    | null
        budget_usd       | null        | 25        | null
        revenue_usd      | 10          | 10        | null
        profit_usd       | null        | -15       | null
        """
    )


def test_fact_participation_is_of_tmdb_where_it_has_credits_else_of_the_files(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id  | tmdb_type | tmdb_id | collected_on
            tt0000001 | film      | 1       | 2022-05-02
            tt0000002 | film      | 2       | 2022-05-02
            tt0000003 | null      | null    | null
        """,
        "trusted_catalogue.tmdb_credits": """
            dt         | title_type | tmdb_id | credit_type | credit_id | person_id | department | job      | character | billing_order
            2022-05-02 | film       | 1       | cast        | a         | 5         | null       | null     | Witch     | 3
            2022-05-02 | film       | 1       | cast        | b         | 5         | null       | null     | Ghost     | 0
            2022-05-02 | film       | 1       | crew        | c         | 5         | Directing  | Director | null      | null
            2022-05-02 | film       | 1       | cast        | d         | 5         | null       | null     | Ghost     | 9
            2022-05-02 | film       | 1       | crew        | e         | 6         | Sound      | null     | null      | null
            2022-05-01 | film       | 1       | crew        | f         | 7         | Sound      | null     | null      | null
            2022-05-02 | series     | 1       | crew        | g         | 7         | Sound      | null     | null      | null
        """,  # noqa: E501
        "trusted_catalogue.title_artists": """
            title_id  | artist_id | role    | characters   | professions
            tt0000001 | Ana       | actress | Nurse        | actress
            tt0000002 | Ana       | actress | Ghost, Witch | actress,writer
            tt0000002 | Bruno     | actor   | null         | Director ,writer
            tt0000002 | Carla     | unknown | null         | null
        """,
        "refined_catalogue.fact_title": """
            title_id  | release_date_key
            tt0000001 | 19800601
            tt0000002 | 0
            tt0000003 | 0
        """,
    }
    assert select("catalogue/refined/fact_participation", given).drawn() == table(
        """
        title_id  | person_id  | role     | release_date_key | characters   | billing_order
        tt0000001 | tmdb:5     | cast     | 19800601         | Ghost, Witch | 0
        tt0000001 | tmdb:5     | director | 19800601         | null         | null
        tt0000001 | tmdb:6     | sound    | 19800601         | null         | null
        tt0000002 | imdb:Ana   | cast     | 0                | Ghost, Witch | null
        tt0000002 | imdb:Bruno | director | 0                | null         | null
        tt0000002 | imdb:Carla | unknown  | 0                | null         | null
        """
    )


def test_bridge_title_person_has_each_part_of_a_person_in_a_title(select: Select) -> None:
    given = {
        "refined_catalogue.fact_participation": """
            title_id  | person_id | role     | release_date_key | characters | billing_order
            tt0000001 | tmdb:5    | cast     | 19800601         | Ghost      | 0
            tt0000001 | tmdb:5    | director | 19800601         | null       | null
        """
    }
    assert select("catalogue/refined/bridge_title_person", given).drawn() == table(
        """
        title_id  | person_id | role
        tt0000001 | tmdb:5    | cast
        tt0000001 | tmdb:5    | director
        """
    )


def test_unmatched_titles_are_those_of_one_source_and_those_left_out_with_the_reason(select: Select) -> None:
    given = {
        "refined_catalogue.dim_title": """
            title_id    | title_type | title | start_year | tmdb_type | tmdb_id | is_in_imdb | is_in_tmdb
            tt0000001   | film       | Night | 1980       | film      | 7       | true       | true
            tt0000002   | film       | Fog   | 1981       | null      | null    | true       | false
            tt0000003   | series     | Moor  | null       | null      | null    | true       | false
            tt0000009   | film       | Tea   | 1999       | film      | 9       | false      | true
            tmdb:film/8 | film       | Pond  | 2001       | film      | 8       | false      | true
        """,
        "trusted_catalogue.tmdb_titles": """
            dt         | title_type | tmdb_id | imdb_id   | title | release_date
            2022-05-02 | film       | 7       | tt0000001 | Night | 1980-06-01
            2022-05-02 | film       | 10      | tt0000001 | Copy  | 1982-06-01
            2022-05-02 | film       | 11      | tt0000001 | Gone  | 1983-06-01
            2022-06-01 | film       | 11      | null      | Gone  | 1983-06-01
            2022-05-01 | series     | 7       | tt0000001 | Too   | 1984-06-01
        """,
        "trusted_catalogue.tmdb_unanswered": """
            dt         | request   | imdb_id   | reason
            2022-05-02 | /find/tt2 | tt0000002 | An older reason
            2022-06-01 | /find/tt2 | tt0000002 | TMDB knows no title of this id
            2022-06-01 | /movie/9  | tt0000002 | A later question
        """,
    }
    assert select("catalogue/refined/unmatched_titles", given).drawn() == table(
        """
        unmatched_id | source | title_type | title | start_year | reason
        tmdb:film/10 | tmdb   | film       | Copy  | 1982       | another title of TMDB has the same IMDb id
        tmdb:film/8  | tmdb   | film       | Pond  | 2001       | TMDB knows no IMDb id of it
        tmdb:film/9  | tmdb   | film       | Tea   | 1999       | the CSV files have no title of this IMDb id
        tmdb:series/7 | tmdb  | series     | Too   | 1984       | another title of TMDB has the same IMDb id
        tt0000002    | imdb   | film       | Fog   | 1981       | TMDB knows no title of this id
        tt0000003    | imdb   | series     | Moor  | null       | TMDB was not asked, or gave no title of this IMDb id
        """
    )
