"""The CSV files of titles: header, lines, and the horror titles that they name, however they are written."""

from __future__ import annotations

import io

from sakila_platform.catalogue.csv.files import MOVIES, SERIES, decoded, titles_of_genre
from sakila_platform.catalogue.csv.rows import RawCsv, csv_rows

FILM = "tt0078748|{name}|Alien|1979|117|{genres}|8.5|900000|actress|Ripley|Sigourney Weaver|1949|\\N|actress|tt0078748"


def film(name: str = "Alien", genres: str = "Horror,Sci-Fi") -> bytes:
    return FILM.format(name=name, genres=genres).encode() + b"\n"


def movies(*lines: bytes) -> io.BytesIO:
    return io.BytesIO(MOVIES.header.encode() + b"\n" + b"".join(lines))


def horror(*lines: bytes) -> list[str]:
    return list(titles_of_genre(movies(*lines), MOVIES, "Horror"))


def rows(*lines: bytes) -> list[dict[str, object]]:
    return csv_rows([(RawCsv(MOVIES, "movies.csv"), movies(*lines))]).read_all().to_pylist()


def titles(*lines: bytes) -> list[object]:
    return [row["title"] or row["reason"] for row in rows(*lines)]


def test_the_headers_are_the_files_own_misspelling_and_all() -> None:
    assert MOVIES.header == (
        "id|tituloPincipal|tituloOriginal|anoLancamento|tempoMinutos|genero|notaMedia|numeroVotos|generoArtista"
        "|personagem|nomeArtista|anoNascimento|anoFalecimento|profissao|titulosMaisConhecidos"
    )
    assert SERIES.columns == (*MOVIES.columns[:4], "anoTermino", *MOVIES.columns[4:])


def test_a_title_is_named_once_however_many_artists_it_has() -> None:
    assert horror(film(), film(), film()) == ["tt0078748"]


def test_blanks_around_an_id_are_none_of_it_here_and_in_trusted() -> None:
    line = film().replace(b"tt0078748|", b" tt0078748 |", 1)
    assert horror(line, film()) == ["tt0078748"]
    assert [row["title_id"] for row in rows(line)] == ["tt0078748"]


def test_a_genre_counts_in_any_case_and_whole() -> None:
    assert horror(film(genres="Drama,HORROR")) == ["tt0078748"]
    assert horror(film(genres="Horrorish,Drama")) == []
    assert horror(film(name="Horror", genres="Drama")) == []


def test_in_a_file_that_quotes_a_pipe_inside_quotes_belongs_to_the_name() -> None:
    lines = [film(name='"Alien | Uncut"'), film(name='"The ""Boo"" Affair"'), film(name='say "hi"')]
    assert horror(*lines) == ["tt0078748"]
    assert titles(*lines) == ["Alien | Uncut", 'The "Boo" Affair', 'say "hi"']


def test_in_a_file_without_quoting_a_titles_quotation_marks_are_kept_as_written() -> None:
    names = ['"Scream" Later', '"Giliap"', '"Boo', 'The "Boo" Affair', 'Boo"', '"']
    assert titles(*(film(name=name) for name in names)) == names


def test_a_horror_title_with_a_mark_that_is_never_closed_is_asked_for() -> None:
    other = film().replace(b"tt0078748", b"tt0000002")
    assert horror(film(name='"Alien'), other) == ["tt0078748", "tt0000002"]


def test_a_file_as_spark_writes_it_has_backslashes_before_the_marks_of_a_title() -> None:
    lines = [film(name=r'"\"Scream\" Later"'), film(name=r'"9\" | C:\\"')]
    assert titles(*lines) == ['"Scream" Later', '9" | C:' + "\\"]


def test_a_file_that_quotes_all_its_fields_is_read_as_one() -> None:
    line = b'"' + film().rstrip(b"\n").replace(b"|", b'"|"') + b'"\n'
    assert titles(line) == ["Alien"]
    assert horror(line) == ["tt0078748"]


def test_in_a_file_that_quotes_a_mark_that_is_never_closed_spoils_its_own_line_only() -> None:
    quoted = [film(name=f'"Alien | Part {n}"') for n in range(3)]
    spoilt = rows(quoted[0], film(name='"Alien'), film(), *quoted[1:])[1]
    assert (spoilt["line_number"], spoilt["reason"]) == (3, "the line can't be read: a quotation mark is not closed")
    assert titles(quoted[0], film(name='"Alien'), film(), *quoted[1:])[2:] == [
        "Alien",
        "Alien | Part 1",
        "Alien | Part 2",
    ]


def test_a_pipe_in_the_marks_of_a_file_without_quoting_is_reported_as_such() -> None:
    names = ['"Scream" Later', '"Boo" Again', '"A | B"']
    assert titles(*(film(name=name) for name in names))[2] == (
        "the line has 16 fields, not 15: quotation marks are letters in this file"
    )


def test_a_quoted_title_over_two_lines_is_one_record_of_two_lines() -> None:
    first, second = rows(film(name='"Alien\nUncut | ""long"""'), film(genres="Drama"))
    assert (first["title"], first["line_number"], first["line_count"]) == ('Alien\nUncut | "long"', 2, 2)
    assert (second["line_number"], second["line_count"]) == (4, 1)
    assert first["quoting"] == "texts in quotation marks, which are doubled within"


def test_ragged_lines_and_strange_ids_name_no_title() -> None:
    assert horror(film()[:40] + b"|Horror\n", film().replace(b"tt0078748|Alien", b"nm0000244|Alien", 1)) == []
    assert horror(b"\n", b"||||\n", MOVIES.header.encode()) == []


def test_a_line_that_can_not_be_read_names_no_title_and_stops_nothing() -> None:
    long, other = (film().replace(b"tt0078748", number) for number in (b"tt0000001", b"tt0000002"))
    assert horror(film(name="Al\rien"), long.replace(b"Alien", b"A" * 200_000), other) == ["tt0000001", "tt0000002"]


def test_bytes_of_two_encodings_in_one_file_are_both_read() -> None:
    assert decoded("São".encode()) == decoded("São".encode("latin-1")) == "São"
    assert horror(film(name="Bogotá").decode().encode("latin-1")) == ["tt0078748"]
