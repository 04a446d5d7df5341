"""The two CSV files of titles: their columns, and their rows as one line each. Pure.

Pipe-delimited with a header, `\\N` for null, one row per title and artist, so titles repeat. In raw they are kept byte
for byte; what is wrong with a line is for who reads it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sakila_platform.catalogue.raw_paths import CSV, LOCAL, RawSubject

DELIMITER = "|"
NULL = r"\N"
LIST_SEPARATOR = ","
IMDB_ID = re.compile(r"tt[0-9]{7,10}", re.ASCII)

_BEFORE_END = ("id", "tituloPincipal", "tituloOriginal", "anoLancamento")
_AFTER_END = (
    "tempoMinutos",
    "genero",
    "notaMedia",
    "numeroVotos",
    "generoArtista",
    "personagem",
    "nomeArtista",
    "anoNascimento",
    "anoFalecimento",
    "profissao",
    "titulosMaisConhecidos",
)


@dataclass(frozen=True)
class CsvFile:
    """A CSV file of titles. The misspelt column is the file's own."""

    name: str
    raw: RawSubject
    columns: tuple[str, ...]

    @property
    def file(self) -> str:
        """What the file is called: `movies.csv`."""
        return f"{self.name}.csv"

    @property
    def header(self) -> str:
        """Its first line."""
        return DELIMITER.join(self.columns)


MOVIES = CsvFile("movies", RawSubject(LOCAL, CSV, "Movies"), (*_BEFORE_END, *_AFTER_END))
SERIES = CsvFile("series", RawSubject(LOCAL, CSV, "Series"), (*_BEFORE_END, "anoTermino", *_AFTER_END))
CSV_FILES = (MOVIES, SERIES)


def decoded(line: bytes) -> str:
    """A line as text: UTF-8, else Latin-1, in which every byte is a letter. Files have been seen to mix the two."""
    return decoded_and_told(line)[0]


def decoded_and_told(line: bytes) -> tuple[str, bool]:
    """A line as text, and whether it had to be taken for Latin-1."""
    try:
        return line.decode("utf-8"), False
    except UnicodeDecodeError:
        return line.decode("latin-1"), True


def fields_of(line: str) -> list[str]:
    """The fields of a line. A pipe inside quotes belongs to its field; an open quote ends with the line.

    Raises csv.Error for a line that is none, such as one with a carriage return in the middle.
    """
    return next(csv.reader([line], delimiter=DELIMITER), [])


def titles_of_genre(lines: Iterable[bytes], file: CsvFile, genre: str) -> Iterator[str]:
    """The IMDb ids of a file's titles that have a genre among theirs, each once, in the file's order.

    Lines that can't be read, are ragged, or whose id is not one of IMDb's, name no title here: trusted reports them.
    """
    seen: set[str] = set()
    genre_bytes, place = genre.encode().lower(), file.columns.index("genero")
    for line in lines:
        if genre_bytes not in line.lower():
            continue
        try:
            fields = fields_of(decoded(line).rstrip("\r\n"))
        except csv.Error:
            continue
        imdb_id = fields[0].strip() if fields else ""
        if len(fields) != len(file.columns) or imdb_id in seen or not IMDB_ID.fullmatch(imdb_id):
            continue
        if genre.lower() in (each.strip().lower() for each in fields[place].split(LIST_SEPARATOR)):
            seen.add(imdb_id)
            yield imdb_id
