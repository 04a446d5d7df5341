"""When a contract and a table differ, the message says which side is older, what both have, and what to run."""

from __future__ import annotations

import logging

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakila_platform.errors import PlatformError
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.rentals.dates.years import publish_year
from sakila_platform.rentals.warehouse_star import STAR
from sakila_platform.warehouse.mysql.load import Loading, refill
from sakila_platform_tests.accounts import account
from sakila_platform_tests.platform import Platform

DAY, NEXT = "2005-05-24", "2005-05-25"
LAKE = ["stage", "final"]


def refusal(platform: Platform, *days: str, layers: list[str]) -> str:
    """The one line with which a run of days is refused."""
    with pytest.raises(PlatformError) as refused:
        platform.run(*days, layers=layers)
    reported = str(refused.value)
    assert "\n" not in reported
    return reported


def rewrite(platform: Platform, path: str, rows: pa.Table) -> None:
    """Have a file of the lake hold these rows, as an older contract would have written them."""
    platform.lake_files.publish(path, encode_parquet(rows))


def rows_at(platform: Platform, path: str) -> pa.Table:
    return pq.read_table(pa.BufferReader(platform.lake_files.read(path)))


# The warehouse is older than the contract

OLDER_WAREHOUSE = {
    # What an older contract had, and how it is reported.
    "ALTER TABLE dim_customer DROP COLUMN country": "dim_customer: country is missing (VARCHAR(50) in the contract)",
    "ALTER TABLE dim_film MODIFY rental_rate DOUBLE, MODIFY title VARCHAR(500) NOT NULL, ADD COLUMN note TEXT": (
        "dim_film: title is VARCHAR(500) there and VARCHAR(128) in the contract "
        "(way out: `ALTER TABLE dim_film MODIFY title VARCHAR(128) NOT NULL`), "
        "rental_rate is DOUBLE there and DECIMAL("
    ),
    "ALTER TABLE fact_payment MODIFY amount DECIMAL(9,3) NOT NULL": (
        "fact_payment: amount is DECIMAL(9,3) there and DECIMAL("
    ),
    "ALTER TABLE fact_rental MODIFY rental_at DATETIME(6) NULL": (
        "fact_rental: rental_at may be null there and is NOT NULL in the contract"
    ),
    "ALTER TABLE dim_actor ADD COLUMN awards INT NOT NULL": "dim_actor: awards (INT",
    "ALTER TABLE dim_date DROP COLUMN is_weekend": "dim_date: is_weekend is missing (BOOLEAN in the contract)",
}


def test_tables_of_the_warehouse_that_another_contract_made_are_named_and_no_other_side_is_blamed(
    platform: Platform,
) -> None:
    platform.run(DAY)
    platform.warehouse("DELETE FROM fact_rental")
    platform.warehouse("DELETE FROM fact_payment")
    for statement in OLDER_WAREHOUSE:
        platform.warehouse(statement)
    before = platform.warehouse_contents()

    line = refusal(platform, NEXT, layers=[*LAKE, "warehouse"])

    assert line.startswith("The warehouse of rentals has tables that another contract made: warehouse_")
    for reported in OLDER_WAREHOUSE.values():
        assert reported in line
    assert "Neither source nor lake is at fault, and nothing was loaded or changed" in line
    assert "DROP TABLE" in line
    assert "sakila-platform refill rentals" in line
    assert "sql/rentals/migrations/NNNN_<what>.sql" in line
    assert platform.warehouse_contents() == before


def test_tables_dropped_as_told_are_filled_from_the_lake_again(platform: Platform) -> None:
    platform.run(DAY, NEXT)
    whole = platform.warehouse_contents()
    platform.warehouse("ALTER TABLE dim_customer DROP COLUMN country")
    platform.warehouse("ALTER TABLE fact_rental DROP COLUMN is_late")
    line = refusal(platform, NEXT, layers=["warehouse"])

    platform.warehouse(line[line.index("DROP TABLE") : line.index("), then")])
    with platform.warehouse_database.connect() as connection:
        days = refill(Loading(STAR, connection, platform.lake_files, platform.clock, publish_year))
    platform.run(str(days[0]), str(days[-1]), layers=["warehouse"])

    assert platform.warehouse_contents() == whole


# The lake is older than the contract


def test_a_day_of_the_lake_that_another_contract_wrote_is_named_with_the_command_for_it(platform: Platform) -> None:
    platform.run(DAY, NEXT, layers=LAKE)
    path = platform.lake_path("final/sakila/dim_customer", NEXT)
    rewrite(platform, path, rows_at(platform, path).drop_columns(["country"]))

    line = refusal(platform, DAY, NEXT, layers=["warehouse"])

    assert line.startswith(
        "final/sakila/dim_customer/dt=2005-05-25 was written by another contract: "
        "country is missing (string in the contract)."
    )
    assert "`sakila-platform run rentals --from 2005-05-25 --to 2005-05-25`" in line
    assert platform.warehouse("SELECT COUNT(*) AS n FROM fact_rental").column("n") == [0]
    platform.run(DAY, NEXT, layers=["final", "warehouse"])


