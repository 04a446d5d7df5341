"""A star that no domain has: bikes hired at stations. Contracts are all there is of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pyarrow as pa

from sakila_platform.lake.files import Lake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.contracts import (
    BIGINT,
    DATE,
    DATETIME,
    INSTANT,
    INTEGER,
    SMALLINT,
    Column,
    Table,
    TableKind,
    arrow_schema,
    text,
)
from sakila_platform.model.days import day_key
from sakila_platform.model.naming import TableName, data_file, day_partition, year_partition
from sakila_platform.model.rules import Holds


def _final(table: str) -> TableName:
    return TableName("final", "bikes", table)


DIM_STATION = Table(
    name=_final("dim_station"),
    kind=TableKind.DIMENSION,
    grain="One row per station, as captured for the day.",
    columns=(
        Column("station_id", INTEGER, "The city's number of the station."),
        Column("station_name", text(40), "What its sign says."),
        Column("captured_at", INSTANT, "When it was read."),
    ),
    primary_key=("station_id",),
    keeps_history=True,
)
DIM_BRAND = Table(
    name=_final("dim_brand"),
    kind=TableKind.DIMENSION,
    grain="One row per brand of bike.",
    columns=(Column("brand_key", BIGINT, "From its name."), Column("brand", text(20), "Its name.")),
    primary_key=("brand_key",),
)
FACT_RIDE = Table(
    name=_final("fact_ride"),
    kind=TableKind.FACT,
    grain="One row per ride, on the day it began.",
    columns=(
        Column("ride_id", INTEGER, "The city's number of the ride."),
        Column("ride_date_key", INTEGER, "Day it began."),
        Column("ride_at", DATETIME, "When it began."),
        Column("back_at", DATETIME, "When it ended."),
        Column("station_id", INTEGER, "Where it began.", references="dim_station"),
        Column("brand_key", BIGINT, "What was ridden.", references="dim_brand"),
        Column("receipt_id", INTEGER, "What was printed.", nullable=True),
        Column("ride_minutes", INTEGER, "How long it was.", minimum=0),
    ),
    primary_key=("ride_id",),
    day_columns=("ride_date_key",),
    rules=(Holds("back_at is not before ride_at", "back_at >= ride_at"),),
    indexes=(("station_id",),),
    taken_from=("ride", "ride_date"),
)
FACT_COMPLAINT = Table(
    name=_final("fact_complaint"),
    kind=TableKind.FACT,
    grain="One row per complaint, on the day it came.",
    columns=(
        Column("complaint_id", INTEGER, "The city's number of the complaint."),
        Column("complaint_date_key", INTEGER, "Day it came."),
        Column("ride_id", INTEGER, "The ride it is about.", nullable=True),
    ),
    primary_key=("complaint_id",),
    day_columns=("complaint_date_key",),
    indexes=(("ride_id",),),
)
# What PostgreSQL can have: no history.
FACT_HIRE = Table(
    name=_final("fact_hire"),
    kind=TableKind.FACT,
    grain="One row per brand and day.",
    columns=(
        Column("brand_key", BIGINT, "What was ridden.", references="dim_brand"),
        Column("date_key", INTEGER, "The day."),
        Column("rides", INTEGER, "How many rides.", minimum=1),
    ),
    primary_key=("brand_key", "date_key"),
    day_columns=("date_key",),
)
DIM_DATE = Table(
    name=_final("dim_date"),
    kind=TableKind.CALENDAR,
    grain="One row per day.",
    columns=(
        Column("date_key", INTEGER, "The day as 20240501."),
        Column("date", DATE, "The day."),
        Column("year", SMALLINT, "The year."),
    ),
    primary_key=("date_key",),
)


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of the Date dimension. Its rows."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    rows = [{"date_key": day_key(day), "date": day, "year": year} for day in days if day.year == year]
    _publish(lake, DIM_DATE, year_partition(year), rows)
    return len(rows)


def publish_stations(lake: Lake, day: date, **names: str) -> None:
    """Publish the stations as captured in the evening of a day: `s1="Park"`."""
    captured_at = datetime(day.year, day.month, day.day, 20, tzinfo=timezone.utc)
    members = {0: "Unknown", **{int(member[1:]): name for member, name in names.items()}}
    rows = [{"station_id": n, "station_name": name, "captured_at": captured_at} for n, name in members.items()]
    _publish(lake, DIM_STATION, day_partition(day), rows)


def publish_brands(lake: Lake, day: date, **brands: int) -> None:
    """Publish a day's brands: `Kite=7`."""
    members = {"Unknown": 0, **brands}
    rows = [{"brand_key": key, "brand": brand} for brand, key in members.items()]
    _publish(lake, DIM_BRAND, day_partition(day), rows)


def publish_rides(lake: Lake, day: date, *rides: tuple[int, int, int]) -> None:
    """Publish a day's rides, each by its number, its station and its brand's key: from noon on, ten minutes long."""
    noon = datetime(day.year, day.month, day.day, 12)
    rows = [
        {
            "ride_id": number,
            "ride_date_key": day_key(day),
            "ride_at": noon,
            "back_at": noon + timedelta(minutes=10),
            "station_id": station,
            "brand_key": brand,
            "receipt_id": None,
            "ride_minutes": 10,
        }
        for number, station, brand in rides
    ]
    _publish(lake, FACT_RIDE, day_partition(day), rows)


def publish_complaints(lake: Lake, day: date, *complaints: tuple[int, int]) -> None:
    """Publish a day's complaints, each by its number and its ride."""
    rows = [
        {"complaint_id": number, "complaint_date_key": day_key(day), "ride_id": ride} for number, ride in complaints
    ]
    _publish(lake, FACT_COMPLAINT, day_partition(day), rows)


def publish_hires(lake: Lake, day: date, **rides: int) -> None:
    """Publish how often each brand was ridden on a day, by its key: `b7=3`."""
    rows = [{"brand_key": int(key[1:]), "date_key": day_key(day), "rides": count} for key, count in rides.items()]
    _publish(lake, FACT_HIRE, day_partition(day), rows)


def _publish(lake: Lake, table: Table, partition: str, rows: list[dict[str, Any]]) -> None:
    content = encode_parquet(pa.Table.from_pylist(rows, arrow_schema(table)))
    lake.publish(data_file(table.name, partition), content)
