"""Glue job: days of the star from stage to final. Arguments: README.md."""

from __future__ import annotations

from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import chunks
from sakila_platform.rentals.star import DAILY_TABLES
from sakila_platform.rentals.star_build import star_build
from sakila_platform.settings.runs import DAYS_PER_CHUNK
from sakila_platform.spark.arguments import Arguments
from sakila_platform.spark.job import ReportOutcomes, run_chunks, run_job
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.session import spark_session
from sakila_platform.spark.star import build_days


def build(arguments: Arguments, report: ReportOutcomes) -> None:
    """Build the days that the arguments name, in chunks."""
    tables = arguments.selected(DAILY_TABLES)
    views = LakeViews(spark_session("build_final", arguments.jars), arguments.lake_for_spark)
    star = star_build(open_lake(arguments.lake))
    pieces = chunks(arguments.days, DAYS_PER_CHUNK.read())
    run_chunks(pieces, lambda days: build_days(star, views, tables, days), report)


if __name__ == "__main__":
    run_job(build)
