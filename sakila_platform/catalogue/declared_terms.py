"""The tables that people edit: which genres and keywords make a sub-genre of horror, and how genres are spelt.

They are CSV files beside the SQL that reads them; a setting may name another file of sub-genres.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa

from sakila_platform.catalogue.refined_tables import OTHER
from sakila_platform.errors import PlatformError
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.settings.catalogue import SUBGENRES

REFINED_SQL = SQL_FOLDER / "catalogue" / "refined"
SUBGENRE_TERMS = TableName("declared", "catalogue", "subgenre_terms")
GENRE_NAMES = TableName("declared", "catalogue", "genre_names")
_KINDS = ("genre", "keyword")


def subgenre_terms() -> pa.Table:
    """One row per sub-genre, kind (genre or keyword) and term.

    Raises PlatformError, naming the line, for a row that is not so, or is there twice.
    """
    file = Path(SUBGENRES.read() or REFINED_SQL / "subgenres.csv")
    rows = _rows(file, ("subgenre", "kind", "term"))
    called = _called()
    seen: set[tuple[str, ...]] = set()
    spelt: dict[str, str] = {}
    for line, row in rows:
        subgenre, kind, term = row
        if kind not in _KINDS:
            raise PlatformError(f"{file} line {line}: {kind!r} is no kind of term. Give {' or '.join(_KINDS)}.")
        if subgenre.lower() == OTHER.lower():
            raise PlatformError(f"{file} line {line}: {OTHER} is what titles are that no term fits. Take another name.")
        if kind == "genre" and term.lower() in called:
            spelling = " and ".join(called[term.lower()])
            raise PlatformError(f"{file} line {line}: the genre {term} is {spelling} here (genres.csv). Write that.")
        if spelt.setdefault(subgenre.lower(), subgenre) != subgenre:
            raise PlatformError(f"{file} line {line}: {subgenre} is spelt {spelt[subgenre.lower()]} above. Choose one.")
        if (key := (subgenre, kind, term.lower())) in seen:
            raise PlatformError(f"{file} line {line}: {kind} {term} is there twice for {subgenre}. Remove one.")
        seen.add(key)
    return _table(("subgenre", "kind", "term"), [row for _, row in rows])


def genre_names() -> pa.Table:
    """One row per genre as a source spells it, in lower case, and genre that it is. Raises PlatformError as above."""
    rows = _rows(REFINED_SQL / "genres.csv", ("source_genre", "genre"))
    return _table(("source_genre", "genre"), [(source_genre.lower(), genre) for _, (source_genre, genre) in rows])


def _called() -> dict[str, list[str]]:
    """What genres that a source spells otherwise are called here, by that spelling in lower case."""
    called: dict[str, list[str]] = {}
    for _, (source_genre, genre) in _rows(REFINED_SQL / "genres.csv", ("source_genre", "genre")):
        if source_genre.lower() != genre.lower():
            called.setdefault(source_genre.lower(), []).append(genre)
    return called


def _rows(file: Path, columns: tuple[str, ...]) -> list[tuple[int, tuple[str, ...]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            lines = list(csv.reader(opened))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PlatformError(f"{file} can't be read: {error}. Put a CSV file there as UTF-8 text.") from None
    if not lines or tuple(lines[0]) != columns:
        raise PlatformError(f"{file} does not begin with {','.join(columns)}. Give it that first line.")
    rows = []
    for line, fields in enumerate(lines[1:], 2):
        values = tuple(field.strip() for field in fields)
        if len(values) != len(columns) or not all(values):
            raise PlatformError(f"{file} line {line}: give {', '.join(columns)}, and nothing else.")
        rows.append((line, values))
    return rows


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> pa.Table:
    by_column = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [pa.array(values, pa.string()) for values in by_column]
    return pa.table(dict(zip(columns, arrays, strict=True)))
