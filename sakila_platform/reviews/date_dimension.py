"""dim_date of reviews into the lake, a year at a time. What its rows are: `calendar`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator

import dagster as dg

from sakila_platform.orchestration.day_runs import Event
from sakila_platform.orchestration.layers.yearly import run_years, yearly
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.reviews.date_years import publish_year
from sakila_platform.reviews.final import GROUP
from sakila_platform.reviews.star import DIM_DATE


def date_dimension_asset() -> dg.AssetsDefinition:
    """dim_date in the lake, partitioned by year."""

    @dg.multi_asset(name="reviews_final_dim_date", **yearly(DIM_DATE, GROUP, ("python", "parquet"), []))
    def reviews_final_dim_date(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[Event]:
        yield from run_years(context, DIM_DATE, lambda year: publish_year(lake.lake(), year))

    return reviews_final_dim_date
