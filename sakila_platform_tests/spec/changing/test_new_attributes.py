"""A column that a dimension gains is unknown on older days: it opens no version, and invents no history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.model.contracts import Column, text
from sakila_platform_tests.bike_star import DIM_STATION
from sakila_platform_tests.changed_bikes import FIRST, SECOND, Stations
from sakila_platform_tests.tables import rows_of, table

THIRD = date(2024, 5, 3)
LINE = Column("line", text(10), "The tram that stops there.", nullable=True)
# Where a version's own columns come, beside the time of capture.
*_OLD, _CAPTURED_AT = DIM_STATION.columns
WITH_LINE = replace(DIM_STATION, columns=(*_OLD, LINE, _CAPTURED_AT))


@pytest.fixture
def stations(tmp_path: Path, empty_database: Address) -> Stations:
    """A park and a zoo; the zoo has another name from the second day on."""
    found = Stations(tmp_path, empty_database)
    found.publish(FIRST, s1={"station_name": "Park"}, s2={"station_name": "Zoo"})
    found.publish(SECOND, s1={"station_name": "Park"}, s2={"station_name": "Zoo Gate"})
    return found


def versions(stations: Stations, *columns: str) -> str:
    names = ("station_name", *columns, "valid_from", "valid_to")
    rows = stations.sql(f"SELECT {', '.join(names)} FROM dim_station ORDER BY station_id, valid_from")
    return rows_of(list(names), rows).drawn()


def test_a_day_made_anew_of_an_old_capture_has_the_column_and_yet_knows_nothing_of_it(stations: Stations) -> None:
    since = replace(WITH_LINE, columns=(*_OLD, replace(LINE, known_since=THIRD), _CAPTURED_AT))
    for day in (FIRST, SECOND):
        stations.publish(day, since, s1={"station_name": "Park"}, s2={"station_name": "Zoo"})
    stations.publish(THIRD, since, s1={"station_name": "Park", "line": "7"}, s2={"station_name": "Zoo", "line": "1"})
    stations.load(FIRST, SECOND, station=since)
    stations.load(THIRD, station=since)

    assert versions(stations, "line") == table(
        """
        station_name | line | valid_from | valid_to
        Park         | 7    | 1900-01-01 | 9999-12-31
        Zoo          | 1    | 1900-01-01 | 9999-12-31
        """
    )
