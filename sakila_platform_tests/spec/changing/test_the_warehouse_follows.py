"""What a contract gains is in the warehouse after its next load, which reports it; what it loses has to be declared."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import BIGINT, INTEGER, Column, ColumnType, Table, decimal, text
from sakila_platform.model.outcomes import TABLE_CHANGES
from sakila_platform.model.versions import contract_version
from sakila_platform_tests.bike_star import DIM_BRAND, DIM_STATION, FACT_HIRE
from sakila_platform_tests.changed_bikes import FIRST, PAID, SECOND, HiredBikes, Stations, retyped, with_columns

COLOUR = Column("colour", text(10), "Of its bikes.", nullable=True)
WHEELS = Column("wheels", INTEGER, "How many a bike has.", default=2)


@pytest.fixture(params=["mysql", "postgresql"])
def bikes(request: pytest.FixtureRequest, tmp_path: Path) -> HiredBikes:
    """A day that is loaded by the contracts as they were."""
    server = "empty_database" if request.param == "mysql" else "empty_postgres"
    found = HiredBikes(tmp_path, request.getfixturevalue(server))
    found.publish(FIRST, paid=Decimal("2.99"))
    found.load(FIRST)
    assert found.reported == []
    return found


def test_a_new_column_comes_with_the_next_load_and_is_null_or_its_default_in_rows_that_are_there(
    bikes: HiredBikes,
) -> None:
    contracts = with_columns(DIM_BRAND, COLOUR), with_columns(PAID, WHEELS)
    bikes.publish(SECOND, *contracts, colour="red", wheels=3)
    bikes.load(SECOND, *contracts)

    assert bikes.sql("SELECT brand, colour FROM dim_brand ORDER BY brand") == [("Kite", "red"), ("Unknown", None)]
    assert bikes.sql("SELECT rides, wheels FROM fact_hire ORDER BY date_key") == [(3, 2), (3, 3)]


def test_each_change_is_reported_in_a_line_in_the_log_and_on_its_table_once(bikes: HiredBikes) -> None:
    brand = with_columns(retyped(DIM_BRAND, brand=text(40)), COLOUR)
    hire = replace(retyped(PAID, rides=BIGINT), indexes=(("rides",),))
    bikes.publish(SECOND, brand, hire)

    outcomes = bikes.load(SECOND, brand, hire)

    assert [line.partition(" (")[0] for line in bikes.reported[:3]] == [
        "dim_brand.brand is VARCHAR(40) now",
        "dim_brand.colour was added",
        "fact_hire.rides is BIGINT now",
    ]
    assert bikes.reported[3].startswith("fact_hire has the index ix_")
    notes = {name.table: by_day[SECOND].notes[TABLE_CHANGES] for name, by_day in outcomes.items()}
    assert [notes["dim_brand"], notes["fact_hire"]] == ["; ".join(bikes.reported[:2]), "; ".join(bikes.reported[2:])]
    bikes.reported.clear()
    assert TABLE_CHANGES not in bikes.load(SECOND, brand, hire)[hire.name.in_layer("warehouse")][SECOND].notes
    assert bikes.reported == []


WIDER: dict[str, tuple[ColumnType, Any, Any]] = {
    # A column, its wider type, what it held and what it holds then.
    "paid": (decimal(12, 4), Decimal("2.99"), Decimal("4.9950")),
    "rides": (BIGINT, 3, 2**40),
}


@pytest.mark.parametrize("column", WIDER)
def test_a_wider_type_loses_nothing_of_what_is_there_and_takes_what_the_narrower_did_not(
    bikes: HiredBikes, column: str
) -> None:
    kind, held, value = WIDER[column]
    hire = retyped(PAID, **{column: kind})
    bikes.publish(SECOND, hire=hire, **{column: value})
    bikes.load(SECOND, hire=hire)

    assert bikes.sql(f"SELECT {column} FROM fact_hire ORDER BY date_key") == [(held,), (value,)]


def test_a_column_that_may_be_null_from_now_on_may_be(bikes: HiredBikes) -> None:
    hire = replace(PAID, columns=tuple(replace(column, nullable=column.name == "paid") for column in PAID.columns))
    bikes.publish(SECOND, hire=hire, paid=None)
    bikes.load(SECOND, hire=hire)

    assert bikes.reported == ["fact_hire.paid may be null now"]
    assert bikes.sql("SELECT paid FROM fact_hire ORDER BY date_key")[1] == (None,)


def test_a_column_that_the_contract_says_was_called_otherwise_keeps_its_values(bikes: HiredBikes) -> None:
    renamed = Column("income", decimal(12, 4), "What was paid.", renamed_from="paid")
    hire = replace(PAID, columns=(*FACT_HIRE.columns, renamed))
    bikes.publish(SECOND, hire=hire, income=Decimal("4.9950"))
    bikes.load(SECOND, hire=hire)

    assert bikes.sql("SELECT income FROM fact_hire ORDER BY date_key") == [(Decimal("2.99"),), (Decimal("4.9950"),)]
    assert bikes.reported[0] == "fact_hire.paid is called income now"
    assert "(12,4) now" in bikes.reported[1]


def test_a_table_that_is_not_there_is_made_and_reported(bikes: HiredBikes) -> None:
    bikes.sql("DROP TABLE dim_date")
    bikes.load(FIRST)

    assert bikes.reported == ["dim_date was made"]


def test_a_load_that_died_between_two_changes_is_completed_by_the_next(bikes: HiredBikes) -> None:
    bikes.sql("ALTER TABLE dim_brand ADD COLUMN colour VARCHAR(10) NULL")
    contracts = with_columns(DIM_BRAND, COLOUR), with_columns(PAID, WHEELS)
    bikes.publish(SECOND, *contracts, colour="red", wheels=3)
    bikes.load(SECOND, *contracts)

    assert [line.partition(" (")[0] for line in bikes.reported] == ["fact_hire.wheels was added"]
    assert bikes.sql("SELECT SUM(wheels) FROM fact_hire") == [(5,)]


def test_a_ledger_tells_by_table_and_day_which_version_of_the_contract_made_the_rows(bikes: HiredBikes) -> None:
    brand = with_columns(DIM_BRAND, COLOUR)
    bikes.publish(SECOND, brand)
    bikes.load(SECOND, brand)
    older, newer = contract_version(DIM_BRAND), contract_version(brand)
    assert older != newer

    told = "SELECT day, version FROM warehouse_versions WHERE table_name = '{}' ORDER BY day"
    assert bikes.sql(told.format("dim_brand")) == [(FIRST, older), (SECOND, newer)]
    assert bikes.sql(told.format("fact_hire")) == [(day, contract_version(PAID)) for day in (FIRST, SECOND)]

    bikes.publish(FIRST, brand)
    bikes.load(FIRST, brand)
    assert bikes.sql(told.format("dim_brand")) == [(FIRST, newer), (SECOND, newer)]


OTHERWISE: dict[str, tuple[Table, Table, tuple[str, ...]]] = {
    "a narrower type": (
        DIM_BRAND,
        retyped(PAID, paid=decimal(8, 2)),
        ("fact_hire: paid is ", "(8,2) in the contract", "(way out: `ALTER TABLE fact_hire "),
    ),
    "fewer digits before the point": (
        DIM_BRAND,
        retyped(PAID, paid=decimal(11, 4)),
        ("fact_hire: paid is ", "(11,4) in the contract"),
    ),
    "a dropped column": (
        DIM_BRAND,
        replace(PAID, columns=FACT_HIRE.columns),
        ("fact_hire: paid (", "NOT NULL) is not in the contract", "`ALTER TABLE fact_hire DROP COLUMN paid`"),
    ),
    "a new column that may not be null": (
        with_columns(DIM_BRAND, replace(COLOUR, nullable=False)),
        PAID,
        ("dim_brand: colour is missing", "give it a `default`"),
    ),
    "another name": (
        replace(DIM_BRAND, columns=(DIM_BRAND.columns[0], replace(DIM_BRAND.columns[1], name="make"))),
        PAID,
        ("dim_brand: make is missing", "brand (", "is not in the contract", "`renamed_from`"),
    ),
    "another key": (
        DIM_BRAND,
        replace(PAID, primary_key=("brand_key", "date_key", "rides")),
        ("fact_hire: its primary key is (brand_key, date_key) there", "ADD PRIMARY KEY (brand_key, date_key, rides)"),
    ),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_what_is_not_additive_is_refused_in_one_line_with_its_way_out_before_anything_is_touched(
    bikes: HiredBikes, what: str
) -> None:
    brand, hire, wanted = OTHERWISE[what]
    before = bikes.sql("SELECT * FROM dim_brand"), bikes.sql("SELECT * FROM fact_hire")
    # Something additive beside it is not brought either.
    brand = with_columns(brand, Column("weight_grams", INTEGER, "Of a bike.", nullable=True))
    bikes.publish(SECOND, brand, hire, colour="red", make="Kite")

    with pytest.raises(PlatformError) as refused:
        bikes.load(SECOND, brand, hire)

    line = str(refused.value)
    assert "\n" not in line
    for part in wanted:
        assert part in line
    assert "sql/bikes/migrations/NNNN_<what>.sql" in line
    assert "nothing was loaded or changed" in line
    assert (bikes.sql("SELECT * FROM dim_brand"), bikes.sql("SELECT * FROM fact_hire")) == before


def test_a_dimension_that_loses_a_column_is_refused_at_once_and_not_when_a_member_changes(
    empty_database: Address, tmp_path: Path
) -> None:
    stations = Stations(tmp_path, empty_database)
    stations.publish(FIRST, s1={"station_name": "Park"})
    stations.load(FIRST)
    columns = tuple(column for column in DIM_STATION.columns if column.name != "station_name")
    nameless = replace(DIM_STATION, columns=columns)
    stations.publish(SECOND, nameless, s1={})

    with pytest.raises(PlatformError) as refused:
        stations.load(SECOND, station=nameless)

    assert "dim_station: station_name (VARCHAR(40) NOT NULL) is not in the contract" in str(refused.value)
    assert "`ALTER TABLE dim_station DROP COLUMN station_name`" in str(refused.value)
