"""A day's raw files from TMDB as rows of the trusted tables; both lanes read by it. Pure.

The last answer about a title counts, if a day has several. What can't be read at all is set aside with the reason.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from sakila_platform.catalogue import trusted_tables as tables
from sakila_platform.catalogue.raw.paths import RawFile, RawSubject
from sakila_platform.catalogue.tmdb import known_fields
from sakila_platform.catalogue.tmdb import record_files as subjects
from sakila_platform.catalogue.tmdb.known_fields import Odd, odd_fields
from sakila_platform.catalogue.tmdb.values import Values, whole_letters
from sakila_platform.model.contracts import Table, quarantine_schema

TITLE_SUBJECTS = {subjects.MOVIES: tables.FILM, subjects.SERIES: tables.SERIES}
READ_SUBJECTS: tuple[RawSubject, ...] = (*TITLE_SUBJECTS, subjects.FOUND, subjects.MISSING, subjects.UNUSABLE)
"""What trusted reads. The pages of searches only say which titles are asked for next."""
_EXAMPLE = 200
# What TMDB gives are 24 digits of hexadecimals: none of them begins so.
_MADE_ID = "made-"
_IMDB_ID_IN_A_PATH = re.compile(r"^/find/(tt[0-9]{7,10})(?:\?|$)", re.ASCII)
_PATHS = {tables.FILM: "movie", tables.SERIES: "tv"}
_SHAPES = {tables.FILM: known_fields.FILM, tables.SERIES: known_fields.SERIES}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class TmdbDay:
    """A day's rows by table, by primary key, typed but not held against the contracts; and what could not be read."""

    rows: dict[str, pa.Table]
    rejected: pa.Table
    record_count: int

    def of(self, table: Table) -> pa.Table:
        """The rows of a table."""
        return self.rows[table.name.table]


@dataclass
class _Gathered:
    rows: dict[str, dict[Row, None]] = field(default_factory=lambda: {t.name.table: {} for t in tables.TMDB_TABLES})
    odd: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)
    """By title type, field and type: the oddity, and how many titles have it."""
    seen: set[tuple[str, int]] = field(default_factory=set)
    unanswered: dict[str, Row] = field(default_factory=dict)
    """By the path of the question: a cut day may have asked it twice, and had an answer then."""
    found: set[str] = field(default_factory=set)
    """Paths of /find that named a title."""
    rejected: list[Row] = field(default_factory=list)
    records: int = 0

    def add(self, table: Table, *row: Any) -> None:
        # A row that is there already is no second one.
        self.rows[table.name.table][row] = None

    def note(self, title_type: str, found: Iterable[Odd]) -> None:
        for odd in found:
            self.odd.setdefault((title_type, odd.path, odd.seen_type), [odd, 0])[1] += 1


def tmdb_day(files: Iterable[tuple[RawFile, bytes]]) -> TmdbDay:
    """The rows of a day's files of READ_SUBJECTS, given with their contents."""
    gathered = _Gathered()
    # The newest first, so that the last answer about a title is the one that counts.
    for file, content in sorted(files, key=lambda each: each[0], reverse=True):
        _read_file(gathered, file, content)
    for (title_type, path, seen_type), (odd, count) in gathered.odd.items():
        example = json.dumps(odd.value)[:_EXAMPLE]
        gathered.add(tables.TMDB_FIELDS, title_type, whole_letters(path)[:500], seen_type, odd.is_new, count, example)
    answered = {f"/{_PATHS[title_type]}/{tmdb_id}" for title_type, tmdb_id in gathered.seen} | gathered.found
    for path, row in gathered.unanswered.items():
        if path not in answered:
            gathered.add(tables.TMDB_UNANSWERED, *row)
    rows = {table.name.table: _typed(table, gathered.rows[table.name.table]) for table in tables.TMDB_TABLES}
    return TmdbDay(rows, _rejected(gathered.rejected), gathered.records)


