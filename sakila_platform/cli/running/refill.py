"""A domain's warehouse filled anew, from the lake of the settings alone: after the lake was replaced by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sakila_platform.cli.database import start_database_of
from sakila_platform.cli.running.dagster_runs import open_runs
from sakila_platform.cli.running.open_ranges import open_ranges
from sakila_platform.cli.running.work_lock import working_alone
from sakila_platform.cli.terminal import Terminal
from sakila_platform.embedded.postgres_address import is_redshift_chosen
from sakila_platform.errors import UsageError
from sakila_platform.lake.location import open_lake
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.database import WarehouseResource
from sakila_platform.orchestration.resources.postgres import ReviewsWarehouseResource
from sakila_platform.rentals.date_years import ensure_dates, load_year
from sakila_platform.rentals.warehouse_star import STAR as RENTALS
from sakila_platform.reviews.date_years import publish_year
from sakila_platform.reviews.warehouse_star import STAR as REVIEWS
from sakila_platform.settings.places import HOME
from sakila_platform.settings.runs import MAX_DAYS_PER_RUN
from sakila_platform.warehouse.mysql import load as mysql
from sakila_platform.warehouse.postgres import load as postgres


def refill(domain: str) -> None:
    """Empty a domain's warehouse, load every day that the lake's final has, then what follows.

    Stopped on its way, it is done by being run again. Raises UsageError for a domain without such a warehouse.
    """
    if domain not in _EMPTIED:
        raise UsageError(f"{domain!r} has no warehouse to be filled. Give one of: {', '.join(_EMPTIED)}.")
    terminal = Terminal()
    home, lake = HOME.read(), open_lake()
    lake.require_usable()
    with working_alone(home), open_runs(home) as runs:
        start_database_of(domain, lambda _: None)
        days = _EMPTIED[domain]()
        if not days:
            terminal.say(
                f"The warehouse of {domain} is empty and belongs to the lake at {lake.location}, which has no day of "
                f"final yet. Run days next: `sakila-platform run {domain} --from DAY --to DAY`."
            )
            return
        for first, last in open_ranges(days, (), MAX_DAYS_PER_RUN.read()):
            with terminal.long_step(f"Filling the warehouse of {domain}, {first}..{last}") as report:
                runs.execute_layer(domain, "warehouse", (str(first), str(last)), report)
        with terminal.long_step("Analysis and marts") as report:
            runs.execute_unpartitioned(domain, report)


def _empty_rentals() -> list[date]:
    with WarehouseResource().connect() as connection:
        loading = mysql.Loading(RENTALS, connection, open_lake(), ClockResource().clock(), ensure_dates)
        return mysql.refill(loading, load_year)


def _empty_reviews() -> list[date]:
    if is_redshift_chosen():
        raise UsageError(
            "A warehouse on Redshift is not filled by this command: drop its tables, then run the days again: "
            "`sakila-platform run reviews --from DAY --to DAY`."
        )
    with ReviewsWarehouseResource().connect() as connection:
        return postgres.refill(postgres.Loading(REVIEWS, connection, open_lake(), publish_year))


_EMPTIED: dict[str, Callable[[], list[date]]] = {"rentals": _empty_rentals, "reviews": _empty_reviews}
