"""From the lines of the catalogue's CSV files to trusted."""

from __future__ import annotations

from sakila_platform_tests.drawn_selects import Select
from sakila_platform_tests.tables import table


def test_titles_are_as_most_of_their_lines_tell_them_in_the_file_that_has_more_of_them(select: Select) -> None:
    given = {
        "raw_catalogue.csv_rows": """
            line_number | title_type | title_id  | title    | start_year | end_year | genres | mean_rating | reason
            2           | film       | tt0000001 | Night    | 1980       | null     | Horror | 6.500       |
            3           | film       | tt0000001 | Night    | 1981       | null     | Horror | 6.500       |
            4           | film       | tt0000001 | Night    | 1981       | null     | Horror | 6.500       |
            5           | film       | tt0000002 | Fog      | 1990       | null     | Horror | null        |
            2           | series     | tt0000002 | Fog      | 1991       | 1993     | Horror | 7.000       |
            3           | series     | tt0000002 | Fog      | 1991       | 1993     | Horror | 7.000       |
            6           | film       | tt0000003 | Moor     | 2002       | null     | null   | null        |
            7           | film       | tt0000003 | Moor     | 2001       | null     | null   | null        |
            8           | film       | tt0000003 | Moor     | 2001       | null     | null   | null        |
            9           | film       | tt0000003 | Moor     | 2002       | null     | null   | null        |
            4           | series     | tt0000003 | A "Moor" | 2000       | null     | null   | null        |
            5           | series     | tt0000003 | A "Moor" | 2000       | null     | null   | null        |
            10          | film       | tt0000004 | Pond     | null       | null     | null   | null        |
            6           | series     | tt0000004 | Ponds    | null       | null     | null   | null        |
            7           | series     | tt0000004 | Ponds    | null       | null     | null   | null        | ragged
            11          | film       | tt0000004 | Po       | null       | null     | null   | null        | ragged
            12          | film       | tt0000004 | Po       | null       | null     | null   | null        | ragged
            8           | series     | tt0000004 | Ponds    | null       | null     | null   | null        | ragged
            9           | series     | tt0000004 | Ponds    | null       | null     | null   | null        | ragged
            13          | film       | tt0000005 | Tea      | null       | null     | null   | null        | ragged
        """
    }
    assert select("catalogue/trusted/titles", given).turned() == table(
        """
        title_id        | tt0000001 | tt0000002 | tt0000003 | tt0000004
        title_type      | film      | series    | film      | film
        title           | Night     | Fog       | Moor      | Pond
        original_title  | null      | null      | null      | null
        start_year      | 1981      | 1991      | 2002      | null
        end_year        | null      | 1993      | null      | null
        runtime_minutes | null      | null      | null      | null
        genres          | Horror    | Horror    | null      | null
        mean_rating     | 6.500     | 7.000     | null      | null
        vote_count      | null      | null      | null      | null
        """
    )


def test_title_artists_are_known_by_name_and_year_of_birth_with_all_their_characters(select: Select) -> None:
    given = {
        "raw_catalogue.csv_rows": """
            title_type | title_id  | artist_name | birth_year | death_year | role    | character | professions     | known_for | reason
            film       | tt0000001 | Ana         | 1950       | 2001       | Actress | Witch     | actress         | tt0000001 |
            film       | tt0000001 | Ana         | 1950       | 2002       | actress | Ghost     | writer          | tt0000009 |
            film       | tt0000001 | Ana         | 1950       | 2002       | actress | Ghost     | writer          | tt0000009 |
            film       | tt0000001 | Ana         | null       | null       | actress | null      | null            | null      |
            film       | tt0000001 | null        | null       | null       | null    | null      | null            | null      |
            film       | tt0000002 | Bruno       | 1920       | 1999       | null    | null      | director,writer | null      |
            film       | tt0000002 | Carla       | null       | null       | actress | Nurse     | null            | null      | ragged
            series     | tt0000002 | Dora        | null       | null       | actress | Nurse     | null            | null      |
            series     | tt0000002 | Dora        | null       | null       | actress | Nurse     | null            | null      | ragged
            series     | tt0000002 | Dora        | null       | null       | actress | Nurse     | null            | null      | ragged
            series     | tt0000003 | Eva         | null       | null       | actress | Nurse     | null            | null      |
            series     | tt0000003 | Eva         | null       | null       | actress | Nurse     | null            | null      |
            film       | tt0000003 | Fay         | null       | null       | actress | Nurse     | null            | null      |
        """  # noqa: E501
    }
    assert select("catalogue/trusted/title_artists", given).turned() == table(
        """
        title_id    | tt0000001 | tt0000001    | tt0000002       | tt0000003
        artist_id   | Ana       | Ana (1950)   | Bruno (1920)    | Eva
        role        | actress   | actress      | unknown         | actress
        artist_name | Ana       | Ana          | Bruno           | Eva
        birth_year  | null      | 1950         | 1920            | null
        death_year  | null      | 2001         | 1999            | null
        characters  | null      | Ghost, Witch | null            | Nurse
        professions | null      | actress      | director,writer | null
        known_for   | null      | tt0000001    | null            | null
        """
    )


def test_csv_lines_are_those_at_fault_and_those_of_a_title_that_the_other_file_is_believed_about(
    select: Select,
) -> None:
    given = {
        "raw_catalogue.csv_rows": """
            raw_file   | line_number | line        | title_type | title_id  | reason
            movies.csv | 2           | tt0000001   | film       | tt0000001 |
            movies.csv | 3           | tt0000001   | film       | tt0000001 |
            movies.csv | 4           | half a line | film       | null      | too few fields
            movies.csv | 5           | tt0000003   | film       | tt0000003 |
            series.csv | 2           | tt0000001   | series     | tt0000001 |
            series.csv | 3           | tt0000002   | series     | tt0000002 |
            series.csv | 4           | tt0000001   | series     | tt0000001 | no title
            series.csv | 5           | tt0000001   | series     | tt0000001 | no title
            series.csv | 6           | tt0000003   | series     | tt0000003 |
        """
    }
    assert select("catalogue/trusted/csv_lines", given).drawn() == table(
        """
        raw_file   | line_number | line        | reason
        movies.csv | 4           | half a line | too few fields
        series.csv | 2           | tt0000001   | the title is in both files, and the other is believed
        series.csv | 4           | tt0000001   | no title
        series.csv | 5           | tt0000001   | no title
        series.csv | 6           | tt0000003   | the title is in both files, and the other is believed
        """
    )


def test_csv_facts_count_records_lines_encodings_and_titles_that_differ(select: Select) -> None:
    given = {
        "raw_catalogue.csv_rows": """
            line_count | is_latin_1 | title_type | title_id  | title | start_year | unreadable | reason
            1          | false      | film       | tt0000001 | Night | 1980       |            |
            1          | false      | film       | tt0000001 | Night | null       | start_year |
            2          | true       | film       | tt0000002 | Fog   | 1990       |            |
            1          | false      | film       | tt0000002 | Fog   | 1990       |            |
            1          | false      | film       | tt0000002 | Fo    | null       |            | ragged
        """
    }
    assert select("catalogue/trusted/csv_facts", given).drawn() == table(
        """
        fact                                     | how_often
        lines                                    | 6
        lines in Latin-1                         | 1
        records                                  | 5
        titles that their lines tell differently | 1
        unreadable start_year                    | 1
        """
    )
