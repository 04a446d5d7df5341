"""Two tables of the city's, and the star that is made of them."""

from __future__ import annotations

from sakila_platform.model.contracts import DATE, DATETIME, INSTANT, INTEGER, SMALLINT, Column, Table, TableKind, text
from sakila_platform.model.naming import TableName
from sakila_platform.warehouse.star import WarehouseStar

SOURCE = "bikes"
_WRITTEN = Column("last_update", INSTANT, "When the city last wrote the row.", nullable=True)
_CAPTURED = Column("captured_at", INSTANT, "When it was read.")
_STATION = (
    Column("station_id", INTEGER, "The city's number of the station."),
    Column("station_name", text(40), "What its sign says."),
)
_RIDE = Column("ride_id", INTEGER, "The city's number of the ride.")
_RIDE_AT = Column("ride_at", DATETIME, "When it began.")

STATION = Table(
    name=TableName("stage", SOURCE, "station"),
    kind=TableKind.SNAPSHOT,
    grain="One row per station.",
    columns=(*_STATION, _WRITTEN, _CAPTURED),
    primary_key=("station_id",),
)
RIDE = Table(
    name=TableName("stage", SOURCE, "ride"),
    kind=TableKind.EVENT,
    grain="One row per ride that began on the day.",
    columns=(
        _RIDE,
        Column("station_id", INTEGER, "Where it began.", references="station", nullable=True),
        _RIDE_AT,
        _WRITTEN,
    ),
    primary_key=("ride_id",),
    day_columns=("ride_at",),
)
DIM_STATION = Table(
    name=TableName("final", SOURCE, "dim_station"),
    kind=TableKind.DIMENSION,
    grain="One row per station, as captured for the day.",
    columns=(*_STATION, _CAPTURED),
    primary_key=("station_id",),
    keeps_history=True,
)
FACT_RIDE = Table(
    name=TableName("final", SOURCE, "fact_ride"),
    kind=TableKind.FACT,
    grain="One row per ride, on the day it began.",
    columns=(
        _RIDE,
        Column("ride_date_key", INTEGER, "Day it began."),
        Column("station_id", INTEGER, "Where it began.", references="dim_station"),
        _RIDE_AT,
    ),
    primary_key=("ride_id",),
    day_columns=("ride_date_key",),
    taken_from=("ride", "ride_at"),
)
DIM_DATE = Table(
    name=TableName("final", SOURCE, "dim_date"),
    kind=TableKind.CALENDAR,
    grain="One row per day.",
    columns=(
        Column("date_key", INTEGER, "The day as 20240501."),
        Column("date", DATE, "The day."),
        Column("year", SMALLINT, "The year."),
    ),
    primary_key=("date_key",),
)
STAR = WarehouseStar("bikes", (DIM_STATION, FACT_RIDE), DIM_DATE)
