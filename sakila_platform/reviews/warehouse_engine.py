"""Where the warehouse of reviews is: PostgreSQL, or Redshift Serverless where the settings say so. Loaded and asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Lake
from sakila_platform.marts.postgres_questions import answer_on_postgres
from sakila_platform.marts.questions import Answer, Question
from sakila_platform.model.contracts import Table
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.reviews.dates.years import publish_year
from sakila_platform.reviews.source import SOURCE
from sakila_platform.reviews.warehouse_star import STAR
from sakila_platform.warehouse.postgres.load import Loading, load_days, load_year

if TYPE_CHECKING:
    from sakila_platform.warehouse.redshift_load import RedshiftLoading


def load(database: PostgresDatabase, lake: Lake, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Load these tables for these consecutive days in one transaction. Raises as `load_days` does."""
    if database.is_redshift:
        # Here and not above: who has PostgreSQL has no use for boto3, which takes a quarter of a second to import.
        from sakila_platform.warehouse.redshift_load import load_days_on_redshift  # noqa: PLC0415

        return load_days_on_redshift(_on_redshift(lake), tables, days)
    with database.connect() as connection:
        return load_days(Loading(STAR, connection, lake, publish_year), tables, days)


def load_dates(database: PostgresDatabase, lake: Lake, year: int) -> int:
    """Load a year of dim_date. Returns its rows."""
    if database.is_redshift:
        # As above.
        from sakila_platform.warehouse.redshift_load import load_year_on_redshift  # noqa: PLC0415

        return load_year_on_redshift(_on_redshift(lake), year)
    with database.connect() as connection:
        return load_year(Loading(STAR, connection, lake, publish_year), year)


def ask(database: PostgresDatabase, question: Question) -> Answer:
    """The warehouse's answer. Raises PlatformError, naming the file and the reason, when it can't answer."""
    if database.is_redshift:
        # As above.
        from sakila_platform.databases.redshift import StatementFailed, chosen_redshift  # noqa: PLC0415

        try:
            found = chosen_redshift().ask(question.query.sql)
        except StatementFailed as failed:
            raise PlatformError(f"{question.where}: {failed}") from None
        return Answer(found.columns, found.types, found.rows)
    with database.connect() as connection:
        return answer_on_postgres(connection, question, SOURCE)


def _on_redshift(lake: Lake) -> RedshiftLoading:
    # As above.
    from sakila_platform.databases.redshift import chosen_redshift  # noqa: PLC0415
    from sakila_platform.warehouse.redshift_load import RedshiftLoading  # noqa: PLC0415

    return RedshiftLoading(STAR, chosen_redshift(), lake, publish_year)
