"""The two CSV files of titles: their columns, and their rows as one line each. Pure.

Pipe-delimited with a header, `\\N` for null, one row per title and artist, so titles repeat. Usually without quoting,
so a title's quotation marks are its own; what they mean is found from each file. In raw they are kept byte for byte;
what is wrong with a line is for who reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from sakila_platform.capture.csv_dialects import Form, Quoting
from sakila_platform.capture.csv_lines import Lines, below_header, found_quoting, read_lines
from sakila_platform.catalogue.raw.paths import CSV, LOCAL, RawSubject

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

    def form_in(self, opened: BinaryIO) -> Form:
        """How its records look in this delivery, with what quotation marks mean in it."""
        form = Form(DELIMITER.encode(), len(self.columns), Quoting.NONE, usual=Quoting.NONE, fits=_has_an_id)
        return form.reading(found_quoting(opened, form))


MOVIES = CsvFile("movies", RawSubject(LOCAL, CSV, "Movies"), (*_BEFORE_END, *_AFTER_END))
SERIES = CsvFile("series", RawSubject(LOCAL, CSV, "Series"), (*_BEFORE_END, "anoTermino", *_AFTER_END))
CSV_FILES = (MOVIES, SERIES)


def decoded(text: bytes) -> str:
    """Bytes as text: UTF-8, else Latin-1, in which every byte is a letter. Files have been seen to mix the two."""
    return decoded_with_encoding(text)[0]


def decoded_with_encoding(text: bytes) -> tuple[str, bool]:
    """Bytes as text, and whether they had to be taken for Latin-1."""
    try:
        return text.decode("utf-8"), False
    except UnicodeDecodeError:
        return text.decode("latin-1"), True


def records_below_header(opened: BinaryIO, form: Form) -> Iterator[Lines]:
    """The records of a file; a text that goes on for some lines is one's, if they are quoted there."""
    return read_lines(below_header(opened), form)


def titles_of_genre(opened: BinaryIO, file: CsvFile, genre: str) -> Iterator[str]:
    """The IMDb ids of a file's titles that have a genre among theirs, each once, in the file's order.

    Records that can't be read, are ragged, or whose id is not one of IMDb's, name no title here: trusted reports them.
    """
    seen: set[str] = set()
    genre_bytes, place = genre.encode().lower(), file.columns.index("genero")
    for record in records_below_header(opened, file.form_in(opened)):
        if genre_bytes not in record.raw.lower() or len(record.fields) != len(file.columns):
            continue
        imdb_id = decoded(record.fields[0]).strip()
        if imdb_id in seen or not IMDB_ID.fullmatch(imdb_id):
            continue
        if genre.lower() in (each.strip().lower() for each in decoded(record.fields[place]).split(LIST_SEPARATOR)):
            seen.add(imdb_id)
            yield imdb_id


def _has_an_id(fields: Sequence[bytes]) -> bool:
    return IMDB_ID.fullmatch(fields[0].decode("latin-1").strip()) is not None
