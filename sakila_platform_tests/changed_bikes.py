"""Hires of bikes by brand and day, in a lake and in a warehouse of any kind of server, by contracts that change."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect as connect_to_mysql
from sakila_platform.databases.postgres.address import PostgresAddress, connected
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.contracts import Column, ColumnType, Table, arrow_schema, decimal
from sakila_platform.model.days import Clock, day_key
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.warehouse.mysql import load as mysql
from sakila_platform.warehouse.postgres import load as postgres
from sakila_platform.warehouse.star import WarehouseStar
from sakila_platform_tests import bike_star
from sakila_platform_tests.bike_star import DIM_BRAND, DIM_DATE, DIM_STATION, FACT_HIRE

FIRST, SECOND = date(2024, 5, 1), date(2024, 5, 2)
PAID = replace(FACT_HIRE, columns=(*FACT_HIRE.columns, Column("paid", decimal(10, 2), "What was paid.", minimum=0)))


def with_columns(table: Table, *columns: Column) -> Table:
    """The table with further columns."""
    return replace(table, columns=(*table.columns, *columns))


def retyped(table: Table, **types: ColumnType) -> Table:
    """The table with other types for these columns."""
    columns = tuple(replace(c, type=types[c.name]) if c.name in types else c for c in table.columns)
    return replace(table, columns=columns)


class Bikes:
    """A lake and a warehouse; `reported` has what loads reported."""

    def __init__(self, folder: Path, address: Address | PostgresAddress) -> None:
        self.lake, self.address = FolderLake(str(folder)), address
        self.reported: list[str] = []

    def publish_rows(self, day: date, table: Table, *rows: dict[str, Any]) -> None:
        """Publish a day of a table; what a row does not name is null."""
        whole = pa.Table.from_pylist([{n: row.get(n) for n in table.column_names} for row in rows], arrow_schema(table))
        self.lake.publish(data_file(table.name, day_partition(day)), encode_parquet(whole))

    def load_star(self, star: WarehouseStar, *days: date) -> Outcomes:
        """Load days of a star, long after."""
        if isinstance(self.address, Address):
            with closing(connect_to_mysql(self.address, local_infile=True)) as connection:
                clock = Clock(ZoneInfo("UTC"), datetime(2024, 6, 1, tzinfo=timezone.utc))
                at = mysql.Loading(star, connection, self.lake, clock, bike_star.publish_year, self.reported.append)
                return mysql.load_days(at, star.tables, days)
        with connected(self.address) as connected_to:
            to = postgres.Loading(star, connected_to, self.lake, bike_star.publish_year, self.reported.append)
            return postgres.load_days(to, star.tables, days)

    def sql(self, statement: str) -> list[tuple]:
        """What the warehouse answers."""
        if isinstance(self.address, Address):
            with closing(connect_to_mysql(self.address, autocommit=True)) as connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())
        with connected(self.address) as connected_to:
            answer = connected_to.execute(statement.encode())
            rows = answer.fetchall() if answer.description else []
            connected_to.commit()
            return rows


class HiredBikes(Bikes):
    """One brand, Kite, and its hires by day."""

    def publish(self, day: date, brand: Table = DIM_BRAND, hire: Table = PAID, **values: Any) -> None:
        """Publish a day by these contracts; `values` are those of columns, of whichever table has them."""
        columns = {"rides": 3, "paid": 1, **values, "brand_key": 7, "brand": "Kite", "date_key": day_key(day)}
        unknown = {column.name: None if column.nullable else columns.get(column.name) for column in brand.columns}
        self.publish_rows(day, brand, {**unknown, "brand_key": 0, "brand": "Unknown"}, columns)
        self.publish_rows(day, hire, columns)

    def load(self, day: date, brand: Table = DIM_BRAND, hire: Table = PAID) -> Outcomes:
        """Load a day by these contracts."""
        return self.load_star(WarehouseStar("bikes", (brand, hire), DIM_DATE), day)

    def migrate(self, brand: Table, hire: Table, *, dry_run: bool) -> list[str]:
        """Bring the warehouse up to these contracts, or only try it."""
        star = WarehouseStar("bikes", (brand, hire), DIM_DATE)
        if isinstance(self.address, Address):
            with closing(connect_to_mysql(self.address)) as connection:
                clock = Clock(ZoneInfo("UTC"), datetime(2024, 6, 1, tzinfo=timezone.utc))
                at = mysql.Loading(star, connection, self.lake, clock, bike_star.publish_year)
                return mysql.migrate(at, dry_run=dry_run)
        with connected(self.address) as connected_to:
            to = postgres.Loading(star, connected_to, self.lake, bike_star.publish_year)
            return postgres.migrate(to, dry_run=dry_run)

    @property
    def tables_sql(self) -> str:
        """The question for the names of all tables of the warehouse."""
        schema = "DATABASE()" if isinstance(self.address, Address) else "current_schema()"
        return f"SELECT table_name FROM information_schema.tables WHERE table_schema = {schema}"


class Stations(Bikes):
    """Stations, of which the warehouse keeps the history."""

    def publish(self, day: date, station: Table = DIM_STATION, *, hours: int = 20, **members: dict[str, Any]) -> None:
        """Publish a day's capture, so many hours after the day began: `s1={"station_name": "Park"}`."""
        captured_at = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) + timedelta(hours=hours)
        rows = [{"station_id": int(name[1:]), "captured_at": captured_at, **row} for name, row in members.items()]
        self.publish_rows(day, station, *rows)

    def load(self, *days: date, station: Table = DIM_STATION) -> Outcomes:
        """Load days by this contract."""
        return self.load_star(WarehouseStar("bikes", (station,), DIM_DATE), *days)
