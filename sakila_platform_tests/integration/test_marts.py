"""The marts over a real lake: right, published whole after their tests, and left alone when something is wrong."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.contracts import UNKNOWN_ID
from sakila_platform.model.naming import data_file
from sakila_platform.orchestration.layers.marts import marts_assets
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals import star
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform_tests.lake_places import LakePlace
from sakila_platform_tests.parsed_marts import bring_parsed_marts
from sakila_platform_tests.platform import Platform, new_platform
from sakila_platform_tests.published_marts import mart
from sakila_platform_tests.shop_copies import ShopCopies
from sakila_platform_tests.tables import table


def build(selection: str = "*", logged: list[str] | None = None) -> dg.ExecuteInProcessResult:
    """One run of the marts (or some of them), outcome whatever it is. What it logged is added to `logged`."""
    bring_parsed_marts()
    definitions = dg.Definitions(
        assets=[marts_assets(RENTALS)],
        resources={"lake": LakeResource()},
        executor=dg.in_process_executor,
        jobs=[dg.define_asset_job("build", selection=selection)],
    )
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("build").execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
        if logged is not None:
            logged += [entry.user_message for entry in instance.all_logs(result.run_id)]
        return result


def mart_files(platform: Platform) -> dict[str, bytes]:
    return {path: content for path, content in platform.files().items() if path.startswith("marts/")}


def failure(result: dg.ExecuteInProcessResult) -> str:
    [event] = [event for event in result.all_events if event.is_step_failure]
    return str(event.step_failure_data.user_failure_data.description)


@pytest.fixture(scope="module")
def three_days(
    mysql_server: Address,
    shop_copies: ShopCopies,
    tmp_path_factory: pytest.TempPathFactory,
    module_lake_place: LakePlace,
) -> Iterator[Platform]:
    """Three days in the lake, and their marts. Tests here put back what they change."""
    shop_copies.restore()
    warehouse = mysql_server.on(f"warehouse_{uuid.uuid4().hex}")
    folder = tmp_path_factory.mktemp("three_days")
    with new_platform(shop_copies.address, warehouse, folder, module_lake_place) as platform:
        platform.run("2005-05-24", "2005-05-26")
        result = build()
        assert result.success
        assert all(check.passed for check in result.get_asset_check_evaluations())
        yield platform


@contextmanager
def only_rows(platform: Platform, table_name: str, day: str, count: int) -> Iterator[None]:
    """For a while, that table's day has so many rows only."""
    path = platform.lake_path(table_name, day)
    whole = platform.lake_files.read(path)
    rows = pq.read_table(pa.BufferReader(whole))
    platform.lake_files.publish(path, encode_parquet(rows.slice(0, count)))
    try:
        yield
    finally:
        platform.lake_files.publish(path, whole)


def test_marts_built_again_are_the_same_files_and_nothing_is_left_behind(three_days: Platform) -> None:
    files = mart_files(three_days)
    assert len(files) == len([marts_assets(RENTALS)][0].keys)

    assert build().success
    assert mart_files(three_days) == files
    assert [path.name.split("-")[0] for path in (three_days.folder / "dbt").iterdir()] == ["parsed"]


def test_a_folder_that_is_no_day_is_named_and_stays_out_of_the_marts(three_days: Platform) -> None:
    files = mart_files(three_days)
    stray = data_file(star.FACT_RENTAL.name, "dt=old")
    three_days.lake_files.publish(
        stray, three_days.lake_files.read(three_days.lake_path("final/sakila/fact_rental", "2005-05-24"))
    )
    logged: list[str] = []
    try:
        result = build(logged=logged)
    finally:
        three_days.lake_files.delete(stray)

    assert result.success
    assert mart_files(three_days) == files
    assert any("final/sakila/fact_rental/dt=old is no day" in note for note in logged)


