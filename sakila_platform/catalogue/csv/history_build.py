"""The CSV-born trusted tables made in this process, by DuckDB."""

from __future__ import annotations

from datetime import date

from sakila_platform.catalogue.csv.rows import CSV_ROWS, csv_rows
from sakila_platform.catalogue.csv.trusted_history import (
    TRUSTED_SQL,
    Findings,
    findings_sql,
    lines_sql,
    newest_csv_files,
    opened_files,
    set_lines_aside,
)
from sakila_platform.catalogue.trusted_tables import CSV_TABLES, TITLES
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.files import Lake
from sakila_platform.lake.raw_files import LakeFiles
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import TableDay
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.star.unpartitioned_builds import UnpartitionedBuild, build_unpartitioned


def build_history(lake: Lake, until: date) -> dict[TableName, TableDay]:
    """Make the CSV-born tables of the newest files. Refused, and left as they were, with too many lines set aside.

    Raises PlatformError when there are no files, or one of them is another file.
    """
    zone = LakeFiles(lake)
    files = newest_csv_files(zone, until)
    build = UnpartitionedBuild(
        lake,
        TRUSTED_SQL,
        {table.name: table for table in CSV_TABLES},
        ALLOWED_BAD_SHARE.read(),
        frozenset((CSV_ROWS,)),
    )
    with open_duckdb() as connection, lake.steady():
        connection.execute(f"CREATE SCHEMA {CSV_ROWS.database}")
        with opened_files(zone, files) as opened:
            connection.register("lines_read", csv_rows(opened))
            connection.execute(f"CREATE TABLE {CSV_ROWS.sql} AS FROM lines_read")
        findings = Findings(*(dict(connection.execute(sql).fetchall()) for sql in findings_sql()))
        if findings.verdict.refused:
            return {TITLES.name: findings.described(findings.verdict)}
        outcomes = build_unpartitioned(connection, build, CSV_TABLES)
        lines = connection.execute(lines_sql()).to_arrow_table()
    set_lines_aside(lake, lines)
    # Without them the artists were refused, and nothing was published.
    if TITLES.name in outcomes:
        outcomes[TITLES.name] = findings.described(outcomes[TITLES.name])
    return outcomes
