"""Generated titles as the CSV files have them: a row per title and artist, with all that such files are known for."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

from sakila_platform.catalogue.csv.files import DELIMITER, LIST_SEPARATOR, MOVIES, NULL, SERIES, CsvFile
from sakila_platform.catalogue.tmdb_stand_in import words
from sakila_platform.catalogue.tmdb_stand_in.titles import Part, Title

_Value: TypeAlias = "str | int | float | None"
_ODD_SHARE = 0.03
_REPEATED_SHARE = 0.01


def write_csv_files(folder: Path, titles: Iterable[Title], seed: int, bad_lines: int = 0) -> list[Path]:
    """Write movies.csv and series.csv, the same for the same titles and seed. Returns where they are.

    Each has names with pipes in quotes, genres in mixed cases, bytes of Latin-1 among those of UTF-8, and rows that
    come twice. Each also has so many lines that no reader can take: ragged, with a year 0, with an id not IMDb's, and
    a film that is among the series.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = [title for title in titles if title.is_in_csv]
    written = []
    for file, is_series in ((MOVIES, False), (SERIES, True)):
        chance = random.Random(f"{seed} {file.name}")
        own = [title for title in known if title.is_series == is_series]
        lines = list(_lines(chance, file, own))
        others = [title for title in known if title.is_series != is_series]
        for number in range(bad_lines):
            lines.insert(chance.randrange(len(lines) + 1), _bad_line(chance, file, own, others, number))
        target = folder / file.file
        target.write_bytes(file.header.encode() + b"\n" + b"".join(line + b"\n" for line in lines))
        written.append(target)
    return written


def _lines(chance: random.Random, file: CsvFile, titles: list[Title]) -> Iterator[bytes]:
    for title in titles:
        # A title says the same of itself in each of its rows.
        named = _odd_name(chance, title.name) if chance.random() < _ODD_SHARE else title.name
        genres = _written_genres(chance, title)
        for part in title.parts:
            line = _encoded(chance, _row(file, title, named, genres, part))
            yield line
            if chance.random() < _REPEATED_SHARE:
                yield line


def _row(file: CsvFile, title: Title, named: str, genres: str, part: Part) -> list[_Value]:
    person = part.person
    values: dict[str, _Value] = {
        "id": title.imdb_id,
        "tituloPincipal": named,
        "tituloOriginal": title.original_name,
        "anoLancamento": title.released.year,
        "anoTermino": title.end_year,
        "tempoMinutos": title.minutes,
        "genero": genres,
        "notaMedia": title.rating,
        "numeroVotos": title.votes,
        "generoArtista": "actress" if person.gender == 1 else "actor",
        "personagem": part.character,
        "nomeArtista": person.name,
        "anoNascimento": person.born,
        "anoFalecimento": person.died,
        "profissao": person.profession,
        "titulosMaisConhecidos": title.imdb_id,
    }
    return [values[column] for column in file.columns]


def _written_genres(chance: random.Random, title: Title) -> str:
    genres = [words.AS_IMDB_GENRE.get(genre, genre) for genre in title.genres]
    if chance.random() < _ODD_SHARE:
        genres = [chance.choice((str.lower, str.upper))(genre) for genre in genres]
    return LIST_SEPARATOR.join(genres)


def _odd_name(chance: random.Random, name: str) -> str:
    return chance.choice((f"{name} | Uncut", f'The "{name}" Affair', f" {name} ", name.upper()))


def _encoded(chance: random.Random, row: list[_Value]) -> bytes:
    line = DELIMITER.join(_field(value) for value in row)
    return line.encode("latin-1" if chance.random() < _ODD_SHARE else "utf-8")


def _field(value: _Value) -> str:
    if value is None:
        return NULL
    text = str(value)
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if DELIMITER in text or '"' in text else text


def _bad_line(chance: random.Random, file: CsvFile, own: list[Title], others: list[Title], number: int) -> bytes:
    kind = number % 4
    title = chance.choice(others if kind == 3 and others else own)
    row: list[_Value] = [
        value if value is not None else NULL
        for value in _row(file, title, title.name, _written_genres(chance, title), title.parts[0])
    ]
    if kind == 0:
        row = row[: chance.randint(3, len(row) - 1)]
    elif kind == 1:
        row[file.columns.index("anoLancamento")] = 0
    elif kind == 2:
        row[0] = f"nm{title.number:07d}"
    return DELIMITER.join(_field(value) for value in row).encode()
