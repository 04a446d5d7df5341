"""What a table is in the warehouse follows from its contract in the lake, unless something else is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import INTEGER, Column, Table
from sakila_platform.model.ddl import mysql_ddl
from sakila_platform.rentals import star as rental_star
from sakila_platform.rentals.warehouse_star import STAR as RENTALS
from sakila_platform.reviews import star as reviews_star
from sakila_platform.reviews.warehouse_star import STAR as REVIEWS
from sakila_platform.warehouse.rows import inputs_of, row_query, rows_query
from sakila_platform.warehouse.star import Accumulating, WarehouseStar
from sakila_platform_tests.bike_star import DIM_BRAND, DIM_DATE, DIM_STATION, FACT_RIDE

BIKES = WarehouseStar("bikes", (DIM_STATION, DIM_BRAND, FACT_RIDE), DIM_DATE)
OUT = Column("rides_that_day", INTEGER, "How many there were.", nullable=True)


def said_of(table: Table, column: str) -> tuple:
    """What a contract says of a column, but its name and its type."""
    found = table.column(column)
    return (found.description, found.nullable, found.minimum, found.maximum, found.allowed, found.is_personal)


def test_a_dimension_with_history_becomes_versions_with_a_key_of_their_own() -> None:
    station = BIKES.table("dim_station")

    assert station.column_names == (
        *("station_key", "station_id", "station_name", "valid_from", "valid_to", "is_current", "is_backfilled"),
        "captured_at",
    )
    assert station.grain == "One row per version of a station (SCD type 2)."
    assert station.primary_key == ("station_key",)
    assert "KEY `ix_station_id_valid_from` (`station_id`, `valid_from`)" in mysql_ddl(station)
    assert said_of(station, "station_name") == said_of(DIM_STATION, "station_name")


def test_a_captured_table_without_history_has_the_day_that_it_was_taken_from() -> None:
    stations = WarehouseStar("bikes", (replace(DIM_STATION, keeps_history=False),), DIM_DATE).tables[0]

    assert stations.column_names == ("station_id", "station_name", "as_of_date", "captured_at")
    assert stations.grain == "One row per station, as last captured."


def test_members_that_are_not_captured_stay_as_they_are() -> None:
    assert BIKES.table("dim_brand") == replace(DIM_BRAND, name=DIM_BRAND.name.in_layer("warehouse"))


def test_a_fact_names_versions_and_has_its_keys_first() -> None:
    ride = BIKES.table("fact_ride")

    assert ride.column_names == (
        *("ride_id", "ride_date_key", "station_key", "brand_key", "receipt_id", "ride_at", "back_at", "ride_minutes"),
    )
    assert ride.references == {"station_key": "dim_station", "brand_key": "dim_brand"}
    assert ride.grain == "One row per ride."
    assert ride.indexes == (("ride_date_key",), ("station_key",))
    assert [rule.name for rule in ride.rules] == ["back_at is not before ride_at"]
    assert said_of(ride, "station_key") == said_of(FACT_RIDE, "station_id")


def test_a_fact_without_versions_is_the_lakes_with_an_index_by_its_day() -> None:
    spending = REVIEWS.table("fact_customer_spending")

    assert spending.columns == reviews_star.FACT_CUSTOMER_SPENDING.columns
    assert spending.indexes == (("date_key",),)


def test_what_completes_a_row_is_added_where_its_kind_of_column_stands() -> None:
    snapshot = Accumulating("fact_ride", "One row per ride, completed.", (OUT,), touched_by=())
    ride = replace(BIKES, accumulating=(snapshot,)).table("fact_ride")

    assert ride.column_names == (*BIKES.table("fact_ride").column_names, "rides_that_day")
    assert ride.grain == "One row per ride, completed."


def test_a_table_that_is_given_is_kept_as_it_is() -> None:
    given = replace(BIKES.table("fact_ride"), grain="One row per ride of ours.")

    assert replace(BIKES, given=(given,)).table("fact_ride") is given


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param(
            {"accumulating": (Accumulating("fact_ride", "", (), ("fact_walk",)),)},
            "The star of bikes names fact_walk, of which it has no contract.",
            id="no such table",
        ),
        pytest.param(
            {
                "lake_tables": (
                    DIM_STATION,
                    replace(
                        FACT_RIDE, columns=(*FACT_RIDE.columns, Column("to_id", INTEGER, "", references="dim_station"))
                    ),
                )
            },
            "final/bikes/fact_ride points at one dimension twice: its row in the warehouse has one key for both.",
            id="two keys of one dimension",
        ),
    ],
)
def test_a_star_that_can_not_be_is_refused_by_name(changed: dict, reason: str) -> None:
    with pytest.raises(ValueError) as refused:
        _ = replace(BIKES, **changed).tables
    assert str(refused.value) == reason


def test_the_rows_of_a_fact_are_made_from_its_contract() -> None:
    query = rows_query(BIKES, BIKES.table("fact_ride"))

    assert query.columns == BIKES.table("fact_ride").column_names
    assert [str(name) for name in query.lake_inputs] == ["final/bikes/fact_ride", "warehouse/bikes/dim_station"]


def test_a_row_that_no_contract_makes_wants_a_file() -> None:
    snapshot = Accumulating("fact_ride", "One row per ride, completed.", (OUT,), touched_by=())
    star = replace(BIKES, accumulating=(snapshot,))

    with pytest.raises(PlatformError) as refused:
        rows_query(star, star.table("fact_ride"))
    assert str(refused.value) == (
        "warehouse/bikes/fact_ride has rides_that_day, which its row in the lake has not. "
        "Give its rows in sql/bikes/warehouse/rows/fact_ride.sql."
    )


def test_a_select_is_shown_of_rows_that_are_not_the_lakes_as_they_are() -> None:
    shown = {table.name.table: row_query(RENTALS, table) for table in RENTALS.tables}

    assert {name for name, query in shown.items() if query} == {"fact_rental", "fact_return", "fact_payment"}
    assert [row_query(REVIEWS, table) for table in REVIEWS.tables] == [None] * len(REVIEWS.tables)


def test_a_dimension_is_made_of_its_own_day_and_a_fact_of_its_dimensions_too() -> None:
    def inputs(name: str) -> list[str]:
        return [str(each) for each in inputs_of(BIKES, BIKES.table(name))]

    assert inputs("dim_station") == ["final/bikes/dim_station"]
    assert inputs("fact_ride") == ["final/bikes/fact_ride", "warehouse/bikes/dim_brand", "warehouse/bikes/dim_station"]


def test_a_bridge_waits_for_no_dimension_and_the_snapshot_is_made_of_all_that_completes_it() -> None:
    def inputs(name: str) -> set[str]:
        return {str(each) for each in inputs_of(RENTALS, RENTALS.table(name))}

    assert inputs("bridge_film_actor") == {"final/sakila/bridge_film_actor"}
    dimensions = {f"warehouse/sakila/dim_{name}" for name in ("customer", "film", "store", "staff")}
    (snapshot,) = RENTALS.accumulating
    events = {f"final/sakila/{name}" for name in (snapshot.fact, *snapshot.touched_by)}
    assert inputs("fact_rental") == dimensions | events
    assert inputs("fact_payment") == {
        *("final/sakila/fact_payment", "warehouse/sakila/dim_customer", "warehouse/sakila/dim_staff")
    }


@pytest.mark.parametrize("star", [RENTALS, REVIEWS], ids=lambda star: star.domain)
def test_the_rows_of_every_fact_have_the_columns_of_its_contract(star: WarehouseStar) -> None:
    for fact in star.facts:
        assert rows_query(star, fact).columns == fact.column_names


def test_a_domain_says_nothing_twice_but_what_differs() -> None:
    assert [table.name.table for table in RENTALS.tables] == [t.name.table for t in rental_star.DAILY_TABLES]
    assert RENTALS.given == ()
    assert [table.name.table for table in REVIEWS.given] == ["fact_movie_analytics"]
