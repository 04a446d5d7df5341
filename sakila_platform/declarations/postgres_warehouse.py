"""The warehouse of a star on PostgreSQL, or on Redshift where settings say so, from the star's declaration alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import psycopg

from sakila_platform.declarations.layers import DateDimension, WarehouseLayer, Work
from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.lake.published_years import PublishYear
from sakila_platform.marts.postgres_questions import answer_on_postgres
from sakila_platform.marts.questions import Answer, Question
from sakila_platform.model.contracts import Table
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.warehouse.postgres import load as postgres
from sakila_platform.warehouse.rows import inputs_of, row_query
from sakila_platform.warehouse.star import WarehouseStar

if TYPE_CHECKING:
    from sakila_platform.warehouse.redshift_load import RedshiftLoading


def postgres_warehouse(star: WarehouseStar, publish_year: PublishYear, agreement: str) -> WarehouseLayer:
    """The layer. `publish_year` gives the lake a year of dates; `agreement` says what is held against final."""

    def loading(work: Work, connection: psycopg.Connection) -> postgres.Loading:
        return postgres.Loading(star, connection, work.lake, publish_year, work.report)

    def load(work: Work, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
        if work.database.is_redshift:
            # Here and not above: who has PostgreSQL has no use for boto3, which takes a quarter of a second to import.
            from sakila_platform.warehouse.redshift_load import load_days_on_redshift  # noqa: PLC0415

            return load_days_on_redshift(_on_redshift(star, publish_year, work), tables, days)
        with work.database.connect() as connection:
            return postgres.load_days(loading(work, connection), tables, days)

    def empty(work: Work) -> list[date]:
        if work.database.is_redshift:
            raise UsageError(
                "A warehouse on Redshift is not filled by this command: drop its tables, then run the days again: "
                f"`sakila-platform run {star.domain} --from DAY --to DAY`."
            )
        with work.database.connect() as connection:
            return postgres.refill(loading(work, connection))

    def migrated(work: Work, dry_run: bool) -> list[str]:
        if work.database.is_redshift:
            raise UsageError(
                "A warehouse on Redshift is not migrated by this command: drop the tables that its load names, then "
                f"run the days again: `sakila-platform run {star.domain} --from DAY --to DAY`."
            )
        with work.database.connect() as connection:
            return postgres.migrate(loading(work, connection), dry_run=dry_run)

    shown = (*star.tables, star.dates)
    return WarehouseLayer(
        tables=star.tables,
        load=load,
        inputs=partial(inputs_of, star),
        kind="postgresql",
        agreement=agreement,
        queries=partial(row_query, star),
        further=tuple(table for table in postgres.tables_on_postgres(star) if table not in shown),
        empty=empty,
        migrate=migrated,
    )


def postgres_dates(star: WarehouseStar, publish_year: PublishYear) -> DateDimension:
    """Its Date dimension, in the lake and in the warehouse."""

    def load_year(work: Work, year: int) -> int:
        if work.database.is_redshift:
            # As above.
            from sakila_platform.warehouse.redshift_load import load_year_on_redshift  # noqa: PLC0415

            return load_year_on_redshift(_on_redshift(star, publish_year, work), year)
        with work.database.connect() as connection:
            loading = postgres.Loading(star, connection, work.lake, publish_year, work.report)
            return postgres.load_year(loading, year)

    return DateDimension(star.lake_dates, star.dates, publish_year, load_year)


def answers_on_postgres(domain: str) -> Callable[[PostgresDatabase, Question], Answer]:
    """What asks the domain's warehouse a question."""

    def ask(database: PostgresDatabase, question: Question) -> Answer:
        """The answer. Raises PlatformError, naming the file and the reason, when the warehouse can't answer."""
        if not database.is_redshift:
            with database.connect() as connection:
                return answer_on_postgres(connection, question, domain)
        # As above.
        from sakila_platform.databases.redshift import StatementFailed  # noqa: PLC0415

        try:
            found = database.redshift().ask(question.query.sql)
        except StatementFailed as failed:
            raise PlatformError(f"{question.where}: {failed}") from None
        return Answer(found.columns, found.types, found.rows)

    return ask


def _on_redshift(star: WarehouseStar, publish_year: PublishYear, work: Work) -> RedshiftLoading:
    # As above.
    from sakila_platform.warehouse.redshift_load import RedshiftLoading  # noqa: PLC0415

    return RedshiftLoading(star, work.database.redshift(), work.lake, publish_year, work.report)
