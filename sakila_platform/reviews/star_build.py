"""How the star of reviews is built from stage: its SQL, contracts, functions and checks, for any engine."""

from __future__ import annotations

from dataclasses import replace

from sakila_platform.lake.files import Lake
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.reviews import star
from sakila_platform.reviews.source import LOG_REVIEWS, REVIEW_LOGS, SOURCE, STAGE_TABLES
from sakila_platform.reviews.vendors.places import census_division_sql, census_region_sql
from sakila_platform.reviews.vendors.systems import is_apple_sql
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.star.builds import StarBuild
from sakila_platform.star.sql_functions import MEMBER_KEY, SqlFunction
from sakila_platform.star.table_checks import TableCheck

FINAL_SQL = SQL_FOLDER / SOURCE / "final"
_CHECKS_SQL = SQL_FOLDER / SOURCE / "checks"
FUNCTIONS = (
    MEMBER_KEY,
    SqlFunction("census_region", "place", census_region_sql("place")),
    SqlFunction("census_division", "place", census_division_sql("place")),
    SqlFunction("is_apple", "system", is_apple_sql("system")),
)
CHECKS = (
    TableCheck(
        star.FACT_MOVIE_ANALYTICS.name,
        "Each review of fact_review counts once.",
        _CHECKS_SQL / "reviews_once.sql",
    ),
    TableCheck(
        star.FACT_CUSTOMER_SPENDING.name,
        "Each line of user_purchase counts once.",
        _CHECKS_SQL / "spending_once.sql",
    ),
    TableCheck(
        star.FACT_REVIEW.name,
        "Each session has its review. Those that have none are loaded nowhere; stage keeps them.",
        _CHECKS_SQL / "logs_without_review.sql",
        is_warning=True,
    ),
)


def with_missing_logs_named(lake: Lake, outcomes: Outcomes) -> Outcomes:
    """The same, where a day was refused because no session at all was delivered for it, in words that say so."""
    reviews = outcomes.get(star.FACT_REVIEW.name, {})
    for day, outcome in reviews.items():
        if outcome.refused and not sum(lake.row_counts([data_file(REVIEW_LOGS.name, day_partition(day))])):
            reason = (
                f"none of its {outcome.rejected} reviews has a session, because {LOG_REVIEWS.file} was not delivered "
                f"for the day yet. Put it at {LOG_REVIEWS.path(day)}, then run stage and final of the day again"
            )
            reviews[day] = replace(outcome, refused=reason)
    return outcomes


def star_build(lake: Lake) -> StarBuild:
    """How the star of reviews is built on this lake."""
    contracts = {table.name: table for table in (*STAGE_TABLES, *star.DAILY_TABLES)}
    return StarBuild(lake, FINAL_SQL, contracts, ALLOWED_BAD_SHARE.read(), FUNCTIONS, CHECKS)
