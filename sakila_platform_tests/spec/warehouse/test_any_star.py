"""A star that is declared by contracts in the lake gets its warehouse without anything written for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect as connect_to_mysql
from sakila_platform.databases.postgres.address import PostgresAddress, connected
from sakila_platform.databases.redshift import Redshift, RedshiftAddress
from sakila_platform.declarations.layers import Work
from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.declarations.postgres_warehouse import postgres_warehouse
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.location import open_lake
from sakila_platform.model.contracts import INTEGER, Column, Table
from sakila_platform.model.days import Clock
from sakila_platform.settings.places import POSTGRES_URL
from sakila_platform.warehouse import redshift_load, rows
from sakila_platform.warehouse.mysql import accumulating
from sakila_platform.warehouse.mysql import load as mysql
from sakila_platform.warehouse.postgres import load as postgres
from sakila_platform.warehouse.star import Accumulating, WarehouseStar
from sakila_platform_tests import bike_star
from sakila_platform_tests.bike_star import DIM_BRAND, DIM_DATE, DIM_STATION, FACT_COMPLAINT, FACT_HIRE, FACT_RIDE
from sakila_platform_tests.lake_places import s3_place
from sakila_platform_tests.redshift_stand_in import RedshiftStandIn
from sakila_platform_tests.s3_servers import S3Server
from sakila_platform_tests.tables import Rows, rows_of, table

FIRST, SECOND, THIRD = date(2024, 5, 1), date(2024, 5, 2), date(2024, 5, 3)
RIDES = WarehouseStar("bikes", (DIM_STATION, DIM_BRAND, FACT_RIDE), DIM_DATE)
HIRES = WarehouseStar("bikes", (DIM_BRAND, FACT_HIRE), DIM_DATE)
# A ride is complained about on a later day.
COMPLAINTS = replace(
    RIDES,
    lake_tables=(*RIDES.lake_tables, FACT_COMPLAINT),
    accumulating=(
        Accumulating(
            fact="fact_ride",
            grain="One row per ride, with the complaints about it.",
            completed=(Column("complaint_count", INTEGER, "How often it was complained about.", minimum=0),),
            touched_by=("fact_complaint",),
        ),
    ),
)
RIDE_ROWS = """\
-- One row per ride of the run's days, with the complaints of those days.
SELECT
    ride.ride_id, ride.ride_date_key, station.station_key, ride.brand_key, ride.receipt_id, ride.ride_at, ride.back_at,
    ride.ride_minutes, count(complaint.complaint_id) AS complaint_count
FROM final_bikes.fact_ride AS ride
LEFT JOIN final_bikes.fact_complaint AS complaint ON ride.ride_id = complaint.ride_id
LEFT JOIN warehouse_bikes.dim_station AS station
    ON ride.station_id = station.station_id AND ride.dt >= station.valid_from AND ride.dt < station.valid_to
