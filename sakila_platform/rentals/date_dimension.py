"""dim_date into the lake and the warehouse, a year at a time. What its rows are: `calendar`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Callable, Iterator, Sequence

import dagster as dg

from sakila_platform.contracts import Table, mysql_ddl
from sakila_platform.engine.asset_specs import CONTRACT, ROW_COUNT, asset_key, contract_checks, table_spec
from sakila_platform.engine.day_runs import CheckOutcome, DayResult, Event, run_days
from sakila_platform.naming import TableName
from sakila_platform.partitions import year_of, yearly_partitions
from sakila_platform.rentals import star
from sakila_platform.rentals import warehouse_star as warehouse
from sakila_platform.rentals.date_years import load_year, publish_year
from sakila_platform.resources.database import WarehouseResource
from sakila_platform.resources.lake import LakeResource


def date_dimension_assets() -> list[dg.AssetsDefinition]:
    """dim_date in the lake and in the warehouse, partitioned by year."""

    @dg.multi_asset(name="final_dim_date", **_yearly(star.DIM_DATE, "rentals_final", ("python", "parquet"), []))
    def final_dim_date(context: dg.AssetExecutionContext, lake: LakeResource) -> Iterator[Event]:
        def publish(year: int) -> int:
            return publish_year(lake.lake(), year)

        yield from _run_years(context, star.DIM_DATE, publish)

    @dg.multi_asset(
        name="warehouse_dim_date",
        **_yearly(warehouse.DIM_DATE, "rentals_warehouse", ("mysql",), [star.DIM_DATE.name]),
    )
    def warehouse_dim_date(
        context: dg.AssetExecutionContext, database: WarehouseResource, lake: LakeResource
    ) -> Iterator[Event]:
        def load(year: int) -> int:
            with database.connect() as connection:
                with connection.cursor() as cursor:
                    cursor.execute(mysql_ddl(warehouse.DIM_DATE))
                rows = load_year(connection, lake.lake(), year)
                connection.commit()
                return rows

        yield from _run_years(context, warehouse.DIM_DATE, load)

    return [final_dim_date, warehouse_dim_date]


def _yearly(table: Table, group: str, kinds: tuple[str, ...], deps: Sequence[TableName]) -> dict:
    partitions = yearly_partitions()
    return {
        "specs": [table_spec(table, group=group, kinds=kinds, deps=deps, partitions=partitions)],
        "check_specs": contract_checks([table], partitions, {}),
        "partitions_def": partitions,
        "backfill_policy": dg.BackfillPolicy.single_run(),
        "can_subset": True,
    }


def _run_years(context: dg.AssetExecutionContext, table: Table, write: Callable[[int], int]) -> Iterator[Event]:
    def commit(years: list[int]) -> dict:
        return {
            year: {asset_key(table.name): DayResult({ROW_COUNT: write(year)}, {CONTRACT: CheckOutcome(True)})}
            for year in years
        }

    yield from run_days(context, sorted(year_of(key) for key in context.partition_keys), 1, commit)
