"""The TMDB-born trusted tables of a day: read from raw, held against their contracts, published whole.

Needs neither Dagster nor DuckDB: the Glue lane does the same by the same function, a day to a task.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sakila_platform.catalogue.raw.paths import RawFile
from sakila_platform.catalogue.raw.zone import files_of_day
from sakila_platform.catalogue.tmdb.rows import READ_SUBJECTS, TmdbDay, tmdb_day
from sakila_platform.catalogue.trusted_tables import TMDB_FIELDS, TMDB_RECORDS, TMDB_TITLES
from sakila_platform.lake.audits.records import part_lines
from sakila_platform.lake.files import Lake
from sakila_platform.lake.parquet_files import encode_parquet, stamped
from sakila_platform.lake.publishing import Quarantine, set_aside
from sakila_platform.lake.raw_files import LakeFiles
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName, data_file, day_partition
from sakila_platform.model.outcomes import Outcomes, TableDay, judge
from sakila_platform.model.versions import version_of

RECORDS_ARE_READABLE = "records_are_readable"
FIELDS_ARE_KNOWN = "fields_are_known"
TMDB_WARNINGS = {
    TMDB_TITLES.name: (
        RECORDS_ARE_READABLE,
        "Every record of the day can be read; else it is in quarantine/catalogue/tmdb_records.",
    ),
    TMDB_FIELDS.name: (FIELDS_ARE_KNOWN, "Every field of the day's answers is known, and of the type known."),
}
_SHOWN = 10


def publish_tmdb_days(lake: Lake, tables: Sequence[Table], days: Sequence[date], allowed_share: float) -> Outcomes:
    """Publish these tables of these days. A day for which raw has nothing is an empty day."""
    outcomes: Outcomes = {table.name: {} for table in tables}
    for day in days:
        for name, outcome in publish_tmdb_day(lake, tables, day, allowed_share).items():
            outcomes[name][day] = outcome
    return outcomes


def publish_tmdb_day(lake: Lake, tables: Sequence[Table], day: date, allowed_share: float) -> dict[TableName, TableDay]:
    """Publish these tables of a day, and say what each came to.

    Each is refused by itself, and left as it was; all of them are, where more than the allowed share of the day's
    records can't be read.
    """
    zone = LakeFiles(lake)
    files: list[RawFile] = [file for about in READ_SUBJECTS for file in files_of_day(zone, about, day)]
    found = tmdb_day((file, zone.read(file.path)) for file in files)
    # A file that was cut off names the cut itself among its faults, so it may be more faults than records.
    verdict = judge(found.record_count, found.rejected.num_rows, _reasons(found), allowed_share)
    if verdict.refused:
        return dict.fromkeys((table.name for table in tables), verdict)
    outcomes = {table.name: _published(lake, table, day, found, allowed_share) for table in tables}
    if TMDB_TITLES.name in outcomes:
        set_aside(lake, TMDB_RECORDS, day_partition(day), found.rejected)
        outcomes[TMDB_TITLES.name] = replace(
            outcomes[TMDB_TITLES.name], warnings={RECORDS_ARE_READABLE: _warning(verdict)}
        )
    if TMDB_FIELDS.name in outcomes:
        outcomes[TMDB_FIELDS.name] = replace(
            outcomes[TMDB_FIELDS.name], warnings={FIELDS_ARE_KNOWN: _odd_fields(found)}
        )
    return outcomes


def _published(lake: Lake, table: Table, day: date, found: TmdbDay, allowed_share: float) -> TableDay:
    parted = part_lines(found.of(table), table)
    outcome = judge(parted.kept.num_rows, parted.rejected.num_rows, parted.broken, allowed_share)
    if not outcome.refused:
        Quarantine(lake, table).set_aside(day_partition(day), parted.rejected)
        lake.publish(data_file(table.name, day_partition(day)), encode_parquet(stamped(parted.kept, version_of(table))))
    return outcome


def _reasons(found: TmdbDay) -> dict[str, int]:
    counts: dict[str, int] = {}
    for reason in found.rejected["reason"].to_pylist():
        counts[reason] = counts.get(reason, 0) + 1
    return dict(sorted(counts.items()))


def _warning(verdict: TableDay) -> str:
    if not verdict.rejected:
        return ""
    return "Set aside: " + ", ".join(f"{reason} ({count})" for reason, count in verdict.broken.items())


def _odd_fields(found: TmdbDay) -> str:
    rows = found.of(TMDB_FIELDS).to_pylist()
    named = [f"{row['field']} ({'new' if row['is_new'] else row['seen_type']})" for row in rows[:_SHOWN]]
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return ", ".join(named) + more
