"""The CSV files of titles: header, lines, and the horror titles that they name, however they are written."""

from __future__ import annotations

from sakila_platform.catalogue.csv_files import MOVIES, SERIES, decoded, fields_of, titles_of_genre
from sakila_platform.catalogue.csv_rows import RawCsv, csv_rows

FILM = "tt0078748|{name}|Alien|1979|117|{genres}|8.5|900000|actress|Ripley|Sigourney Weaver|1949|\\N|actress|tt0078748"


def film(name: str = "Alien", genres: str = "Horror,Sci-Fi") -> bytes:
    return FILM.format(name=name, genres=genres).encode() + b"\n"


def horror(*lines: bytes) -> list[str]:
    return list(titles_of_genre(lines, MOVIES, "Horror"))


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
    rows = csv_rows([(RawCsv(MOVIES, "movies.csv"), [MOVIES.header.encode(), line])]).read_all()
    assert rows["title_id"].to_pylist() == ["tt0078748"]


def test_a_genre_counts_in_any_case_and_whole() -> None:
    assert horror(film(genres="Drama,HORROR")) == ["tt0078748"]
    assert horror(film(genres="Horrorish,Drama")) == []
    assert horror(film(name="Horror", genres="Drama")) == []


def test_a_pipe_inside_quotes_belongs_to_the_name() -> None:
    assert horror(film(name='"Alien | Uncut"')) == ["tt0078748"]
    assert fields_of('a|"b|""c"""|d') == ["a", 'b|"c"', "d"]
    assert fields_of('a|say "hi"|d') == ["a", 'say "hi"', "d"]


def test_a_quote_that_is_never_closed_spoils_its_own_line_only() -> None:
    other = film().replace(b"tt0078748", b"tt0000002")
    assert horror(film(name='"Alien'), other) == ["tt0000002"]


def test_ragged_lines_and_strange_ids_name_no_title() -> None:
    assert horror(film()[:40] + b"|Horror\n", film().replace(b"tt0078748|Alien", b"nm0000244|Alien", 1)) == []
    assert horror(b"\n", b"||||\n", MOVIES.header.encode()) == []


def test_a_line_that_can_not_be_read_names_no_title_and_stops_nothing() -> None:
    other = film().replace(b"tt0078748", b"tt0000002")
    assert horror(film(name="Al\rien"), film(name="A" * 200_000), other) == ["tt0000002"]


def test_bytes_of_two_encodings_in_one_file_are_both_read() -> None:
    assert decoded("São".encode()) == decoded("São".encode("latin-1")) == "São"
    assert horror(film(name="Bogotá").decode().encode("latin-1")) == ["tt0078748"]
