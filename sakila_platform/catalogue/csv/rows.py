"""Records of the CSV files as typed rows, in Arrow batches; both lanes read by it. Pure.

A record that can't be taken keeps its place with the reason beside it. A value that can't be read, such as a year 0,
becomes null, and the row says which one it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO

import pyarrow as pa

from sakila_platform.capture.csv_dialects import Quoting
from sakila_platform.capture.csv_lines import Lines, below_header, header_of
from sakila_platform.catalogue.csv.files import (
    DELIMITER,
    IMDB_ID,
    NULL,
    SERIES,
    CsvFile,
    decoded,
    decoded_with_encoding,
    records_below_header,
)
from sakila_platform.catalogue.trusted_tables import FILM, FIRST_YEAR, LAST_YEAR, RATING
from sakila_platform.catalogue.trusted_tables import SERIES as SERIES_TYPE
from sakila_platform.errors import PlatformError
from sakila_platform.model.naming import TableName

CSV_ROWS = TableName("raw", "catalogue", "csv_rows")
"""What the rows are called in the SQL that makes trusted tables of them."""
CSV_ROWS_SCHEMA = pa.schema(
    [
        pa.field("raw_file", pa.string(), nullable=False),
        pa.field("quoting", pa.string(), nullable=False),
        pa.field("line_number", pa.int64(), nullable=False),
        pa.field("line_count", pa.int32(), nullable=False),
        pa.field("line", pa.string(), nullable=False),
        pa.field("is_latin_1", pa.bool_(), nullable=False),
        pa.field("title_type", pa.string(), nullable=False),
        pa.field("title_id", pa.string()),
        pa.field("title", pa.string()),
        pa.field("original_title", pa.string()),
        pa.field("start_year", pa.int16()),
        pa.field("end_year", pa.int16()),
        pa.field("runtime_minutes", pa.int32()),
        pa.field("genres", pa.string()),
        pa.field("mean_rating", RATING.arrow),
        pa.field("vote_count", pa.int32()),
        pa.field("role", pa.string()),
        pa.field("character", pa.string()),
        pa.field("artist_name", pa.string()),
        pa.field("birth_year", pa.int16()),
        pa.field("death_year", pa.int16()),
        pa.field("professions", pa.string()),
        pa.field("known_for", pa.string()),
        pa.field("unreadable", pa.string(), nullable=False),
        pa.field("reason", pa.string(), nullable=False),
    ]
)
_BATCH_ROWS = 20_000
_MOST_INTEGER = 2**31 - 1
_RATING = re.compile(r"[0-9]{1,2}(\.[0-9]{1,9})?", re.ASCII)
_BEST_RATING = 10
_TEXTS = {
    "tituloPincipal": "title",
    "tituloOriginal": "original_title",
    "genero": "genres",
    "generoArtista": "role",
    "personagem": "character",
    "nomeArtista": "artist_name",
    "profissao": "professions",
    "titulosMaisConhecidos": "known_for",
}
_NUMBERS = {
    "anoLancamento": ("start_year", FIRST_YEAR, LAST_YEAR),
    "anoTermino": ("end_year", FIRST_YEAR, LAST_YEAR),
    "tempoMinutos": ("runtime_minutes", 1, _MOST_INTEGER),
    "numeroVotos": ("vote_count", 0, _MOST_INTEGER),
    "anoNascimento": ("birth_year", FIRST_YEAR, LAST_YEAR),
    "anoFalecimento": ("death_year", FIRST_YEAR, LAST_YEAR),
}


@dataclass(frozen=True)
class RawCsv:
    """A CSV file in raw: what it is, and its path within the lake."""

    file: CsvFile
    path: str

    @property
    def title_type(self) -> str:
        """What its titles are."""
        return SERIES_TYPE if self.file.name == SERIES.name else FILM


def csv_row_batches(raw: RawCsv, opened: BinaryIO) -> Iterator[pa.RecordBatch]:
    """The rows of a file below its header, a batch at a time; blank lines are none.

    Raises PlatformError, in one line, for a file that does not begin with the header, which is another file, or has
    nothing below it, which was cut off.
    """
    # Looked at now, and not when the first batch is asked for: who asks may be an engine with errors of its own.
    _require_header(raw, header_of(opened))
    _require_titles(raw, opened)
    form = raw.file.form_in(opened)
    return _batches(_row(raw, record, form.quoting) for record in records_below_header(opened, form))


def csv_rows(files: Iterable[tuple[RawCsv, BinaryIO]]) -> pa.RecordBatchReader:
    """The rows of several files, read as they are asked for."""
    batches = [csv_row_batches(raw, opened) for raw, opened in files]
    return pa.RecordBatchReader.from_batches(CSV_ROWS_SCHEMA, chain.from_iterable(batches))


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[pa.RecordBatch]:
    while batch := list(islice(rows, _BATCH_ROWS)):
        yield pa.RecordBatch.from_pylist(batch, CSV_ROWS_SCHEMA)


def _require_header(raw: RawCsv, header: bytes) -> None:
    if header.decode("latin-1") != raw.file.header:
        raise PlatformError(
            f"{raw.path} does not begin with the header of {raw.file.file}: {raw.file.header}. "
            "Take the right file into raw."
        )


def _require_titles(raw: RawCsv, opened: BinaryIO) -> None:
    if not any(line.strip() for line in below_header(opened)):
        raise PlatformError(
            f"{raw.path} has its header and no title, as a file that was cut off: the titles stay as they were. "
            "Take the whole file into raw."
        )


def _row(raw: RawCsv, record: Lines, quoting: Quoting) -> dict[str, Any]:
    text, is_latin_1 = decoded_with_encoding(record.raw)
    row: dict[str, Any] = {
        "raw_file": raw.path,
        "quoting": quoting.value,
        "line_number": record.number,
        "line_count": record.line_count,
        "line": text,
        "is_latin_1": is_latin_1,
        "title_type": raw.title_type,
        "unreadable": "",
    }
    if reason := _why_not(raw, record):
        return {**row, "reason": reason}
    # A line at once, where it can be: most have no quotation mark, and files are long.
    fields = text.split(DELIMITER) if b'"' not in record.raw else [decoded(field) for field in record.fields]
    fields_by_name, row["reason"] = _fields_by_name(raw, fields)
    if fields_by_name:
        _fill(row, fields_by_name)
    return row


def _why_not(raw: RawCsv, record: Lines) -> str:
    """Why the bytes of a record can't be taken; empty when they can."""
    if b"\x00" in record.raw:
        return "the line has a zero byte"
    if record.fault:
        return f"the line can't be read: {record.fault}"
    if len(record.fields) != (expected := len(raw.file.columns)):
        remark = f": {record.remark}" if record.remark else ""
        return f"the line has {len(record.fields)} fields, not {expected}{remark}"
    return ""


