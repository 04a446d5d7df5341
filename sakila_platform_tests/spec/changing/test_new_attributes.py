"""A column that a dimension gains is unknown on older days: it opens no version, and invents no history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.model.contracts import INTEGER, Column, text
from sakila_platform_tests.bike_star import DIM_STATION
from sakila_platform_tests.changed_bikes import FIRST, SECOND, Stations
from sakila_platform_tests.tables import rows_of, table

THIRD, FOURTH = date(2024, 5, 3), date(2024, 5, 4)
LINE = Column("line", text(10), "The tram that stops there.", nullable=True)
# Where a version's own columns come, beside the time of capture.
*_OLD, _CAPTURED_AT = DIM_STATION.columns
WITH_LINE = replace(DIM_STATION, columns=(*_OLD, LINE, _CAPTURED_AT))
WITH_PLACES = replace(DIM_STATION, columns=(*_OLD, Column("places", INTEGER, "For bikes.", default=0), _CAPTURED_AT))


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


def test_a_new_column_opens_no_version_and_is_known_of_the_version_that_has_it(stations: Stations) -> None:
    stations.load(FIRST, SECOND)
    stations.publish(THIRD, WITH_LINE, s1={"station_name": "Park", "line": "7"}, s2={"station_name": "Zoo Gate"})
    stations.load(THIRD, station=WITH_LINE)

    assert versions(stations, "line") == table(
        """
        station_name | line | valid_from | valid_to
        Park         | 7    | 1900-01-01 | 9999-12-31
        Zoo          | null | 1900-01-01 | 2024-05-02
        Zoo Gate     | null | 2024-05-02 | 9999-12-31
        """
    )


def test_what_changes_of_it_afterwards_is_a_version(stations: Stations) -> None:
    stations.load(FIRST, SECOND)
    for day, line in ((THIRD, "7"), (FOURTH, "9")):
        stations.publish(day, WITH_LINE, s1={"station_name": "Park", "line": line}, s2={"station_name": "Zoo Gate"})
        stations.load(day, station=WITH_LINE)

    assert versions(stations, "line").splitlines()[1:3] == [
        "Park         | 7    | 1900-01-01 | 2024-05-04",
        "Park         | 9    | 2024-05-04 | 9999-12-31",
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1, 0)])
def test_days_with_the_column_and_without_it_give_the_same_in_any_order(
    stations: Stations, order: tuple[int, ...]
) -> None:
    stations.publish(
        THIRD, WITH_LINE, s1={"station_name": "Park", "line": "7"}, s2={"station_name": "Zoo", "line": "1"}
    )
    for n in order:
        stations.load((FIRST, SECOND, THIRD)[n], station=WITH_LINE)

    assert versions(stations, "line") == table(
        """
        station_name | line | valid_from | valid_to
        Park         | 7    | 1900-01-01 | 9999-12-31
        Zoo          | null | 1900-01-01 | 2024-05-02
        Zoo Gate     | null | 2024-05-02 | 2024-05-03
        Zoo          | 1    | 2024-05-03 | 9999-12-31
        """
    )


def test_a_new_column_that_has_a_default_holds_it_where_nothing_is_known(stations: Stations) -> None:
    stations.load(FIRST, SECOND)
    stations.publish(
        THIRD,
        WITH_PLACES,
        s1={"station_name": "Park", "places": 20},
        s2={"station_name": "Zoo Gate", "places": 0},
    )
    stations.load(THIRD, station=WITH_PLACES)

    assert versions(stations, "places") == table(
        """
        station_name | places | valid_from | valid_to
        Park         | 20     | 1900-01-01 | 9999-12-31
        Zoo          | 0      | 1900-01-01 | 2024-05-02
        Zoo Gate     | 0      | 2024-05-02 | 9999-12-31
        """
    )


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


def test_a_warehouse_that_knows_nothing_of_what_its_captures_carried_looks_at_them_once(stations: Stations) -> None:
    stations.load(FIRST, SECOND)
    stations.sql("ALTER TABLE load_ledger DROP COLUMN carried")
    stations.publish(THIRD, WITH_LINE, s1={"station_name": "Park", "line": "7"}, s2={"station_name": "Zoo Gate"})
    stations.load(THIRD, station=WITH_LINE)

    assert versions(stations, "line").splitlines()[1] == "Park         | 7    | 1900-01-01 | 9999-12-31"
    assert stations.sql("SELECT date_key, carried FROM load_ledger ORDER BY date_key") == [
        (20240501, "station_name"),
        (20240502, "station_name"),
        (20240503, "line,station_name"),
    ]