def test_all_days_of_the_lake_that_another_contract_wrote_are_counted(platform: Platform) -> None:
    platform.run(DAY, NEXT, layers=LAKE)
    for day in (DAY, NEXT):
        path = platform.lake_path("final/sakila/fact_payment", day)
        rows = rows_at(platform, path)
        at = rows.schema.get_field_index("amount")
        rewrite(
            platform, path, rows.set_column(at, "amount", rows["amount"].cast(pa.string())).drop_columns(["staff_id"])
        )

    line = refusal(platform, DAY, NEXT, layers=["warehouse"])

    assert "final/sakila/fact_payment/dt=2005-05-24 (and 1 more) was written by another contract" in line
    assert "staff_id is missing" in line
    assert "amount is string there and decimal128(" in line
    assert "--from 2005-05-24 --to 2005-05-25`" in line


def test_a_warehouse_is_not_emptied_for_a_lake_that_could_not_fill_it(platform: Platform) -> None:
    platform.run(DAY)
    before = platform.warehouse_contents()
    path = platform.lake_path("final/sakila/dim_film", DAY)
    rewrite(platform, path, rows_at(platform, path).drop_columns(["title"]))

    with (
        platform.warehouse_database.connect() as connection,
        pytest.raises(PlatformError, match="dim_film/dt=2005-05-24 was written by another contract: title is missing"),
    ):
        refill(Loading(STAR, connection, platform.lake_files, platform.clock, publish_year))

    assert platform.warehouse_contents() == before


def test_an_event_of_stage_that_another_contract_wrote_is_reported_by_final_and_sliced_anew(platform: Platform) -> None:
    platform.run(DAY, layers=["stage"])
    path = platform.lake_path("stage/sakila/payment", DAY)
    rewrite(platform, path, rows_at(platform, path).drop_columns(["payment_date"]))

    line = refusal(platform, DAY, layers=["final"])

    named = "stage/sakila/payment/dt=2005-05-24"
    assert line.startswith(f"{named} was written by another contract: payment_date is missing")
    assert "`sakila-platform run rentals --from 2005-05-24 --to 2005-05-24`" in line
    platform.run(DAY, layers=LAKE)


def test_a_kept_capture_that_another_contract_made_stops_its_day_before_anything_is_published(
    platform: Platform,
) -> None:
    platform.run(DAY, layers=["stage"])
    path = platform.lake_path("stage/sakila/customer", DAY)
    rewrite(platform, path, rows_at(platform, path).drop_columns(["last_name"]).slice(0, 100))
    before = platform.files()

    line = refusal(platform, DAY, layers=["stage"])

    named = "stage/sakila/customer/dt=2005-05-24"
    assert line.startswith(f"{named} was written by another contract: last_name is missing")
    assert "recapture: true" in line
    assert platform.files() == before
    platform.run(DAY, layers=["stage"], recapture=True)
    assert len(platform.lake("stage/sakila/customer", DAY)) == 599


def test_a_member_is_added_to_a_capture_that_has_a_column_which_the_contract_lost(platform: Platform) -> None:
    platform.run(DAY, layers=["stage"])
    path = platform.lake_path("stage/sakila/customer", DAY)
    rows = rows_at(platform, path).slice(0, 100)
    rewrite(platform, path, rows.append_column("nickname", pa.array(["Mo"] * 100)))

    platform.run(DAY, layers=["stage"])

    found = platform.lake("stage/sakila/customer", DAY)
    assert len(found) > 100
    assert [row["nickname"] for row in found][:100] == ["Mo"] * 100
    assert {row["nickname"] for row in found[100:]} == {None}


# The source


@pytest.mark.parametrize(
    ("rights", "reported"),
    [
        pytest.param("SELECT ON {}.rental", "payment, customer", id="one table alone"),
        pytest.param("INSERT ON {}.*", "rental, payment", id="to write, not to read"),
    ],
)
def test_an_account_that_may_not_read_is_told_so_and_not_that_tables_are_missing(
    platform: Platform, rights: str, reported: str
) -> None:
    with account(platform.shop, rights.format(platform.shop.database)) as reader:
        platform.shop = reader
        line = refusal(platform, DAY, layers=["stage"])

    assert line.startswith(f"The account may not read {reported}")
    assert "missing" not in line
    assert "Grant it SELECT" in line
    assert platform.files() == {}


def test_a_column_that_no_contract_knows_is_reported_in_the_log_and_on_the_asset(
    platform: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    platform.damage("ALTER TABLE rental ADD COLUMN channel VARCHAR(10) DEFAULT 'web'")

    with dg.DagsterInstance.ephemeral() as instance:
        ran = platform.run_in_dagster(
            DAY, selection=dg.AssetSelection.assets(["stage", "sakila", "rental"]), instance=instance
        )
        lines = [record.user_message for record in instance.all_logs(ran.run_id) if record.level == logging.WARNING]

    (materialised,) = ran.asset_materializations_for_node("rentals_stage")
    assert materialised.metadata["columns_not_carried"].value == "channel"
    assert [line for line in lines if "channel" in line] == [
        "The source of stage/sakila/rental has columns that no contract knows, so they are not carried: channel"
    ]