def _typed(table: Table, rows: Iterable[Row]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(table.columns)
    # Nullable all of them: whether a value may lack is for the audit.
    schema = pa.schema([pa.field(column.name, column.type.arrow) for column in table.columns])
    arrays = [pa.array(list(values), kind) for values, kind in zip(columns, schema.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema).sort_by([(name, "ascending") for name in table.primary_key])


def _rejected(rows: Sequence[Row]) -> pa.Table:
    schema = quarantine_schema(tables.TMDB_RECORDS)
    columns = list(zip(*sorted(rows), strict=True)) or [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(list(values), kind) for values, kind in zip(columns, schema.types, strict=True)], schema=schema
    )


def _read_file(gathered: _Gathered, file: RawFile, content: bytes) -> None:
    found = subjects.records_of(content)
    rejected = list(found.rejected)
    for record in reversed(found.records):
        fault = _read_record(gathered, file.about, record)
        if fault:
            rejected.append((json.dumps(record), fault))
    gathered.records += len(found.records)
    gathered.rejected += [(file.path, n, record, reason) for n, (record, reason) in enumerate(rejected, 1)]


def _read_record(gathered: _Gathered, about: RawSubject, record: Any) -> str:
    """Take a record in; returns why it can't be, or ""."""
    if not isinstance(record, dict):
        return "the record is no object"
    if about in TITLE_SUBJECTS:
        return _read_title(gathered, TITLE_SUBJECTS[about], record)
    return _read_unanswered(gathered, about, record)


def _read_unanswered(gathered: _Gathered, about: RawSubject, record: dict[str, Any]) -> str:
    answer = record.get("answer")
    answer = answer if isinstance(answer, dict) else {}
    if about == subjects.FOUND:
        imdb_id = record.get("imdb_id")
        if not isinstance(imdb_id, str):
            return "the record has no imdb_id"
        imdb_id = whole_letters(imdb_id)
        path = f"/find/{imdb_id}"
        if answer.get("movie_results") or answer.get("tv_results"):
            gathered.found.add(path)
        else:
            gathered.unanswered[path] = (path, imdb_id, "TMDB knows no film or series of this IMDb id")
        return ""
    request = record.get("request")
    if not isinstance(request, str):
        return "the record has no request"
    request = whole_letters(request)
    message = answer.get("status_message") if about == subjects.MISSING else record.get("reason")
    looked_for = _IMDB_ID_IN_A_PATH.match(request)
    reason = whole_letters(message) if isinstance(message, str) and message else "TMDB does not know it"
    path = request if request.startswith("/discover/") else request.split("?")[0]
    gathered.unanswered[path] = (request, looked_for.group(1) if looked_for else None, reason)
    return ""


def _read_title(gathered: _Gathered, title_type: str, record: dict[str, Any]) -> str:
    values = Values(odd_fields(record, _SHAPES[title_type]))
    tmdb_id = values.integer("id", record.get("id"))
    if tmdb_id is None:
        return "the record has no id"
    if (title_type, tmdb_id) in gathered.seen:
        return ""
    gathered.seen.add((title_type, tmdb_id))
    title = (title_type, tmdb_id)
    gathered.add(tables.TMDB_TITLES, *title, *_title_values(values, title_type, record))
    for genre in values.items("genres", record.get("genres")):
        gathered.add(tables.TMDB_GENRES, *title, *_named(values, "genres[]", genre))
    keywords, name = record.get("keywords"), "keywords" if title_type == tables.FILM else "results"
    for keyword in values.items(f"keywords.{name}", keywords.get(name) if isinstance(keywords, dict) else None):
        gathered.add(tables.TMDB_KEYWORDS, *title, *_named(values, f"keywords.{name}[]", keyword))
    for credit in _credits(values, record.get("credits")):
        gathered.add(tables.TMDB_CREDITS, *title, *credit)
    gathered.note(title_type, values.odd.values())
    return ""


def _title_values(values: Values, title_type: str, record: dict[str, Any]) -> Row:
    is_film = title_type == tables.FILM
    name, original, released = (
        ("title", "original_title", "release_date") if is_film else ("name", "original_name", "first_air_date")
    )
    votes = values.integer("vote_count", record.get("vote_count"))
    return (
        _imdb_id(values, record),
        values.text(name, record.get(name)),
        values.text(original, record.get(original)),
        values.text("original_language", record.get("original_language")),
        values.text("status", record.get("status")),
        values.day(released, record.get(released)),
        None if is_film else values.day("last_air_date", record.get("last_air_date")),
        _minutes(values, is_film, record),
        # Without votes TMDB says 0, which nobody gave.
        values.rating("vote_average", record.get("vote_average")) if votes else None,
        votes,
        values.popularity("popularity", record.get("popularity")),
        values.amount("budget", record.get("budget")),
        values.amount("revenue", record.get("revenue")),
    )


def _imdb_id(values: Values, record: dict[str, Any]) -> str | None:
    external = record.get("external_ids")
    imdb_ids = record.get("imdb_id"), external.get("imdb_id") if isinstance(external, dict) else None
    return values.imdb_id("imdb_id", imdb_ids[0]) or values.imdb_id("external_ids.imdb_id", imdb_ids[1])


def _minutes(values: Values, is_film: bool, record: dict[str, Any]) -> int | None:
    if is_film:
        return values.integer("runtime", record.get("runtime")) or None
    minutes = record.get("episode_run_time")
    return values.integer("episode_run_time[]", minutes[0]) or None if isinstance(minutes, list) and minutes else None


def _named(values: Values, path: str, record: dict[str, Any]) -> Row:
    return values.integer(f"{path}.id", record.get("id")), values.text(f"{path}.name", record.get("name"))


def _credits(values: Values, credits: Any) -> Iterator[Row]:
    by_type = credits if isinstance(credits, dict) else {}
    for credit_type in (tables.CAST, tables.CREW):
        path = f"credits.{credit_type}"
        for credit in values.items(path, by_type.get(credit_type)):
            part = (
                values.integer(f"{path}[].id", credit.get("id")),
                values.text(f"{path}[].name", credit.get("name")),
                values.text(f"{path}[].department", credit.get("department")),
                values.text(f"{path}[].job", credit.get("job")),
                values.text(f"{path}[].character", credit.get("character")),
                values.integer(f"{path}[].order", credit.get("order")),
            )
            credit_id = values.text(f"{path}[].credit_id", credit.get("credit_id"))
            yield (credit_type, credit_id or _made_credit_id(*part), *part)


def _made_credit_id(person: int | None, name: str | None, *part: Any) -> str | None:
    """An id for a credit of an older answer that has none: made of whose part it is and which, so always the same.

    None where the answer does not say whose: that is no credit.
    """
    if person is None:
        return None
    identity = json.dumps([person, *part], ensure_ascii=False)
    return f"{_MADE_ID}{hashlib.blake2b(identity.encode(), digest_size=16).hexdigest()}"
