"""Glue job: days of reviews to stage, from vendors' files and PostgreSQL. Arguments: README.md."""

from __future__ import annotations

from sakila_platform.model.days import chunks
from sakila_platform.reviews.databases import PURCHASES_DATABASE
from sakila_platform.reviews.source import STAGE_TABLES
from sakila_platform.reviews.stage.on_spark import SparkStaging, stage_days
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE, DAYS_PER_CHUNK
from sakila_platform.spark.arguments import Arguments, job_clock
from sakila_platform.spark.job import ReportOutcomes, run_chunks, run_job
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.session import spark_session
from sakila_platform.spark.source.postgres_jdbc import PostgresJdbc
from sakila_platform.spark.source.postgres_login import postgres_address


def stage(arguments: Arguments, report: ReportOutcomes) -> None:
    """Stage the days that the arguments name, in chunks."""
    tables = arguments.selected(STAGE_TABLES)
    spark = spark_session("reviews_stage", arguments.jars)
    staging = SparkStaging(
        source=PostgresJdbc(postgres_address(arguments.login, PURCHASES_DATABASE.address)),
        views=LakeViews(spark, arguments.lake_for_spark),
        clock=job_clock(),
        most_connections=arguments.jdbc_partitions or spark.sparkContext.defaultParallelism,
        allowed_bad_share=ALLOWED_BAD_SHARE.read(),
    )
    pieces = chunks(arguments.days, DAYS_PER_CHUNK.read())
    run_chunks(pieces, lambda days: stage_days(staging, tables, days), report)


if __name__ == "__main__":
    run_job(stage)
