"""The daily simulation as Dagster runs it: one outcome per day, whatever the range."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import dagster as dg
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.sakila.database import load_sakila
from sakila_platform.embedded.sakila.verification import TABLES
from sakila_platform.orchestration.asset_specs import ROW_COUNT
from sakila_platform.orchestration.layers.source import source_specs
from sakila_platform.orchestration.resources.clock import ClockResource
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.rentals.assets import simulation_asset
from sakila_platform.rentals.databases import SHOP
from sakila_platform.rentals.domain import DOMAIN
from sakila_platform.settings.places import DUMP

KEY = dg.AssetKey(["oltp", "sakila", "simulated_rentals"])
NOW = "2006-02-20T12:00:00+00:00"


@pytest.fixture
def shop(empty_database: Address) -> Address:
    load_sakila(empty_database, DUMP.read(), lambda _: None, database=empty_database.database)
    return empty_database


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run_days_of(shop: Address, instance: dg.DagsterInstance, first: str, last: str) -> dg.ExecuteInProcessResult:
    """One run over a range of days, as a backfill launches it."""
    return simulation_job(shop).execute_in_process(
        instance=instance,
        raise_on_error=False,
        tags={"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last},
    )


def simulation_job(shop: Address) -> dg.JobDefinition:
    definitions = dg.Definitions(
        assets=[simulation_asset(), *source_specs(DOMAIN)],
        resources={
            "rentals_source": DatabaseResource.of(SHOP.at(shop.url, shop.database)),
            "clock": ClockResource(stands_at=NOW),
        },
        jobs=[dg.define_asset_job("simulate", selection=[KEY])],
    )
    return definitions.resolve_job_def("simulate")


def reported(instance: dg.DagsterInstance) -> list[tuple[str | None, dict[str, Any]]]:
    """Every event of the asset, in order: the day, and what was said of it."""
    records = instance.fetch_materializations(KEY, limit=100).records
    return [
        (
            record.partition_key,
            {name: value.value for name, value in record.asset_materialization.metadata.items()},
        )
        for record in sorted(records, key=lambda record: record.storage_id)
        if record.asset_materialization
    ]


def rentals_per_day(shop: Address, first: date) -> dict[date, int]:
    with connect(shop) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT DATE(rental_date), COUNT(*) FROM rental WHERE rental_date >= %s GROUP BY DATE(rental_date)", [first]
        )
        return dict(cursor.fetchall())


def test_a_range_of_days_is_one_run_with_one_outcome_per_day(shop: Address, instance: dg.DagsterInstance) -> None:
    result = run_days_of(shop, instance, "2006-02-13", "2006-02-20")

    assert result.success
    outcomes = reported(instance)
    assert [day for day, _ in outcomes] == [f"2006-02-{n}" for n in range(13, 21)]
    statuses = [metadata["status"] for _, metadata in outcomes]
    assert statuses == ["skipped", "skipped", *["simulated"] * 5, "skipped"]
    assert [metadata[ROW_COUNT] for _, metadata in outcomes] == [0, 0, 100, 100, 100, 100, 100, 0]
    assert "has not ended" in outcomes[-1][1]["reason"]
    assert rentals_per_day(shop, date(2006, 2, 15)) == {date(2006, 2, 15) + timedelta(days=n): 100 for n in range(5)}


def test_running_the_range_again_writes_nothing_and_tells_the_same_counts(
    shop: Address, instance: dg.DagsterInstance
) -> None:
    run_days_of(shop, instance, "2006-02-15", "2006-02-18")
    first = reported(instance)
    before = rentals_per_day(shop, date(2006, 2, 15))

    assert run_days_of(shop, instance, "2006-02-15", "2006-02-18").success

    again = reported(instance)[len(first) :]
    assert [(day, {**metadata, "status": "simulated"}) for day, metadata in again] == first
    assert {metadata["status"] for _, metadata in again} == {"already simulated"}
    assert rentals_per_day(shop, date(2006, 2, 15)) == before


def test_a_run_that_fails_on_a_day_tells_of_the_days_before_it(shop: Address, instance: dg.DagsterInstance) -> None:
    with connect(shop) as connection, connection.cursor() as cursor:
        # Room for a day of payments and its late fees, but not for two.
        cursor.execute("ALTER TABLE payment AUTO_INCREMENT = 65400")

    result = run_days_of(shop, instance, "2006-02-15", "2006-02-18")

    assert not result.success
    assert [day for day, _ in reported(instance)] == ["2006-02-15"]
    assert rentals_per_day(shop, date(2006, 2, 15)) == {date(2006, 2, 15): 100}
    (failure,) = [event for event in result.all_events if event.event_type_value == "STEP_FAILURE"]
    assert "simulated_rentals on 2006-02-16: sakila.payment has no payment_id left" in str(failure.step_failure_data)


def test_lineage_starts_at_the_sixteen_tables_of_the_counter() -> None:
    specs = {spec.key.path[-1]: spec for spec in source_specs(DOMAIN)}

    assert sorted(specs) == sorted(TABLES)
    assert all(spec.key.path[:2] == ["oltp", "sakila"] and spec.owners and spec.description for spec in specs.values())
    written = [table for table, spec in specs.items() if KEY in {dep.asset_key for dep in spec.deps}]
    assert sorted(written) == ["payment", "rental"]


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        ("2006-02-16", "2006-02-14", "The range ends (2006-02-14) before it begins (2006-02-16). Exchange its ends."),
        ("", "", "The run names no day or year: launch it with a partition, or with a range of them."),
    ],
)
def test_a_run_without_days_or_with_a_range_the_wrong_way_round_says_so(
    instance: dg.DagsterInstance, first: str, last: str, reason: str
) -> None:
    nowhere = Address("127.0.0.1", 1, "nobody", "", "sakila")
    range_tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
    result = simulation_job(nowhere).execute_in_process(
        instance=instance, raise_on_error=False, tags=range_tags if first else {}
    )
    (failed,) = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    assert failed.step_failure_data.user_failure_data.description == reason
