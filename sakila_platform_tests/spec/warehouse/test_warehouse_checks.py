"""What is loaded is checked before it becomes visible: broken data undo the run, and the check says what is wrong."""

from __future__ import annotations

from collections.abc import Callable

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.days import parse_day
from sakila_platform.model.outcomes import LoadRefused
from sakila_platform.orchestration.day_runs import DaysRefused
from sakila_platform.rentals.warehouse_star import STAR
from sakila_platform.warehouse.mysql.audit import audit_fact, audit_members
from sakila_platform.warehouse.mysql.session import WarehouseSession, warehouse_session
from sakila_platform_tests.platform import Platform

DAY = "2005-05-26"


@pytest.fixture
def loaded(platform: Platform) -> Platform:
    platform.run("2005-05-24", DAY)
    return platform


@pytest.fixture(scope="module")
def audited(module_platform: Platform) -> Platform:
    """The same for tests that break it within a transaction of their own, and undo it."""
    module_platform.run("2005-05-24", DAY)
    return module_platform


def tamper(platform: Platform, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a file of the lake behind the platform's back."""
    path = platform.lake_path(f"final/sakila/{table}", DAY)
    rows = pq.read_table(pa.BufferReader(platform.lake_files.read(path)))
    platform.lake_files.publish(path, encode_parquet(change(rows)))


def found_after(platform: Platform, statement: str, table: Table) -> tuple[str, str]:
    """The check that fails on a warehouse broken by this statement, and what it finds; nothing of it is kept."""
    with platform.warehouse_database.connect() as connection:
        session = warehouse_session(connection, platform.lake_files, STAR, [parse_day(DAY)], platform.clock)
        with pytest.raises(LoadRefused) as refused, session as opened:
            audit(opened, table)
            opened.execute(statement)
            audit(opened, table)
    assert list(refused.value.found) == [parse_day(DAY)]
    return refused.value.check, refused.value.found[parse_day(DAY)]


def audit(session: WarehouseSession, table: Table) -> None:
    if table.kind is TableKind.FACT:
        session.view_lake(STAR.lake_table(table), session.days)
        audit_fact(session, table, STAR.lake_table(table))
    else:
        (versions,) = (dimension for dimension in STAR.dimensions if dimension.warehouse is table)
        audit_members(session, table, versions)


@pytest.mark.parametrize(
    ("table", "statement", "reason"),
    [
        pytest.param(
            STAR.table("fact_rental"),
            "UPDATE fact_rental SET customer_key = 99919000101 WHERE rental_date_key = 20050526 LIMIT 3",
            "customer_key names a row of dim_customer (3)",
            id="orphans",
        ),
        pytest.param(
            STAR.table("fact_payment"),
            "UPDATE fact_payment SET amount = -1 WHERE payment_date_key = 20050526 LIMIT 2",
            "amount is at least 0 (2)",
            id="negative amounts",
        ),
        pytest.param(
            STAR.table("dim_film"),
            "UPDATE dim_film SET rating = 'XXX' WHERE film_id = 7",
            "rating is one of G, PG, PG-13, R, NC-17 (1)",
            id="a value that is not allowed",
        ),
        pytest.param(
            STAR.table("dim_customer"),
            "INSERT INTO dim_customer SELECT customer_key + 1, customer_id, first_name, last_name, full_name, "
            "is_active, signup_date, store_id, district, city, country, '2005-05-25', valid_to, is_current, "
            "is_backfilled, captured_at FROM dim_customer WHERE customer_id = 7",
            "each member has one version a day (1)",
            id="overlapping versions",
        ),
        pytest.param(
            STAR.table("dim_store"),
            "UPDATE dim_store SET valid_to = '2005-05-25' WHERE store_id = 1",
            "each member has one version a day (1)",
            id="a last version that ends",
        ),
        pytest.param(
            STAR.table("dim_staff"),
            "UPDATE dim_staff SET is_current = 0 WHERE staff_id = 1",
            "each member has one version a day (1)",
            id="nothing current",
        ),
    ],
)
def test_the_contract_check_names_the_rule_that_loaded_rows_break(
    audited: Platform, table: Table, statement: str, reason: str
) -> None:
    before = audited.warehouse_contents()

    assert found_after(audited, statement, table) == ("contract", reason)
    assert audited.warehouse_contents() == before


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM fact_payment WHERE payment_date_key = 20050526 LIMIT 1", "rows: lake 174, warehouse 173"),
        (
            "UPDATE fact_payment SET amount = amount + 1 WHERE payment_date_key = 20050526 LIMIT 1",
            "sum of amount: lake ",
        ),
        ("UPDATE fact_payment SET payment_id = 99999 WHERE payment_date_key = 20050526 LIMIT 1", "sum of payment_id: "),
    ],
)
def test_the_boundary_check_tells_what_lake_and_warehouse_disagree_on(
    audited: Platform, statement: str, reason: str
) -> None:
    check, found = found_after(audited, statement, STAR.table("fact_payment"))

    assert check == "matches_final"
    assert found.startswith(reason)


def test_a_load_that_would_break_the_contract_is_refused_and_undone(loaded: Platform) -> None:
    before = loaded.warehouse_contents()

    def negative(rows: pa.Table) -> pa.Table:
        amount = pc.negate(rows["amount"]).cast(rows.schema.field("amount").type)
        return rows.set_column(rows.schema.get_field_index("amount"), rows.schema.field("amount"), amount)

    tamper(loaded, "fact_payment", negative)

    with pytest.raises(DaysRefused, match=r"fact_(rental|payment) on 2005-05-26.*amount is at least 0"):
        loaded.run("2005-05-25", DAY, layers=["warehouse"])
    assert loaded.warehouse_contents() == before


def test_a_load_is_refused_and_undone_when_two_days_of_the_lake_hold_one_rental(loaded: Platform) -> None:
    # The rental moved, and only the day that it moved to has been run since: the other day's file is out of date.
    before = loaded.warehouse_contents()
    loaded.sql("UPDATE rental SET rental_date = '2005-05-26 09:00' WHERE rental_id = 1")
    loaded.run(DAY, layers=["stage", "final"])

    with pytest.raises(DaysRefused, match=r"fact_rental on 2005-05-2[46].*rows: lake .*, warehouse"):
        loaded.run("2005-05-24", DAY, layers=["warehouse"])
    assert loaded.warehouse_contents() == before

    loaded.run("2005-05-24", layers=["stage", "final"])
    loaded.run("2005-05-24", DAY, layers=["warehouse"])
    assert (
        loaded.warehouse("SELECT rental_date_key FROM fact_rental WHERE rental_id = 1")[0]["rental_date_key"]
        == 20050526
    )


def test_dagster_shows_the_failed_check_and_no_materialisation(loaded: Platform) -> None:
    tamper(loaded, "fact_payment", lambda rows: pa.concat_tables([rows, rows.slice(0, 1)]))
    warehouse = dg.AssetSelection.groups("rentals_warehouse") - dg.AssetSelection.assets("warehouse/sakila/dim_date")

    with dg.DagsterInstance.ephemeral() as instance:
        result = loaded.run_in_dagster(DAY, selection=warehouse, instance=instance)

        assert not result.success
        evaluations = [(e.check_name, e.asset_key.path[-1], e.passed) for e in result.get_asset_check_evaluations()]
        assert evaluations == [("matches_final", "fact_payment", False)]
        assert not instance.get_materialized_partitions(dg.AssetKey(["warehouse", "sakila", "fact_payment"]))
