"""Glue job: titles and artists of the newest movies.csv and series.csv, raw to trusted. Arguments: README.md."""

from __future__ import annotations

from datetime import date

from sakila_platform.catalogue.trusted_on_spark import build_history
from sakila_platform.catalogue.trusted_tables import CSV_TABLES
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.spark.arguments import Arguments
from sakila_platform.spark.job import ReportOutcomes, run_chunks, run_job
from sakila_platform.spark.lake_views import LakeViews
from sakila_platform.spark.session import spark_session


def build(arguments: Arguments, report: ReportOutcomes) -> None:
    """Make the tables of the newest files that were taken in until the last day that the arguments name."""
    # Both come of one reading of the files, so a part of them is no less work.
    arguments.selected(CSV_TABLES)
    views = LakeViews(spark_session("catalogue_history", arguments.jars), arguments.lake_for_spark)

    def work(days: list[date]) -> Outcomes:
        return build_history(views, days[-1])

    run_chunks([[max(arguments.days)]], work, report)


if __name__ == "__main__":
    run_job(build)