GROUP BY ALL
"""
MERGED_RIDES = """\
-- One row per touched ride: its complaints, from all days.
UPDATE fact_ride
INNER JOIN touched_fact_ride ON fact_ride.ride_id = touched_fact_ride.ride_id
SET complaint_count = (SELECT COUNT(*) FROM fact_complaint WHERE fact_complaint.ride_id = touched_fact_ride.ride_id)
"""


class OnMySql:
    """Stations, brands and rides of three days, and a warehouse for them. The station is called anew on the second."""

    def __init__(self, folder: Path, address: Address) -> None:
        self.lake, self.address = FolderLake(str(folder)), address
        for day, name in ((FIRST, "Park"), (SECOND, "Zoo"), (THIRD, "Zoo")):
            bike_star.publish_stations(self.lake, day, s1=name)
            bike_star.publish_brands(self.lake, day, Kite=7)
            bike_star.publish_rides(self.lake, day, (day.day * 10, 1, 7), (day.day * 10 + 1, 0, 0))

    def load(self, *days: date, star: WarehouseStar = RIDES, tables: tuple[Table, ...] = ()) -> Any:
        with connect_to_mysql(self.address) as connection:
            loading = mysql.Loading(star, connection, self.lake, Clock(ZoneInfo("UTC")), bike_star.publish_year)
            return mysql.load_days(loading, tables or star.tables, days)

    def sql(self, statement: str) -> Rows:
        with connect_to_mysql(self.address, autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return rows_of([column[0] for column in cursor.description or ()], cursor.fetchall())

    def contents(self) -> dict[str, list]:
        """Every table but its times of capture: which of equal captures a version was read from says nothing."""
        found = {t.name.table: self.sql(f"SELECT * FROM {t.name.table} ORDER BY 1") for t in RIDES.tables}
        return {name: [{**row, "captured_at": None} for row in rows] for name, rows in found.items()}


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


def test_its_fact_is_completed_by_another_whatever_day_that_came_on(
    bikes: OnMySql, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part, text in (("rows", RIDE_ROWS), ("merge", MERGED_RIDES)):
        file = tmp_path / "sql" / "bikes" / "warehouse" / part / "fact_ride.sql"
        file.parent.mkdir(parents=True)
        file.write_text(text)
    for module in (rows, accumulating):
        monkeypatch.setattr(module, "SQL_FOLDER", tmp_path / "sql")
    bike_star.publish_complaints(bikes.lake, FIRST, (1, 10))
    bike_star.publish_complaints(bikes.lake, SECOND, (2, 10), (3, 20))
    bike_star.publish_complaints(bikes.lake, THIRD)

    def counted() -> list[int]:
        return bikes.sql("SELECT complaint_count FROM fact_ride ORDER BY ride_id").column("complaint_count")

    for day in (SECOND, THIRD, FIRST):
        bikes.load(day, star=COMPLAINTS)
    assert counted() == [2, 0, 1, 0, 0, 0]

    # The third complaint turns out to be about another ride, and came a day later.
    bike_star.publish_complaints(bikes.lake, SECOND, (2, 10))
    bike_star.publish_complaints(bikes.lake, THIRD, (3, 11))
    bikes.load(THIRD, star=COMPLAINTS)
    assert counted() == [2, 1, 0, 0, 0, 0]


def test_a_star_without_history_gets_its_warehouse_on_postgresql_alike(
    tmp_path: Path, empty_postgres: PostgresAddress
) -> None:
    lake = FolderLake(str(tmp_path))
    for day in (FIRST, SECOND):
        bike_star.publish_brands(lake, day, Kite=7)
        bike_star.publish_hires(lake, day, b7=day.day)
    warehouse = postgres_warehouse(HIRES, bike_star.publish_year, "Hires of the day are those of final.")
    database = PostgresDatabase("bikes", (POSTGRES_URL,)).at(empty_postgres.url, empty_postgres.database)
    work = Work(lake, Clock(ZoneInfo("UTC")), database)

    def hires() -> list:
        with database.connect() as connection:
            sql = "SELECT brand, date, rides FROM fact_hire NATURAL JOIN dim_brand NATURAL JOIN dim_date"
            return sorted(connection.execute(sql).fetchall())

    warehouse.load(work, warehouse.tables, [FIRST, SECOND])
    warehouse.load(work, warehouse.tables, [SECOND])
    assert hires() == [("Kite", FIRST, 1), ("Kite", SECOND, 2)]
    assert warehouse.empty(work) == [FIRST, SECOND]
    assert hires() == []


def test_and_on_redshift_from_a_lake_on_s3(
    s3_server: S3Server, empty_postgres: PostgresAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    with s3_place(s3_server) as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        lake = open_lake()
        bike_star.publish_brands(lake, FIRST, Kite=7)
        bike_star.publish_hires(lake, FIRST, b7=3)
        server = Redshift(RedshiftStandIn(empty_postgres, lake), RedshiftAddress("bikes", "bikes", "SAKILA_BIKES_URL"))
        loading = redshift_load.RedshiftLoading(HIRES, server, lake, bike_star.publish_year)
        redshift_load.load_days_on_redshift(loading, HIRES.tables, [FIRST])

    with connected(empty_postgres) as connection:
        assert connection.execute("SELECT brand, rides FROM fact_hire NATURAL JOIN dim_brand").fetchall() == [
            ("Kite", 3)
        ]


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
