"""The trusted tables made on Spark: CSV files by the same rows and the same SQL, TMDB's days by the same function.

A worker takes a whole file, or a whole day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as f
from pyspark.sql.pandas.types import from_arrow_schema

from sakila_platform.catalogue.csv.files import CSV_FILES
from sakila_platform.catalogue.csv.rows import CSV_ROWS, CSV_ROWS_SCHEMA, RawCsv, csv_row_batches
from sakila_platform.catalogue.csv.trusted_history import (
    TRUSTED_SQL,
    Findings,
    findings_sql,
    lines_sql,
    newest_csv_files,
    set_lines_aside,
)
from sakila_platform.catalogue.tmdb.trusted_tmdb import publish_tmdb_days
from sakila_platform.catalogue.trusted_tables import CSV_LINES, CSV_TABLES, TITLES, TMDB_TABLES
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.raw_files import LakeFiles
from sakila_platform.model.contracts import Table, quarantine_schema
from sakila_platform.model.naming import DAY_PARTITION
from sakila_platform.model.outcome_messages import outcome_messages, outcomes_of
from sakila_platform.model.outcomes import UNPARTITIONED_DAY, Outcomes, TableDay
from sakila_platform.model.queries import read_query
from sakila_platform.settings.every import put_in_environment
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.spark.judging import judged
from sakila_platform.spark.lake_views import LakeViews, view_name
from sakila_platform.spark.publishing import Publication, publish_judged
from sakila_platform.spark.session import failing_in_one_line
from sakila_platform.spark.source.columns import typed_columns
from sakila_platform.spark.worker_settings import settings_for_workers
from sakila_platform.star.builds import version_by_sql

_MESSAGE = pa.schema([pa.field("message", pa.string())])
Worker = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def build_history(views: LakeViews, until: date) -> Outcomes:
    """Make the CSV-born tables of the newest files, as `history_build` does. Outcomes are of UNPARTITIONED_DAY."""
    lake = open_lake(views.lake_location)
    files = newest_csv_files(LakeFiles(lake), until)
    rows = _csv_rows(views, files).persist(StorageLevel.MEMORY_AND_DISK)
    try:
        with failing_in_one_line("The CSV files can't be read"):
            # Read once, and by itself: of several stages that fail Spark does not say why.
            rows.count()
            rows.createOrReplaceTempView(view_name(CSV_ROWS.database, CSV_ROWS.table))
            findings = Findings(*({r[0]: r[1] for r in views.sql(q).collect()} for q in findings_sql()))
        if findings.verdict.refused:
            return {TITLES.name: {UNPARTITIONED_DAY: findings.described(findings.verdict)}}
        outcomes: Outcomes = {}
        for table in CSV_TABLES:
            outcomes[table.name] = {UNPARTITIONED_DAY: _published(views, table)}
            if outcomes[table.name][UNPARTITIONED_DAY].refused:
                break
        with failing_in_one_line("The lines that were not taken can't be set aside"):
            lines = [row.asDict() for row in views.sql(lines_sql()).collect()]
    finally:
        rows.unpersist()
    set_lines_aside(lake, pa.Table.from_pylist(lines, quarantine_schema(CSV_LINES)))
    outcomes[TITLES.name] = {UNPARTITIONED_DAY: findings.described(outcomes[TITLES.name][UNPARTITIONED_DAY])}
    return outcomes


def publish_days(views: LakeViews, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Publish the TMDB-born tables of these days, each day by a worker, as `trusted_tmdb` does."""
    wanted = views.spark.createDataFrame([(day,) for day in days], "day date").repartitionByRange(len(days), "day")
    work = _day_worker(views.lake_location, [table.name.table for table in tables], settings_for_workers())
    with failing_in_one_line("TMDB's answers can't be read"):
        messages = [json.loads(row.message) for row in wanted.mapInArrow(work, "message string").collect()]
    by_table = outcomes_of(messages)
    return {table.name: dict(sorted(by_table[table.name].items())) for table in tables}


def _csv_rows(views: LakeViews, files: Sequence[RawCsv]) -> DataFrame:
    wanted = views.spark.createDataFrame([(raw.file.name, raw.path) for raw in files], "name string, path string")
    work = _file_worker(views.lake_location, settings_for_workers())
    return wanted.repartitionByRange(len(files), "path").mapInArrow(work, from_arrow_schema(CSV_ROWS_SCHEMA))


def _published(views: LakeViews, table: Table) -> TableDay:
    query = read_query(TRUSTED_SQL / f"{table.name.table}.sql", "duckdb")
    with failing_in_one_line(f"{query.where} can't be run"):
        rows = (
            views.sql(query.sql).selectExpr(*typed_columns(table)).withColumn(DAY_PARTITION, f.lit(UNPARTITIONED_DAY))
        )
    share = ALLOWED_BAD_SHARE.read()
    publication = Publication(views.lake_location, table, share, version_by_sql(table, query), is_partitioned=False)
    return publish_judged(judged(rows, table), publication, [UNPARTITIONED_DAY]).days[UNPARTITIONED_DAY]


def _file_worker(location: str, environment: Mapping[str, str]) -> Worker:
    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        put_in_environment(environment)
        known = {file.name: file for file in CSV_FILES}
        zone = LakeFiles(open_lake(location))
        for batch in batches:
            for row in batch.to_pylist():
                with zone.opened(row["path"]) as opened:
                    yield from csv_row_batches(RawCsv(known[row["name"]], row["path"]), opened)

    return work


def _day_worker(location: str, names: Sequence[str], environment: Mapping[str, str]) -> Worker:
    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        put_in_environment(environment)
        lake, share = open_lake(location), ALLOWED_BAD_SHARE.read()
        tables = [table for table in TMDB_TABLES if table.name.table in names]
        for batch in batches:
            for day in batch["day"].to_pylist():
                messages = outcome_messages(publish_tmdb_days(lake, tables, [day], share))
                rows = [{"message": json.dumps(message)} for message in messages]
                yield pa.RecordBatch.from_pylist(rows, _MESSAGE)

    return work