def _fields_by_name(raw: RawCsv, fields: Iterable[str]) -> tuple[dict[str, str], str]:
    """The fields that are not null by the file's names, or why the record can't be taken."""
    columns = raw.file.columns
    found = {name: stripped for name, field in zip(columns, fields, strict=True) if (stripped := field.strip())}
    found = {name: field for name, field in found.items() if field != NULL}
    if not IMDB_ID.fullmatch(found.get("id", "")):
        return {}, "the id is not one of IMDb's"
    return found, ""


def _fill(row: dict[str, Any], fields: dict[str, str]) -> None:
    row["title_id"] = fields["id"]
    for name, column in _TEXTS.items():
        row[column] = fields.get(name)
    unreadable = []
    for name, (column, low, high) in _NUMBERS.items():
        if (field := fields.get(name)) is not None:
            row[column] = _whole_number(field, low, high)
            unreadable += [name] if row[column] is None else []
    if (field := fields.get("notaMedia")) is not None:
        row["mean_rating"] = _rating(field)
        unreadable += ["notaMedia"] if row["mean_rating"] is None else []
    row["unreadable"] = ",".join(unreadable)


def _whole_number(field: str, low: int, high: int) -> int | None:
    if not (field.isascii() and field.isdigit() and len(field) <= len(str(_MOST_INTEGER))):
        return None
    return number if low <= (number := int(field)) <= high else None


def _rating(field: str) -> Decimal | None:
    if not _RATING.fullmatch(field):
        return None
    number = Decimal(field)
    return number.quantize(Decimal("0.001")) if number <= _BEST_RATING else None
