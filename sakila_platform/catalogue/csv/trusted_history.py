"""The CSV-born trusted tables, whatever engine makes them: which files, which SQL, and what the outcome says.

Belongs here: nothing that needs an engine. DuckDB's way is `history_build`; Spark's is `trusted_on_spark`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO

import pyarrow as pa

from sakila_platform.catalogue.csv.files import CSV_FILES
from sakila_platform.catalogue.csv.rows import CSV_ROWS, RawCsv
from sakila_platform.catalogue.raw.zone import RawZone, newest_files
from sakila_platform.catalogue.trusted_tables import CSV_LINES
from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.lake.publishing import set_aside
from sakila_platform.model.contracts import quarantine_schema
from sakila_platform.model.naming import UNPARTITIONED
from sakila_platform.model.outcomes import TableDay, judge
from sakila_platform.model.queries import SQL_FOLDER, read_query
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE

TRUSTED_SQL = SQL_FOLDER / "catalogue" / "trusted"
LINES_ARE_TAKEN = "lines_are_taken"
VALUES_ARE_READABLE = "values_are_readable"
HISTORY_WARNINGS = {
    LINES_ARE_TAKEN: "Every line of the CSV files was taken; else it is in quarantine/catalogue/csv_lines.",
    VALUES_ARE_READABLE: "Every value can be read, and a title's lines tell the same of it.",
}
_UNREMARKABLE = ("records", "lines", "lines in Latin-1")


@dataclass(frozen=True)
class Findings:
    """What reading the files came to: facts by how often they are so, the lines not taken by the reason, dialects."""

    facts: Mapping[str, int]
    not_taken: Mapping[str, int]
    quoting: Mapping[str, str]
    """What quotation marks mean in a file, by its path."""

    @property
    def verdict(self) -> TableDay:
        """Whether so many lines were taken that the rest may go on."""
        rejected = sum(self.not_taken.values())
        taken = self.facts.get("records", 0) - rejected
        return judge(taken, rejected, dict(sorted(self.not_taken.items())), ALLOWED_BAD_SHARE.read())

    def described(self, outcome: TableDay) -> TableDay:
        """The outcome of `titles`, with what is worth telling of the files."""
        lines = ", ".join(f"{reason} ({count})" for reason, count in sorted(self.not_taken.items()))
        odd = ", ".join(f"{fact} ({n})" for fact, n in sorted(self.facts.items()) if n and fact not in _UNREMARKABLE)
        warnings = {LINES_ARE_TAKEN: f"Set aside: {lines}" if lines else "", VALUES_ARE_READABLE: odd}
        notes: dict[str, int | str] = {fact.replace(" ", "_"): count for fact, count in sorted(self.facts.items())}
        notes["lines_set_aside"] = sum(self.not_taken.values())
        notes |= {f"quoting_of_{path.rpartition('/')[2]}": quoting for path, quoting in sorted(self.quoting.items())}
        return replace(outcome, warnings=warnings, notes=notes)


def newest_csv_files(zone: RawZone, until: date) -> list[RawCsv]:
    """The newest delivery of each CSV file, not after a day. Raises PlatformError when there is none of any."""
    found = [
        RawCsv(file, raw.path)
        for file in CSV_FILES
        for raw in newest_files(zone, file.raw, until)
        if raw.name == file.file
    ]
    if not found:
        raise PlatformError(
            f"Raw has none of {', '.join(file.file for file in CSV_FILES)} yet. "
            "Run the assets raw/catalogue/movies_csv and series_csv first."
        )
    return found


def facts_sql() -> str:
    """The facts of the files: fact, how often."""
    return read_query(TRUSTED_SQL / "csv_facts.sql", "duckdb").sql


def lines_sql() -> str:
    """The lines that were not taken."""
    return read_query(TRUSTED_SQL / "csv_lines.sql", "duckdb").sql


def not_taken_sql() -> str:
    """How many lines were not taken for each reason."""
    return f"SELECT reason, count(*) AS how_many FROM (\n{lines_sql()}\n) AS lines GROUP BY reason"


def quoting_sql() -> str:
    """What quotation marks mean in each file."""
    return f"SELECT DISTINCT raw_file, quoting FROM {CSV_ROWS.sql}"


def findings_sql() -> tuple[str, str, str]:
    """The queries whose answers, each a mapping, are `Findings`."""
    return facts_sql(), not_taken_sql(), quoting_sql()


def set_lines_aside(lake: Lake, lines: pa.Table) -> None:
    """Replace the quarantine of lines by these, in the order of their files."""
    schema = quarantine_schema(CSV_LINES)
    ordered = lines.select(schema.names).cast(schema).sort_by([(name, "ascending") for name in CSV_LINES.primary_key])
    set_aside(lake, CSV_LINES, UNPARTITIONED, ordered)


@contextmanager
def opened_files(zone: RawZone, files: Iterable[RawCsv]) -> Iterator[list[tuple[RawCsv, BinaryIO]]]:
    """Each file with its content, read as it is asked for."""
    with ExitStack() as stack:
        yield [(raw, stack.enter_context(zone.opened(raw.path))) for raw in files]
