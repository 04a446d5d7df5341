"""Oltp to stage on Spark: events sliced by day and reference tables captured, read by JDBC in ranges of their keys.

Events are published before the tables that they point at are read (design rule 6): connections of a cluster share no
snapshot, so this order is what keeps a row from pointing at a member that the capture lacks. A capture's time is when
the run began to read, so it never claims to be later than it is. What the rules of stage mean is in
`capture.captured_days`, `capture.members` and `capture.source_checksums`, which both lanes share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as f

from sakila_platform.capture.captured_days import (
    MATCHES_SOURCE,
    AddedMembers,
    kept_captures,
    noted,
    require_history_kept,
    with_undated,
)
from sakila_platform.capture.members import MemberReading, MemberSearch, missing_sql
from sakila_platform.capture.source_checksums import (
    DayChecksum,
    disagreements,
    source_checksums,
    stage_checksums_sql,
    staged_checksums,
)
from sakila_platform.capture.source_tables import (
    CAPTURED_AT,
    carried_columns,
    consistent_snapshot,
    counted_rows,
    require_known_columns,
    require_whole,
)
from sakila_platform.databases.mysql.where import AnyOf, Undated, Within
from sakila_platform.lake.files import Lake
from sakila_platform.lake.publishing import Quarantine
from sakila_platform.model.contracts import Table, TableKind, quarantine_schema
from sakila_platform.model.days import Clock, consecutive_runs
from sakila_platform.model.naming import DAY_PARTITION, UNDATED, day_partition
from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform.spark.judging import judged
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.publishing import Publication, publish_judged
from sakila_platform.spark.session import failing_in_one_line
from sakila_platform.spark.source.columns import UNUSABLE
from sakila_platform.spark.source.jdbc import JdbcSource, require_readable

# Reference tables are small: several at a time keep the cluster busy.
_TABLES_AT_ONCE = 4


@dataclass(frozen=True)
class Extraction:
    """What stage works with; `recapture` takes reference tables anew even where the day's capture is final."""

    source: JdbcSource
    lake: Lake
    views: LakeViews
    clock: Clock
    allowed_bad_share: float
    recapture: bool = False
    lose_history: bool = False
    """Whether that goes for captures, too, that nobody can take again."""


