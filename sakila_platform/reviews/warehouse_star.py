"""The star of reviews in the warehouse: the lake's tables of all days together. Pure declarations.

Facts are at grains of their own and share only the customer; the view `customer_movie_analytics` brings them together,
each one summed up before they meet, so that no join can multiply what was spent.
"""

from __future__ import annotations

from dataclasses import replace

from sakila_platform.model.contracts import Table
from sakila_platform.reviews import star

VIEW = "customer_movie_analytics"


def _in_warehouse(table: Table) -> Table:
    return replace(table, name=table.name.in_layer("warehouse"))


DIM_DEVICES = _in_warehouse(star.DIM_DEVICES)
DIM_LOCATION = _in_warehouse(star.DIM_LOCATION)
DIM_OS = _in_warehouse(star.DIM_OS)
DIM_BROWSER = _in_warehouse(star.DIM_BROWSER)
DIM_DATE = _in_warehouse(star.DIM_DATE)
# The same session details may be delivered on two days.
FACT_MOVIE_ANALYTICS = replace(
    _in_warehouse(star.FACT_MOVIE_ANALYTICS),
    primary_key=(*star.FACT_MOVIE_ANALYTICS.primary_key, "insert_date"),
    indexes=(("insert_date",),),
)
FACT_CUSTOMER_SPENDING = replace(_in_warehouse(star.FACT_CUSTOMER_SPENDING), indexes=(("date_key",),))

DIMENSIONS = (DIM_DEVICES, DIM_LOCATION, DIM_OS, DIM_BROWSER)
FACTS = (FACT_MOVIE_ANALYTICS, FACT_CUSTOMER_SPENDING)
DAILY_TABLES = (*DIMENSIONS, *FACTS)
"""In loading order: dimensions before facts."""

VIEW_READS = (FACT_MOVIE_ANALYTICS, FACT_CUSTOMER_SPENDING)
"""What the view is made of."""
