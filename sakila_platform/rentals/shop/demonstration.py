"""The demonstration of the rental business: Sakila, its whole history, the last days simulated, the five answers."""

from __future__ import annotations

from datetime import date, timedelta

from sakila_platform.declarations.demonstration import Days, Demonstration, Report
from sakila_platform.embedded.sakila.database import ALREADY_THERE
from sakila_platform.model.days import Clock, days_between
from sakila_platform.rentals.databases import SHOP
from sakila_platform.rentals.shop.loading import data_origin, load_shop
from sakila_platform.rentals.simulation.ledger import recorded_until
from sakila_platform.settings.calendar import FIRST_DAY


def _fill(report: Report, clock: Clock, recent_days: int) -> bool:
    # The simulation of the last days is the chain's own work.
    return load_shop(report).origin != ALREADY_THERE


def _chosen(clock: Clock, recent_days: int) -> list[Days]:
    last_days = [clock.today() - timedelta(days=n) for n in range(recent_days, 0, -1)]
    return [Days("The recorded history", _history()), Days("The last days, simulated", last_days)]


def _history() -> list[date]:
    with SHOP.connect() as connection, connection.cursor() as cursor:
        last = recorded_until(cursor)
    first = FIRST_DAY.read()
    # A calendar may begin after it.
    return days_between(first, last) if last and last >= first else []


DEMONSTRATION = Demonstration(
    sources="Database and Sakila",
    fill=_fill,
    chosen=_chosen,
    origin=lambda: f"Sakila's data: {data_origin()}",
    next_steps=(
        "make dashboards                            pages of charts in HOME/dashboards; open index.html there",
        "make dev                                   lineage, runs and checks on http://localhost:3000",
        "sakila-platform status --tables            what is where",
        'sakila-platform query warehouse "SELECT COUNT(*) FROM fact_rental WHERE return_date_key IS NULL"',
        'sakila-platform query lake "SELECT dt, COUNT(*) FROM final_sakila.fact_rental GROUP BY dt ORDER BY dt"',
        "(sakila-platform is in .venv/bin)",
    ),
)
