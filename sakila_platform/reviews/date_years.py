"""Years of dim_date, with seasons: what its rows are, and how a year is published in the lake."""

from __future__ import annotations

from calendar import day_name, month_name
from datetime import date

import pyarrow as pa

from sakila_platform.contracts import arrow_schema
from sakila_platform.days import day_key, days_between
from sakila_platform.engine.parquet_files import encode_parquet
from sakila_platform.naming import data_file, year_partition
from sakila_platform.resources.lake_files import Lake
from sakila_platform.reviews import star

_SEASONS = ("Winter", "Spring", "Summer", "Autumn")


def publish_year(lake: Lake, year: int) -> int:
    """Publish a year of dim_date. Returns its rows (days)."""
    rows = pa.Table.from_pylist(date_rows(year), schema=arrow_schema(star.DIM_DATE))
    lake.publish(data_file(star.DIM_DATE.name, year_partition(year)), encode_parquet(rows))
    return rows.num_rows


def date_rows(year: int) -> list[dict[str, object]]:
    """One row per day of the year, as dim_date has it."""
    return [
        {
            "date_key": day_key(day),
            "date": day,
            "day": day.day,
            "day_of_week": day.isoweekday(),
            "day_name": day_name[day.weekday()],
            "week": day.isocalendar().week,
            "month": day.month,
            "month_name": month_name[day.month],
            "quarter": (day.month + 2) // 3,
            "year": year,
            "season": season_of(day),
        }
        for day in days_between(date(year, 1, 1), date(year, 12, 31))
    ]


def season_of(day: date) -> str:
    """The meteorological season of the northern hemisphere, which begins with a month: Winter with December."""
    return _SEASONS[day.month % 12 // 3]