def test_a_day_has_rentals_returns_and_revenue_for_every_store_and_category(three_days: Platform) -> None:
    rows = mart(
        three_days,
        "rentals_by_day",
        "SELECT date, day_name, sum(rentals) AS rentals, sum(returns) AS returns, sum(revenue) AS revenue, "
        "round(sum(rentals_7_day_mean), 2) AS mean FROM mart GROUP BY ALL ORDER BY date",
    )
    assert rows.drawn() == table(
        """
        date       | day_name  | rentals | returns | revenue | mean
        2005-05-24 | Tuesday   | 8       | 0       | 29.92   | 8.0
        2005-05-25 | Wednesday | 137     | 1       | 573.63  | 72.5
        2005-05-26 | Thursday  | 174     | 15      | 754.26  | 106.33
        """
    )
    [sizes] = mart(
        three_days,
        "rentals_by_day",
        "SELECT count(*) AS rows, count(DISTINCT (store_id, category)) * 3 AS grid FROM mart",
    )
    assert sizes["rows"] == sizes["grid"]


def test_films_that_nobody_rents_are_there_with_zero(three_days: Platform) -> None:
    [films] = mart(
        three_days,
        "films",
        "SELECT count(*) AS films, sum(rentals) AS rentals, "
        "count(CASE WHEN rentals = 0 THEN 1 END) AS unrented FROM mart",
    )
    rented = three_days.sql(
        "SELECT COUNT(DISTINCT film_id) AS films FROM rental INNER JOIN inventory USING (inventory_id) "
        "WHERE rental_date < '2005-05-27'"
    ).column("films")
    assert films == {"films": 1000, "rentals": 319, "unrented": 1000 - rented[0]}


def test_events_that_name_no_member_are_counted_as_unknown(platform: Platform) -> None:
    platform.sql("ALTER TABLE rental MODIFY inventory_id MEDIUMINT UNSIGNED NULL")
    platform.sql("UPDATE rental SET inventory_id = NULL WHERE rental_id = 1")
    platform.sql("UPDATE payment SET rental_id = NULL WHERE rental_id = 2")
    platform.run("2005-05-24")
    assert build().success
    rows = mart(platform, "rentals", f"SELECT rental_id, category, store FROM mart WHERE film_id = {UNKNOWN_ID}")
    assert rows.drawn() == table("rental_id | category | store\n1 | Unknown | Unknown")
    assert mart(platform, "categories", "SELECT rentals FROM mart WHERE category = 'Unknown'").column("rentals") == [1]
    rows = mart(platform, "revenue_by_month_and_store", "SELECT store, payments, revenue FROM mart WHERE store_id = 0")
    # The payment of the rental without a copy, and the one without a rental.
    assert rows.drawn() == table("store | payments | revenue\nUnknown | 2 | 5.98")


def test_marts_that_fail_a_test_are_not_published_and_the_old_ones_stay(three_days: Platform) -> None:
    files = mart_files(three_days)

    with only_rows(three_days, "final/sakila/dim_film", "2005-05-25", 0):
        broken = build()

    assert not broken.success
    assert mart_files(three_days) == files
    others = len(files) - 1
    reported = f"marts/rentals was not published (and {others} more marts): rentals_adds_up: count(*) (mart_total: "
    assert failure(broken).startswith(reported)
    assert "What dashboards read stays as it was before." in failure(broken)
    [fault] = [check for check in broken.get_asset_check_evaluations() if not check.passed]
    assert fault.check_name == "rentals_adds_up"
    assert fault.description and fault.description in failure(broken)


def test_one_mart_alone_is_made_from_what_the_others_were_and_refused_if_that_is_outdated(three_days: Platform) -> None:
    files = mart_files(three_days)

    assert build("marts/categories").success
    with only_rows(three_days, "final/sakila/fact_rental", "2005-05-26", 100):
        outdated = build("marts/categories")

    reported = (
        "marts/categories was not published: categories_adds_up: sum(rentals) (mart_total: 319, source_total: 245)."
    )
    assert failure(outdated).startswith(reported)
    assert mart_files(three_days) == files


def test_marts_of_an_empty_lake_say_what_to_run_first(platform: Platform) -> None:
    result = build()
    assert not result.success
    assert "sakila-platform run rentals" in failure(result)
    assert not mart_files(platform)
