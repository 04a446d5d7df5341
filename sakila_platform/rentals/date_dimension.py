"""dim_date into the lake and the warehouse, a year at a time. What its rows are: `calendar`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Iterator

import dagster as dg

from sakila_platform.orchestration.day_runs import Event
from sakila_platform.orchestration.layers.yearly import run_years, yearly
from sakila_platform.orchestration.resources.database import WarehouseResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals import star
from sakila_platform.rentals import warehouse_star as warehouse
from sakila_platform.rentals.date_years import load_year, publish_year
from sakila_platform.warehouse.mysql.session import make_tables


def date_dimension_assets() -> list[dg.AssetsDefinition]:
    """dim_date in the lake and in the warehouse, partitioned by year."""

    @dg.multi_asset(name="final_dim_date", **yearly(star.DIM_DATE, "rentals_final", ("python", "parquet"), []))
    def final_dim_date(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[Event]:
        def publish(year: int) -> int:
            return publish_year(lake.lake(), year)

        yield from run_years(context, star.DIM_DATE, publish)

    @dg.multi_asset(
        name="warehouse_dim_date",
        **yearly(warehouse.DIM_DATE, "rentals_warehouse", ("mysql",), [star.DIM_DATE.name]),
    )
    def warehouse_dim_date(
        context: dg.AssetExecutionContext, database: WarehouseResource, lake: LakeResource
    ) -> Iterator[Event]:
        def load(year: int) -> int:
            with database.connect() as connection:
                with connection.cursor() as cursor:
                    make_tables(cursor, [warehouse.DIM_DATE])
                rows = load_year(connection, lake.lake(), year)
                connection.commit()
                return rows

        yield from run_years(context, warehouse.DIM_DATE, load)

    return [final_dim_date, warehouse_dim_date]
