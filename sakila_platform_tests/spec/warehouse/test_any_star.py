"""A star that is declared by contracts in the lake gets its warehouse without anything written for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect as connect_to_mysql
from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.databases.postgres.address import PostgresAddress, connected
from sakila_platform.lake.folder import FolderLake
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.days import Clock
from sakila_platform.warehouse.mysql import load as mysql
from sakila_platform.warehouse.mysql.session import WarehouseSession
from sakila_platform.warehouse.postgres import load as postgres
from sakila_platform.warehouse.star import Accumulating, WarehouseStar
from sakila_platform_tests import bike_star
from sakila_platform_tests.bike_star import DIM_BRAND, DIM_DATE, DIM_STATION, FACT_HIRE, FACT_RIDE
from sakila_platform_tests.tables import Rows, rows_of, table

FIRST, SECOND, THIRD = date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)
RIDES = WarehouseStar("bikes", (DIM_STATION, DIM_BRAND, FACT_RIDE), DIM_DATE)
HIRES = WarehouseStar("bikes", (DIM_BRAND, FACT_HIRE), DIM_DATE)


class OnMySql:
    """Stations, brands and rides of three days, and a warehouse for them. The station is called anew on the second."""

    def __init__(self, folder: Path, address: Address) -> None:
        self.lake, self.address = FolderLake(str(folder)), address
        for day, name in ((FIRST, "Park"), (SECOND, "Zoo"), (THIRD, "Zoo")):
            bike_star.publish_stations(self.lake, day, s1=name)
            bike_star.publish_brands(self.lake, day, Kite=7)
            bike_star.publish_rides(self.lake, day, (day.day * 10, 1, 7), (day.day * 10 + 1, 0, 0))

    def load(self, *days: date, tables: tuple[Table, ...] = RIDES.tables) -> Any:
        with connect_to_mysql(self.address) as connection:
            clock = Clock(ZoneInfo("UTC"))
            return mysql.load_days(mysql.Loading(RIDES, connection, self.lake, clock, _ensure_dates), tables, days)

    def sql(self, statement: str) -> Rows:
        with connect_to_mysql(self.address, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return rows_of([column[0] for column in cursor.description or ()], cursor.fetchall())

    def contents(self) -> dict[str, list]:
        """Every table but its times of capture: which of equal captures a version was read from says nothing."""
        found = {t.name.table: self.sql(f"SELECT * FROM {t.name.table} ORDER BY 1") for t in RIDES.tables}
        return {name: [{**row, "captured_at": None} for row in rows] for name, rows in found.items()}


def _ensure_dates(session: WarehouseSession) -> None:
    session.execute("DELETE FROM dim_date")
    rows = bike_star.dates_of(2024)
    load_batches(session.connection, "dim_date", [pa.Table.from_pylist(rows, arrow_schema(DIM_DATE))])


@pytest.fixture
def bikes(tmp_path: Path, empty_database: Address) -> OnMySql:
    return OnMySql(tmp_path, empty_database)


def test_its_dimension_keeps_history_and_its_fact_names_the_version_of_the_day(bikes: OnMySql) -> None:
    bikes.load(FIRST, SECOND, THIRD)

    rides = bikes.sql(
        "SELECT ride_id, station_key, station_name, brand, ride_minutes FROM fact_ride "
        "INNER JOIN dim_station USING (station_key) INNER JOIN dim_brand USING (brand_key) ORDER BY ride_id"
    )
    assert rides.drawn() == table(
        """
        ride_id | station_key | station_name | brand   | ride_minutes
        10      | 119000101   | Park         | Kite    | 10
        11      | 19000101    | Unknown      | Unknown | 10
        20      | 120240502   | Zoo          | Kite    | 10
        21      | 19000101    | Unknown      | Unknown | 10
        30      | 120240502   | Zoo          | Kite    | 10
        31      | 19000101    | Unknown      | Unknown | 10
        """
    )


def test_its_days_in_any_order_give_the_same_warehouse(bikes: OnMySql) -> None:
    bikes.load(FIRST, SECOND, THIRD)
    at_once = bikes.contents()
    for name in (*at_once, RIDES.ledger.name.table):
        bikes.sql(f"DELETE FROM {name}")

    for day in (THIRD, FIRST, SECOND, SECOND):
        outcomes = bikes.load(day)

    assert bikes.contents() == at_once
    assert outcomes[RIDES.table("fact_ride").name][SECOND].rows == 2


def test_a_member_that_changes_afterwards_takes_the_rides_of_its_days_along(bikes: OnMySql) -> None:
    bikes.load(FIRST, SECOND, THIRD)
    bike_star.publish_stations(bikes.lake, THIRD, s1="Zoo Gate")
    bikes.load(THIRD, tables=(RIDES.table("dim_station"),))

    keys = bikes.sql("SELECT ride_id, station_key FROM fact_ride WHERE station_key > 100000000 ORDER BY ride_id")
    assert keys.column("station_key") == [119000101, 120240502, 120240503]


def test_a_star_without_history_gets_its_warehouse_on_postgresql_alike(
    tmp_path: Path, empty_postgres: PostgresAddress
) -> None:
    lake = FolderLake(str(tmp_path))
    for day in (FIRST, SECOND):
        bike_star.publish_brands(lake, day, Kite=7)
        bike_star.publish_hires(lake, day, b7=day.day)
    with connected(empty_postgres) as connection:
        loading = postgres.Loading(HIRES, connection, lake, bike_star.publish_year)
        postgres.load_days(loading, HIRES.tables, [FIRST, SECOND])
        postgres.load_days(loading, HIRES.tables, [SECOND])
        found = connection.execute(
            "SELECT brand, date, rides FROM fact_hire NATURAL JOIN dim_brand NATURAL JOIN dim_date"
        )
        assert sorted(found.fetchall()) == [("Kite", FIRST, 1), ("Kite", SECOND, 2)]


@pytest.mark.parametrize(
    "star",
    [
        pytest.param(RIDES, id="history"),
        pytest.param(
            WarehouseStar("bikes", HIRES.lake_tables, DIM_DATE, accumulating=(Accumulating("fact_hire", "", (), ()),)),
            id="accumulating",
        ),
    ],
)
def test_postgresql_refuses_a_star_that_only_mysql_keeps(star: WarehouseStar) -> None:
    with pytest.raises(
        ValueError, match=r"^The star of bikes has history or accumulates: its warehouse is on MySQL\.$"
    ):
        postgres.Loading(star, None, None, None)  # type: ignore[arg-type]
