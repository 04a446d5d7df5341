"""The Date dimension as assets, by year: in the lake, and in the warehouse.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Callable, Iterator

import dagster as dg

from sakila_platform.declarations.domain import Domain
from sakila_platform.declarations.layers import DateDimension, WarehouseLayer, Work
from sakila_platform.model.contracts import Table
from sakila_platform.orchestration.asset_specs import CONTRACT, ROW_COUNT, contract_checks, table_spec
from sakila_platform.orchestration.day_runs import CheckOutcome, DayResult, Event, run_days, years_of
from sakila_platform.orchestration.partitions import yearly_partitions
from sakila_platform.orchestration.work import CLOCK, LAKE, warehouse_of, work_of


def date_dimension_assets(domain: Domain, dates: DateDimension, warehouse: WarehouseLayer) -> list[dg.AssetsDefinition]:
    """The dimension in the lake, and that in the warehouse, which is made of it."""

    def publish(work: Work, year: int) -> int:
        return dates.publish_year(work.lake, year)

    partitions = yearly_partitions()
    final, of_warehouse = (
        table_spec(table, group=domain.group(table.name.layer), kinds=kinds, deps=deps, partitions=partitions)
        for table, kinds, deps in (
            (dates.final, ("python", "parquet"), []),
            (dates.warehouse, (warehouse.kind,), [dates.final.name]),
        )
    )
    loaded = _by_year(dates.warehouse, of_warehouse, dates.load_year, warehouse_of(domain))
    return [_by_year(dates.final, final, publish), loaded]


def _by_year(
    table: Table, spec: dg.AssetSpec, write: Callable[[Work, int], int], database: str = ""
) -> dg.AssetsDefinition:
    partitions = yearly_partitions()

    @dg.multi_asset(
        name=f"{spec.group_name}_{table.name.table}",
        specs=[spec],
        check_specs=contract_checks([table], partitions, ()),
        partitions_def=partitions,
        backfill_policy=dg.BackfillPolicy.single_run(),
        can_subset=True,
        required_resource_keys={LAKE, CLOCK, *filter(None, (database,))},
    )
    def make(context: dg.AssetExecutionContext) -> Iterator[Event]:
        work = work_of(context, database)

        def commit(years: list[int]) -> dict:
            return {
                year: {spec.key: DayResult({ROW_COUNT: write(work, year)}, {CONTRACT: CheckOutcome(True)})}
                for year in years
            }

        yield from run_days(context, years_of(context), 1, commit)

    return make
