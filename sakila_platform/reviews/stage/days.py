"""Days of reviews to stage, table by table: vendors' files from the raw zone, purchases from PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.model.contracts import Table
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.reviews.purchases.days import capture_purchases
from sakila_platform.reviews.source import USER_PURCHASE
from sakila_platform.reviews.vendors.days import VENDORS, Intake, take_in

_FILES_AT_ONCE = 2


@dataclass(frozen=True)
class Staging:
    """What stage works with. The source is asked for only when purchases are wanted."""

    intake: Intake
    source: Callable[[], PostgresAddress]


def stage_days(staging: Staging, tables: Sequence[Table], days: Sequence[date]) -> Outcomes:
    """Bring these (consecutive) days of these tables to stage. Returns an outcome per table and day.

    Raises PlatformError when the source or the lake can't be reached.
    """
    intake = staging.intake
    vendors = [table for table in tables if table.name in VENDORS]
    with intake.lake.steady(), ThreadPoolExecutor(_FILES_AT_ONCE) as threads:
        try:
            # While one file is published, the next is read.
            taken = {(t.name, day): threads.submit(take_in, intake, t, day) for t in vendors for day in days}
            outcomes: Outcomes = {}
            if USER_PURCHASE in tables:
                share = intake.allowed_bad_share
                outcomes[USER_PURCHASE.name] = capture_purchases(staging.source(), intake.lake, days, share)
            for (name, day), outcome in taken.items():
                outcomes.setdefault(name, {})[day] = outcome.result()
        finally:
            # Who gives up waits for the files that are being read, not for all that were to come.
            threads.shutdown(cancel_futures=True)
    return outcomes
