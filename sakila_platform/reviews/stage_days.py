"""Days of reviews to stage, table by table: vendors' files from the raw zone, purchases from PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sakila_platform.contracts import Table
from sakila_platform.engine.outcomes import Outcomes
from sakila_platform.postgres import PostgresAddress
from sakila_platform.reviews.purchase_days import capture_purchases
from sakila_platform.reviews.source import USER_PURCHASE
from sakila_platform.reviews.vendor_days import Intake, take_in


@dataclass(frozen=True)
class Staging:
    """What stage works with. The source is asked for only when purchases are wanted."""

    intake: Intake
    source: Callable[[], PostgresAddress]


def stage_days(staging: Staging, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Bring these (consecutive) days of these tables to stage. Returns an outcome per table and day.

    Raises PlatformError when the source or the lake can't be reached.
    """
    outcomes: Outcomes = {}
    intake = staging.intake
    with intake.lake.steady():
        for table in tables:
            if table.name == USER_PURCHASE.name:
                share = intake.allowed_bad_share
                outcomes[table.name] = capture_purchases(staging.source(), intake.lake, days, share)
            else:
                outcomes[table.name] = {day: take_in(intake, table, day) for day in days}
    return outcomes
