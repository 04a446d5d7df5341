"""dim_date into the lake and the warehouse, a year at a time. What its rows are: `calendar`.

No postponed annotations here: Dagster reads those of the asset's function.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pymysql

from sakila_platform import settings
from sakila_platform.contracts import Table, arrow_schema, mysql_ddl
from sakila_platform.engine.asset_specs import CONTRACT, ROW_COUNT, asset_key, contract_checks, table_spec
from sakila_platform.engine.audit import audit_table
from sakila_platform.engine.day_runs import CheckOutcome, DayResult, Event, run_days
from sakila_platform.engine.parquet_files import encode_parquet
from sakila_platform.engine.warehouse_session import WarehouseSession
from sakila_platform.errors import PlatformError
from sakila_platform.naming import TableName, data_file, year_partition
from sakila_platform.partitions import year_of, yearly_partitions
from sakila_platform.rentals import star
from sakila_platform.rentals import warehouse_star as warehouse
from sakila_platform.rentals.calendar import date_rows
from sakila_platform.resources.database import WarehouseResource
from sakila_platform.resources.lake import LakeResource
from sakila_platform.resources.lake_files import Lake
from sakila_platform.resources.mysql_writer import load_batches


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of dim_date with the holidays of the settings. Returns its rows (days)."""
    rows = pa.Table.from_pylist(
        date_rows(
            year,
            settings.HOLIDAY_COUNTRY.read(),
            settings.HOLIDAY_SUBDIVISION.read(),
            settings.HOLIDAY_LANGUAGE.read(),
        ),
        schema=arrow_schema(star.DIM_DATE),
    )
    kept, _, broken = audit_table(rows, star.DIM_DATE, date(year, 1, 1))
    if broken:
        raise PlatformError(f"{star.DIM_DATE.name} for {year} breaks its contract: {', '.join(broken)}.")
    lake.publish(data_file(star.DIM_DATE.name, year_partition(year)), encode_parquet(kept))
    return kept.num_rows


def load_year(connection: pymysql.Connection, lake: Lake, year: int) -> int:
    """Replace a year of the warehouse's dim_date by the lake's, in the caller's transaction. Returns its rows."""
    path = data_file(star.DIM_DATE.name, year_partition(year))
    if not lake.exists(path):
        raise PlatformError(f"{star.DIM_DATE.name} has no {year}. Run it for this year first, then the warehouse's.")
    rows = pq.ParquetFile(pa.BufferReader(lake.read(path))).read()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dim_date WHERE year = %s", (year,))
    return load_batches(connection, "dim_date", [rows])


def ensure_dates(session: WarehouseSession) -> None:
    """Make sure that the warehouse (and the lake) has every year that the run's days name (design rule 13)."""
    there = {year for (year,) in session.fetch("SELECT DISTINCT year FROM dim_date")}
    for year in sorted({day.year for day in session.days} - there):
        if not session.lake.exists(data_file(star.DIM_DATE.name, year_partition(year))):
            publish_year(session.lake, year)
        load_year(session.connection, session.lake, year)


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
