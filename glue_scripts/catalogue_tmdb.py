"""Glue job: days of TMDB's answers, from raw to trusted. Arguments: README.md."""

from __future__ import annotations

from sakila_platform.catalogue.trusted_on_spark import publish_days
from sakila_platform.catalogue.trusted_tables import TMDB_TABLES
from sakila_platform.model.days import chunks
from sakila_platform.settings.runs import DAYS_PER_CHUNK
from sakila_platform.spark.arguments import Arguments
from sakila_platform.spark.job import ReportOutcomes, run_chunks, run_job
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.session import spark_session


def publish(arguments: Arguments, report: ReportOutcomes) -> None:
    """Publish the days that the arguments name, in chunks."""
    tables = arguments.selected(TMDB_TABLES)
    views = LakeViews(spark_session("catalogue_tmdb", arguments.jars), arguments.lake_for_spark)
    pieces = chunks(arguments.days, DAYS_PER_CHUNK.read())
    run_chunks(pieces, lambda days: publish_days(views, tables, days), report)


if __name__ == "__main__":
    run_job(publish)
