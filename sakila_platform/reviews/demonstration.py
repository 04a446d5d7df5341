"""The demonstration of reviews: generated purchases and vendors' files, their days, and the seven answers."""

from __future__ import annotations

from datetime import date, timedelta

from sakila_platform.databases.postgres.address import connected
from sakila_platform.declarations.demonstration import Days, Demonstration, Report
from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import Clock, days_between
from sakila_platform.reviews.databases import PURCHASES_DATABASE
from sakila_platform.reviews.generated.deliveries import deliver_days, purchase
from sakila_platform.reviews.purchases.table import has_purchases

# A year of purchases, as of the retailer whose table this is; and a week of 2021, which one of the questions is about.
_PURCHASES = (date(2010, 12, 1), date(2011, 12, 9))
_FIRST_DELIVERIES = (date(2021, 4, 19), date(2021, 4, 25))


def _fill(report: Report, clock: Clock, recent_days: int) -> bool:
    with connected(PURCHASES_DATABASE.address(report)) as connection:
        is_fresh = not has_purchases(connection)
        if is_fresh:
            loaded = purchase(connection, _PURCHASES, report)
            report(f"{loaded.rows:,} lines of purchases")
    wanted = [*days_between(*_FIRST_DELIVERIES), *_last_days(clock, recent_days)]
    delivered = deliver_days(open_lake(), wanted, lambda _: None)
    if delivered:
        report(f"Vendors' files of {len(delivered)} days")
    return is_fresh


def _chosen(clock: Clock, recent_days: int) -> list[Days]:
    return [
        Days("A year of purchases", days_between(*_PURCHASES)),
        Days("The first deliveries", days_between(*_FIRST_DELIVERIES)),
        Days("The last days' deliveries", _last_days(clock, recent_days)),
    ]


def _last_days(clock: Clock, count: int) -> list[date]:
    return [clock.today() - timedelta(days=n) for n in range(count, 0, -1)]


DEMONSTRATION = Demonstration(
    sources="PostgreSQL, purchases and vendors' files",
    fill=_fill,
    chosen=_chosen,
    origin=lambda: "Purchases, reviews and session logs: GENERATED (in the shape of the retailer's and the vendors')",
    next_steps=(
        "make dashboards                            pages of charts in HOME/dashboards; open index.html there",
        "make dev                                   lineage, runs and checks on http://localhost:3000",
        'sakila-platform query reviews "SELECT * FROM customer_movie_analytics WHERE review_count > 0 LIMIT 5"',
        'sakila-platform query lake "SELECT dt, COUNT(*) FROM final_reviews.fact_review GROUP BY dt ORDER BY dt"',
        "sakila-platform load-purchases FILE.csv    your own purchases in place of the generated ones",
        "(sakila-platform is in .venv/bin)",
    ),
)
