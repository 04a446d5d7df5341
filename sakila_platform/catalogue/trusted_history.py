"""The CSV-born trusted tables: from the newest movies.csv and series.csv in raw, whole. In this process, by DuckDB.

What a file is made of is in `csv_rows`, how tables are made of its rows in `sql/trusted/catalogue`; the Glue lane uses
both. What the outcome says is decided here, for both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from sakila_platform import settings
from sakila_platform.catalogue.csv_files import CSV_FILES
from sakila_platform.catalogue.csv_rows import CSV_ROWS, RawCsv, csv_rows
from sakila_platform.catalogue.raw_zone import RawZone, newest_files
from sakila_platform.catalogue.trusted_tables import CSV_LINES, CSV_TABLES, TITLES
from sakila_platform.contracts import quarantine_schema
from sakila_platform.engine.outcomes import TableDay, judge
from sakila_platform.engine.publishing import set_aside
from sakila_platform.engine.queries import SQL_FOLDER, Query, read_query
from sakila_platform.engine.whole_builds import UNPARTITIONED, WholeBuild, build_whole
from sakila_platform.errors import PlatformError
from sakila_platform.naming import TableName
from sakila_platform.resources.duckdb import open_duckdb
from sakila_platform.resources.lake_files import Lake
from sakila_platform.resources.raw_files import LakeFiles

TRUSTED_SQL = SQL_FOLDER / "trusted" / "catalogue"
LINES_ARE_TAKEN = "lines_are_taken"
VALUES_ARE_READABLE = "values_are_readable"
HISTORY_WARNINGS = {
    LINES_ARE_TAKEN: "Every line of the CSV files was taken; else it is in quarantine/catalogue/csv_lines.",
    VALUES_ARE_READABLE: "Every value can be read, and a title's lines tell the same of it.",
}
_UNREMARKABLE = ("lines", "lines in Latin-1")


@dataclass(frozen=True)
class Findings:
    """What reading the files came to: facts by how often they are so, and the lines that were not taken."""

    facts: Mapping[str, int]
    set_aside: pa.Table

    @property
    def verdict(self) -> TableDay:
        """Whether so many lines were taken that the rest may go on."""
        lines = self.facts.get("lines", 0)
        broken: dict[str, int] = {}
        for reason in self.set_aside["reason"].to_pylist():
            broken[reason] = broken.get(reason, 0) + 1
        rejected = self.set_aside.num_rows
        return judge(lines - rejected, rejected, dict(sorted(broken.items())), settings.ALLOWED_BAD_SHARE.read())

    def told(self, outcome: TableDay) -> TableDay:
        """The outcome of `titles`, with what is worth telling of the files."""
        verdict = self.verdict
        lines = ", ".join(f"{reason} ({count})" for reason, count in verdict.broken.items())
        odd = ", ".join(f"{fact} ({n})" for fact, n in sorted(self.facts.items()) if n and fact not in _UNREMARKABLE)
        warnings = {LINES_ARE_TAKEN: f"Set aside: {lines}" if lines else "", VALUES_ARE_READABLE: odd}
        notes = {fact.replace(" ", "_"): count for fact, count in sorted(self.facts.items())}
        return replace(outcome, warnings=warnings, notes={**notes, "lines_set_aside": verdict.rejected})


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


def build_history(lake: Lake, until: date) -> dict[TableName, TableDay]:
    """Make the CSV-born tables of the newest files. Refused, and left as they were, with too many lines set aside.

    Raises PlatformError when there are no files, or one of them is another file.
    """
    zone = LakeFiles(lake)
    files = newest_csv_files(zone, until)
    build = WholeBuild(
        lake,
        TRUSTED_SQL,
        {table.name: table for table in CSV_TABLES},
        settings.ALLOWED_BAD_SHARE.read(),
        frozenset((CSV_ROWS,)),
    )
    with open_duckdb() as connection, lake.steady():
        connection.execute(f"CREATE SCHEMA {CSV_ROWS.database}")
        with _opened(zone, files) as opened:
            connection.register("lines_read", csv_rows(opened))
            connection.execute(f"CREATE TABLE {CSV_ROWS.sql} AS FROM lines_read")
        facts = dict(connection.execute(facts_query().sql).fetchall())
        findings = Findings(facts, in_order(connection.execute(lines_query().sql).to_arrow_table()))
        if findings.verdict.refused:
            return {TITLES.name: findings.told(findings.verdict)}
        outcomes = build_whole(connection, build, CSV_TABLES)
    set_aside(lake, CSV_LINES, UNPARTITIONED, findings.set_aside)
    return {**outcomes, TITLES.name: findings.told(outcomes[TITLES.name])}


def facts_query() -> Query:
    """The facts of the files."""
    return read_query(TRUSTED_SQL / "csv_facts.sql", "duckdb")


def lines_query() -> Query:
    """The lines that were not taken."""
    return read_query(TRUSTED_SQL / "csv_lines.sql", "duckdb")


def in_order(lines: pa.Table) -> pa.Table:
    """Lines set aside, as their file has them."""
    schema = quarantine_schema(CSV_LINES)
    return lines.select(schema.names).cast(schema).sort_by([("raw_file", "ascending"), ("line_number", "ascending")])


@contextmanager
def _opened(zone: RawZone, files: Iterable[RawCsv]) -> Iterator[list[tuple[RawCsv, Iterable[bytes]]]]:
    with ExitStack() as stack:
        yield [(raw, stack.enter_context(zone.opened(raw.path))) for raw in files]
