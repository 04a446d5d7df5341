"""The star of reviews in the warehouse: the lake's tables of all days together. Pure declarations.

Facts are at grains of their own and share only the customer; the view `customer_movie_analytics` brings them together,
each one summed up before they meet, so that no join can multiply what was spent.
"""

from __future__ import annotations

from dataclasses import replace

from sakila_platform.reviews import star
from sakila_platform.warehouse.star import WarehouseStar, warehouse_fact

VIEW = "customer_movie_analytics"
# The same session details may be delivered on two days.
_FACT_MOVIE_ANALYTICS = replace(
    warehouse_fact(star.FACT_MOVIE_ANALYTICS, {}), primary_key=(*star.FACT_MOVIE_ANALYTICS.primary_key, "insert_date")
)
STAR = WarehouseStar(
    "reviews",
    # Reviews one by one are in the lake alone.
    tuple(table for table in star.DAILY_TABLES if table is not star.FACT_REVIEW),
    star.DIM_DATE,
    given=(_FACT_MOVIE_ANALYTICS,),
    views=(VIEW,),
)

DAILY_TABLES = STAR.tables
"""In loading order: dimensions before facts."""
DIM_DATE = STAR.dates
FACTS = STAR.facts
VIEW_READS = FACTS
"""What the view is made of."""
