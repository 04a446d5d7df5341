"""Rows of a query as people and programs read them: a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from sakila_platform.cli.terminal import Terminal
from sakila_platform.errors import PlatformError

FORMATS = ("table", "csv", "json")
NULL = "NULL"
_ROWS_SHOWN = 10
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class StreamedAnswer:
    """Columns, and rows that are read as they are needed: once."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Any]]
    notes: Sequence[str] = ()
    """Notes beside it, a line each."""


def write_answer(answer: StreamedAnswer, form: str, stream: TextIO) -> None:
    """Write an answer in one of FORMATS. NULL is the word in a table, null in JSON and nothing in CSV.

    Programs get every value as it is: CSV whose text the stream can't encode raises PlatformError, JSON escapes it.
    """
    writers: dict[str, Callable[[StreamedAnswer, TextIO], None]] = {"table": _table, "csv": _csv, "json": _json}
    writers[form](answer, stream)


def show_table(answer: StreamedAnswer, terminal: Terminal) -> int:
    """Show an answer on the terminal. Returns the number of rows."""
    rows = [list(row) for row in answer.rows]
    right = [name for n, name in enumerate(answer.columns) if any(_is_number(row[n]) for row in rows)]
    terminal.table(answer.columns, [[_text(value) for value in row] for row in rows], right)
    return len(rows)


def show_kept_answer(question: str, file: Path, terminal: Terminal) -> None:
    """Show the first rows of a question's answer, as it was kept for people."""
    with file.open(encoding="utf-8-sig", newline="") as kept:
        columns, *rows = csv.reader(kept)
    shown = [[Decimal(text) if _NUMBER.fullmatch(text) else text for text in row] for row in rows[:_ROWS_SHOWN]]
    terminal.heading(question.replace("_", " ").capitalize())
    show_table(StreamedAnswer(columns, shown), terminal)
    if len(rows) > len(shown):
        terminal.say(f"... and {len(rows) - len(shown):,} more rows in {file}")


def _table(answer: StreamedAnswer, stream: TextIO) -> None:
    from_stream = Terminal.on(stream)
    count = show_table(answer, from_stream)
    from_stream.say(f"{count:,} row{'' if count == 1 else 's'}")


def _csv(answer: StreamedAnswer, stream: TextIO) -> None:
    writer = csv.writer(_Lines(stream), lineterminator="\r\n")
    writer.writerow(answer.columns)
    writer.writerows(["" if value is None else _text(value) for value in row] for row in answer.rows)


@dataclass(frozen=True)
class _Lines:
    """Where CSV is written line by line: only what the stream can encode, whatever it does with other signs for people.

    A line ends with a line feed. (The writer quotes what ends a line by its settings, and a return is to be quoted.)
    """

    stream: TextIO

    def write(self, line: str) -> int:
        text = line.removesuffix("\r\n") + "\n"
        encoding = self.stream.encoding or "utf-8"
        try:
            text.encode(encoding)
        except UnicodeEncodeError as error:
            raise PlatformError(
                f"The answer has {text[error.start]!a}, which standard output can't hold in its encoding, {encoding}: "
                "what was written ends before that row. Set PYTHONIOENCODING=utf-8, or ask with --format json."
            ) from None
        return self.stream.write(text)


def _json(answer: StreamedAnswer, stream: TextIO) -> None:
    """A list of objects, one on a line; numbers with the digits that they have."""
    # Where a sign might not be written, its escape says the same.
    escaped = not (stream.encoding or "utf-8").lower().startswith("utf")
    names = [json.dumps(name, ensure_ascii=escaped) for name in answer.columns]
    stream.write("[")
    for row in _separated(
        ", ".join(f"{name}: {_json_value(value, escaped=escaped)}" for name, value in zip(names, row, strict=True))
        for row in answer.rows
    ):
        stream.write(row)
    stream.write("\n]\n")


def _separated(lines: Iterable[str]) -> Iterator[str]:
    for n, line in enumerate(lines):
        yield f"{',' if n else ''}\n  {{{line}}}"


def _json_value(value: Any, *, escaped: bool) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "null"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_json_value(each, escaped=escaped) for each in value)}]"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(str(k))}: {_json_value(v, escaped=escaped)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(_text(value), ensure_ascii=escaped)


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, bytes | bytearray):
        return f"0x{value.hex()}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal | timedelta) and not isinstance(value, bool)