def extract_days(extraction: Extraction, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Bring these days of these tables to stage, gaps allowed. Returns an outcome per table and day.

    Raises PlatformError, before anything is published, when the source's tables, or captures that are kept, are not
    what the contracts say.
    """
    days = sorted(set(days))
    now = extraction.clock.now()
    events = [table for table in tables if table.kind is TableKind.EVENT]
    snapshots = [table for table in tables if table.kind is TableKind.SNAPSHOT]
    with consistent_snapshot(extraction.source.address) as connection:
        unknown = require_known_columns(connection, tables)
        require_readable(connection, list(tables))
    require_history_kept(extraction, snapshots, days)
    kept = {table.name: kept_captures(extraction, table, days) for table in snapshots}
    outcomes: Outcomes = {}
    for table in events:
        outcomes[table.name] = _extract_events(extraction, table, days)
    with ThreadPoolExecutor(_TABLES_AT_ONCE) as threads:
        due = [[day for day in days if day not in kept[table.name]] for table in snapshots]
        captured = threads.map(lambda table, some: _capture_table(extraction, table, some, now), snapshots, due)
        outcomes |= {t.name: kept[t.name] | by_day for t, by_day in zip(snapshots, captured, strict=True)}
    added = _add_missing_members(extraction, tables, days, now)
    return noted(outcomes, {table.name.table: columns for table, columns in unknown.items()}, added)


def _extract_events(extraction: Extraction, table: Table, days: Sequence[date]) -> dict[date, TableDay]:
    views = extraction.views
    happened = [Within(table.day_columns, run[0], run[-1] + timedelta(days=1)) for run in consecutive_runs(days)]
    condition = AnyOf([*happened, Undated(table.day_columns[0])]).sql()
    with consistent_snapshot(extraction.source.address) as connection:
        rows = extraction.source.read(views.spark, connection, table, condition)
    publication = Publication(extraction.views.lake_location, table, extraction.allowed_bad_share)
    published = publish_judged(judged(_slice_by_day(rows, table, days), table), publication, days)
    if not published.undated:
        nothing = quarantine_schema(table).empty_table()
        Quarantine(extraction.lake, table).set_aside(day_partition(UNDATED), nothing)
    outcomes = {day: with_undated(outcome, table, published.undated) for day, outcome in published.days.items()}
    return _checked(extraction, table, outcomes)


def _checked(extraction: Extraction, table: Table, outcomes: Mapping[date, TableDay]) -> dict[date, TableDay]:
    """Compare what was published of ended days with the source, by count and checksum, a moment after it was read.

    Days that have not ended still change between the two looks, so they are not compared.
    """
    ended = [day for day, out in outcomes.items() if not out.refused and extraction.clock.has_ended(day)]
    source: dict[date, DayChecksum] = {}
    with consistent_snapshot(extraction.source.address) as connection:
        for run in consecutive_runs(ended):
            source |= source_checksums(connection, table, run)
    faults = disagreements(source, _stage_checksums(extraction, table, ended)) if ended else {}
    return {
        day: outcome if outcome.refused else replace(outcome, checks={MATCHES_SOURCE: faults.get(day, "")})
        for day, outcome in outcomes.items()
    }


def _stage_checksums(extraction: Extraction, table: Table, days: Sequence[date]) -> dict[date, DayChecksum]:
    columns = [DAY_PARTITION, *carried_columns(table)]
    held = set(extraction.lake.present(table.name.in_layer("quarantine"), map(day_partition, days)))
    set_aside_on = [day for day in days if day_partition(day) in held]
    rows = extraction.views.read(table, days).select(columns)
    if set_aside_on:
        rows = rows.unionByName(extraction.views.read_quarantine(table, set_aside_on).select(columns))
    with failing_in_one_line(f"{table.name} can't be read back"):
        rows.createOrReplaceTempView("staged_rows")
        found = extraction.views.sql(stage_checksums_sql(table, "SELECT * FROM staged_rows")).collect()
    return staged_checksums([(day, rows, checksum) for day, rows, checksum in found], days)


def _capture_table(extraction: Extraction, table: Table, due: Sequence[date], now: datetime) -> dict[date, TableDay]:
    if not due:
        return {}
    with consistent_snapshot(extraction.source.address) as connection:
        rows = extraction.source.read(extraction.views.spark, connection, table).persist()
        before = counted_rows(connection, table)
    with failing_in_one_line(f"{table.name.table} can't be read"):
        read = rows.count()
    # Connections of a cluster share no snapshot: what was there at some moment in between is whole.
    with consistent_snapshot(extraction.source.address) as connection:
        require_whole(table, read, before, counted_rows(connection, table))
    stamped = rows.drop(UNUSABLE).withColumn(CAPTURED_AT, f.lit(now)).withColumn(DAY_PARTITION, f.lit(due[0]))
    publication = Publication(
        extraction.views.lake_location, table, extraction.allowed_bad_share, day_groups={due[0]: due}
    )
    captured = publish_judged(judged(stamped, table), publication, due[:1])
    rows.unpersist()
    return dict.fromkeys(due, captured.days[due[0]])


def _add_missing_members(
    extraction: Extraction, tables: Sequence[Table], days: Sequence[date], now: datetime
) -> Mapping[tuple[str, date], AddedMembers]:
    # All are looked for before the first is added.
    views = extraction.views.remembering()

    def find_missing(event: Table, column: str, table: Table, both: Sequence[date]) -> Iterator[tuple[date, list[int]]]:
        with failing_in_one_line(f"Members of {table.name} can't be looked for"):
            for one in (event, table):
                views.show(one, both)
            yield from ((day, ids) for day, ids in views.sql(missing_sql(event, column, table)).collect())

    with consistent_snapshot(extraction.source.address) as connection:
        reading = MemberReading(connection, extraction.lake, now, extraction.allowed_bad_share)
        search = MemberSearch(reading, [table for table in tables if table.kind is TableKind.SNAPSHOT], find_missing)
        return search.add_missing([table for table in tables if table.kind is TableKind.EVENT], days)


def _slice_by_day(rows: DataFrame, table: Table, days: Sequence[date]) -> DataFrame:
    """The events on each of these days (`dt`): a row on each day that one of its day columns names, once.

    It is as of the end of that day: a later day column (any but the first) that lies after the day is null. Rows whose
    first day column is null are on no day: they come once, as they are, and their `dt` is null.
    """
    main, *later = table.day_columns
    named = f.array_distinct(f.filter(f.array(*(_day_of(name) for name in table.day_columns)), f.isnotnull))
    nowhere = f.array(f.lit(None).cast("date"))
    dated = rows.withColumn(DAY_PARTITION, f.explode(f.when(f.col(main).isNull(), nowhere).otherwise(named)))
    dt = f.col(DAY_PARTITION)
    wanted = dated.where(dt.isNull() | dt.isin([f.lit(day) for day in days]))
    for name in later:
        wanted = wanted.withColumn(name, f.when(dt.isNull() | (_day_of(name) <= dt), f.col(name)))
    return wanted


def _day_of(name: str) -> Column:
    return f.col(name).cast("date")
