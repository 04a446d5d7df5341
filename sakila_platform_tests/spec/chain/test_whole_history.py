"""Sakila's recorded history, end to end in one run through Dagster: the numbers that the source itself has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.orchestration.event_log.instance import dagster_environment, ensure_dagster_home
from sakila_platform.rentals import warehouse_star
from sakila_platform_tests.lake_places import LakePlace
from sakila_platform_tests.platform import Platform, new_platform
from sakila_platform_tests.shop_copies import ShopCopies
from sakila_platform_tests.tables import table

FIRST, LAST = "2005-05-24", "2006-02-14"
DAYS = (date.fromisoformat(LAST) - date.fromisoformat(FIRST)).days + 1


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """The event log as the platform keeps it: events of many days are stored at once."""
    home = tmp_path_factory.mktemp("dagster")
    ensure_dagster_home(home)
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in dagster_environment(home).items():
            monkeypatch.setenv(name, value)
        with dg.DagsterInstance.get() as instance:
            yield instance


@pytest.fixture(scope="module")
def history(
    mysql_server: Address,
    shop_copies: ShopCopies,
    instance: dg.DagsterInstance,
    tmp_path_factory: pytest.TempPathFactory,
    module_lake_place: LakePlace,
) -> Iterator[Platform]:
    """All of it, run once for this module."""
    shop_copies.restore()
    folder: Path = tmp_path_factory.mktemp("history")
    with new_platform(
        shop_copies.address, mysql_server.on("warehouse_of_history"), folder, module_lake_place
    ) as platform:
        result = platform.run_in_dagster(FIRST, LAST, instance=instance)
        assert result.success
        yield platform


def test_all_rentals_are_there_and_183_are_still_out(history: Platform) -> None:
    assert history.warehouse(
        "SELECT COUNT(*) AS rentals, SUM(return_date_key IS NULL) AS still_out, SUM(is_late IS NULL) AS undecided, "
        "(SELECT COUNT(*) FROM fact_return) AS returns, (SELECT COUNT(*) FROM fact_payment) AS payments "
        "FROM fact_rental"
    ).drawn() == table(
        """
        rentals | still_out | undecided | returns | payments
        16044   | 183       | 183       | 15861   | 16044
        """
    )


def test_what_was_paid_adds_up_by_payment_and_by_rental(history: Platform) -> None:
    paid = table("paid\n67406.56")

    assert history.warehouse("SELECT SUM(amount) AS paid FROM fact_payment").drawn() == paid
    assert (
        history.warehouse(
            "SELECT SUM(amount) + (SELECT COALESCE(SUM(amount), 0) FROM fact_payment WHERE rental_id IS NULL) AS paid "
            "FROM fact_rental"
        ).drawn()
        == paid
    )


def test_sports_is_the_most_rented_category(history: Platform) -> None:
    assert history.warehouse(
        "SELECT category, COUNT(*) AS rentals FROM fact_rental JOIN dim_film USING (film_key) "
        "GROUP BY category ORDER BY rentals DESC LIMIT 3"
    ).drawn() == table(
        """
        category  | rentals
        Sports    | 1179
        Animation | 1166
        Action    | 1112
        """
    )


def test_lateness_is_what_the_shop_itself_would_count(history: Platform) -> None:
    late = history.sql(
        "SELECT SUM(TO_DAYS(return_date) - TO_DAYS(rental_date) > rental_duration) AS late "
        "FROM rental JOIN inventory USING (inventory_id) JOIN film USING (film_id)"
    )
    assert history.warehouse("SELECT SUM(is_late) AS late FROM fact_rental") == late


@pytest.mark.parametrize("dimension", ["customer", "film", "store", "staff"])
def test_unknown_rows_are_there_and_no_fact_needs_them(history: Platform, dimension: str) -> None:
    key = f"{dimension}_key"
    unknown = history.warehouse(f"SELECT COUNT(*) AS unknown FROM dim_{dimension} WHERE {dimension}_id = 0")
    facts = [t for t in warehouse_star.DAILY_TABLES if key in t.references]
    used = [
        history.warehouse(f"SELECT COUNT(*) AS n FROM {t.name.table} WHERE {key} < 100000000")[0]["n"] for t in facts
    ]

    assert unknown.column("unknown") == [1]
    assert facts
    assert used == [0] * len(facts)


def test_a_backfill_invents_no_history(history: Platform) -> None:
    assert history.warehouse(
        "SELECT COUNT(*) AS versions, COUNT(DISTINCT customer_id) AS customers FROM dim_customer"
    ).drawn() == table("versions | customers\n600 | 600")
    assert history.warehouse("SELECT COUNT(*) AS versions FROM dim_film").column("versions") == [1001]


def test_every_day_is_loaded_of_every_table_and_dagster_knows(history: Platform, instance: dg.DagsterInstance) -> None:
    ledger = history.warehouse("SELECT table_name, COUNT(*) AS days FROM load_ledger GROUP BY table_name")
    names = {t.name.table for t in warehouse_star.DAILY_TABLES}
    assert dict(zip(ledger.column("table_name"), ledger.column("days"), strict=True)) == dict.fromkeys(names, DAYS)
    for name in names:
        key = dg.AssetKey(["warehouse", "sakila", name])
        assert len(instance.get_materialized_partitions(key)) == DAYS, name


def test_running_all_of_it_again_changes_nothing(history: Platform) -> None:
    before = history.warehouse_contents()

    history.run(FIRST, LAST, layers=["warehouse"])

    assert history.warehouse_contents() == before
