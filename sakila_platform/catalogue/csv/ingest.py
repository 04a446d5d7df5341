"""The catalogue's CSV files taken into the lake from a shell, or as what a container is there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sakila_platform.catalogue.csv.local_files import take_in_folder
from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import Clock
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE


def ingest_folder(folder: Path, day: date | None, report: Callable[[str], None]) -> None:
    """Put a folder's movies.csv and series.csv into the lake's raw zone, as of a day (None: today)."""
    clock = Clock(TIME_ZONE.read(), CLOCK.read())
    lake = open_lake()
    for taken_in in take_in_folder(lake, folder, day or clock.today(), report):
        what = "taken in" if taken_in.is_sent else "there already"
        report(f"{taken_in.path}: {taken_in.lines:,} rows, {taken_in.size:,} bytes, {what}")
    report(f"The lake is in {lake.location}")
