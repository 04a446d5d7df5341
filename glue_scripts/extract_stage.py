"""Glue job: days of the shop's tables from MySQL to stage. Arguments: README.md."""

from __future__ import annotations

from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import chunks
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.settings.places import MYSQL_URL
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE, DAYS_PER_CHUNK
from sakila_platform.spark.arguments import Arguments, job_clock
from sakila_platform.spark.job import ReportOutcomes, run_chunks, run_job
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.session import spark_session
from sakila_platform.spark.source.extraction import Extraction, extract_days
from sakila_platform.spark.source.jdbc import JdbcSource


def extract(arguments: Arguments, report: ReportOutcomes) -> None:
    """Extract the days that the arguments name, in chunks."""
    tables = arguments.selected(STAGE_TABLES)
    address = arguments.login.address(MYSQL_URL.read(), "sakila")
    spark = spark_session("extract_stage", arguments.jars)
    connections = arguments.jdbc_partitions or spark.sparkContext.defaultParallelism
    extraction = Extraction(
        source=JdbcSource(address, connections),
        lake=open_lake(arguments.lake),
        views=LakeViews(spark, arguments.lake_for_spark),
        clock=job_clock(),
        allowed_bad_share=ALLOWED_BAD_SHARE.read(),
        recapture=arguments.recapture,
        lose_history=arguments.lose_history,
    )
    pieces = chunks(arguments.days, DAYS_PER_CHUNK.read())
    run_chunks(pieces, lambda days: extract_days(extraction, tables, days), report)


if __name__ == "__main__":
    run_job(extract)
