"""Reviews of a full day, raw to fact: the platform's two lanes against readers that only bring both files into Arrow.

    python -m benchmarks.reviews

100,000 reviews of about 130 MB and their logs, as the generator writes them, on two cores. The platform's times have
everything in them: strict CSV, words, XML, audits, the star with its checks, Parquet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
import duckdb

# Arrow imports it with the first array that is made of Python's values: an import like the others, not work.
import pandas  # noqa: F401
import pyarrow as pa
import pyarrow.csv as csv

from benchmarks import measuring
from benchmarks.shops import own_folder, say
from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.publishing import publish_days
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.model.days import Clock
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.reviews.generated.vendor_files import FULL_SIZE, write_vendor_files
from sakila_platform.reviews.source import CLASSIFIED_MOVIE_REVIEW, REVIEW_LOGS, USER_PURCHASE, VENDOR_FILES
from sakila_platform.reviews.stage.days import Staging, stage_days
from sakila_platform.reviews.star import DAILY_TABLES, FACT_MOVIE_ANALYTICS, FACT_REVIEW
from sakila_platform.reviews.star_build import star_build
from sakila_platform.reviews.vendors.days import intake_by_settings
from sakila_platform.settings.calendar import TIME_ZONE
from sakila_platform.star.transform import build_days

LIMIT = "arrow_reads_both_files"
BY_DUCKDB = "duckdb_reads_both_files"
DAY = date(2021, 4, 25)
_CORES = 2
_TABLES = (CLASSIFIED_MOVIE_REVIEW, REVIEW_LOGS)
# Purchases are no part of the comparison, but the star wants a day of them.
_NO_SOURCE = PostgresAddress("127.0.0.1", 1, "", "")


def duckdb_reads_both_files(lake: Path) -> dict[str, str]:
    """The lane's own engine: both files once into Arrow tables, on all cores; nothing is done with them."""
    rows = {}
    with duckdb.connect(config={"threads": _CORES}) as engine:
        for vendor in VENDOR_FILES:
            options = "header = true, all_varchar = true, quote = '\"', escape = '\"', max_line_size = 4000000"
            query = f"SELECT * FROM read_csv('{lake / vendor.path(DAY)}', {options})"
            rows[vendor.name] = str(engine.execute(query).to_arrow_table().num_rows)
    return rows


def arrow_reads_both_files(lake: Path) -> dict[str, str]:
    """PyArrow's CSV reader: both files once into memory, on all cores; nothing is done with them."""
    pa.set_cpu_count(_CORES)
    options = csv.ParseOptions(newlines_in_values=True)
    rows = {
        vendor.name: csv.read_csv(lake / vendor.path(DAY), parse_options=options).num_rows for vendor in VENDOR_FILES
    }
    return {name: str(count) for name, count in rows.items()}


def platform(lake: Path) -> dict[str, str]:
    """The local lane: Arrow to stage, DuckDB to final."""
    pa.set_cpu_count(_CORES)
    place = FolderLake(str(lake))
    outcomes = stage_days(Staging(intake_by_settings(place), lambda: _NO_SOURCE), _TABLES, [DAY])
    return _facts(outcomes | build_days(star_build(place), DAILY_TABLES, [DAY]))


def platform_on_spark(lake: Path) -> dict[str, str]:
    """The Glue lane on this machine: a session on two cores, its start included."""
    # Here and not above: the others need no Java.
    from pyspark.sql import SparkSession  # noqa: PLC0415

    from sakila_platform.reviews.stage import on_spark  # noqa: PLC0415
    from sakila_platform.spark import star  # noqa: PLC0415
    from sakila_platform.spark.lake_views import LakeViews  # noqa: PLC0415
    from sakila_platform.spark.session import spark_session  # noqa: PLC0415
    from sakila_platform.spark.source.postgres_jdbc import PostgresJdbc  # noqa: PLC0415

    builder = SparkSession.builder.master(f"local[{_CORES}]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.ui.showConsoleProgress", "false").config("spark.sql.shuffle.partitions", _CORES)
    builder.getOrCreate().sparkContext.setLogLevel("ERROR")
    views = LakeViews(spark_session("benchmark"), str(lake))
    clock = Clock(TIME_ZONE.read())
    staging = on_spark.SparkStaging(PostgresJdbc(_NO_SOURCE), views, clock, _CORES, 0.01)
    outcomes = on_spark.stage_days(staging, _TABLES, [DAY])
    return _facts(outcomes | star.build_days(star_build(FolderLake(str(lake))), views, DAILY_TABLES, [DAY]))


CANDIDATES: dict[str, Callable[[Path], dict[str, str]]] = {
    LIMIT: arrow_reads_both_files,
    BY_DUCKDB: duckdb_reads_both_files,
    "platform": platform,
    "platform_on_spark": platform_on_spark,
}


def results() -> list[measuring.Measured]:
    """Each candidate's median of three runs, on lakes of their own with the same two files."""
    folder = own_folder("reviews")
    say(f"Writing a day of {FULL_SIZE:,} reviews ...")
    files = write_vendor_files(folder, DAY, FULL_SIZE)
    measured = []
    for name in CANDIDATES:
        lake = folder / name
        for vendor, file in files.items():
            path = lake / vendor.path(DAY)
            path.parent.mkdir(parents=True)
            path.hardlink_to(file)
        publish_days(FolderLake(str(lake)), USER_PURCHASE, [(DAY, arrow_schema(USER_PURCHASE).empty_table())])
        say(name)
        measured.append(
            measuring.measure(name, [sys.executable, "-m", "benchmarks.reviews", "--candidate", name, str(lake)])
        )
    _require_equal(measured)
    return measured


def _facts(outcomes: Outcomes) -> dict[str, str]:
    """Rows of the facts, once every day was published and every check passed."""
    days = [by_day[DAY] for by_day in outcomes.values()]
    if any(day.refused or day.rejected or any(day.checks.values()) for day in days):
        raise click.ClickException(f"The day did not come out well: {outcomes}")
    return {table.name.table: str(outcomes[table.name][DAY].rows) for table in (FACT_REVIEW, FACT_MOVIE_ANALYTICS)}


def _require_equal(measured: list[measuring.Measured]) -> None:
    _, _, *ours = (one.result for one in measured)
    if any(one != ours[0] for one in ours) or ours[0][FACT_REVIEW.name.table] != str(FULL_SIZE):
        raise click.ClickException(f"The candidates came to different rows: {ours}")


@click.command()
@click.option("--candidate", type=click.Choice(list(CANDIDATES)), hidden=True)
@click.argument("lake", required=False, type=click.Path(exists=True, path_type=Path))
def main(candidate: str | None, lake: Path | None) -> None:
    """Measure a full day of reviews from raw to fact."""
    if candidate and lake:
        measuring.run_candidate(lambda place: CANDIDATES[candidate](Path(place)), str(lake))
        return
    measuring.show(results(), LIMIT)


if __name__ == "__main__":
    main()
