"""The questions on the official data: the right answers, kept for people, and the same from warehouse and marts."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import dagster as dg
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.errors import PlatformError
from sakila_platform.marts.questions import answer
from sakila_platform.model.naming import mart_file
from sakila_platform.orchestration.layers.agreement import CHECK, agreement_checks
from sakila_platform.orchestration.layers.marts import marts_assets
from sakila_platform.orchestration.layers.questions import questions_assets, questions_of
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.rentals.domain import DOMAIN as RENTALS
from sakila_platform_tests.parsed_marts import bring_parsed_marts
from sakila_platform_tests.platform import Platform, new_platform
from sakila_platform_tests.shop_copies import ShopCopies
from sakila_platform_tests.tables import rows_of, table

AGREEMENT = dg.AssetSelection.checks(*(key for check in agreement_checks(RENTALS) for key in check.check_keys))
FIRST_DAY, LAST_DAY = "2005-05-24", "2006-02-14"


def answers(platform: Platform, selection: dg.AssetSelection) -> dg.ExecuteInProcessResult:
    """One run of what is selected among the questions, the marts and their agreement."""
    bring_parsed_marts()
    definitions = dg.Definitions(
        assets=[*questions_assets(RENTALS), marts_assets(RENTALS)],
        asset_checks=agreement_checks(RENTALS),
        resources={"rentals_warehouse": platform.warehouse_resource, "lake": LakeResource()},
        executor=dg.in_process_executor,
        jobs=[dg.define_asset_job("answers", selection=selection)],
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def("answers").execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )


def agreements(result: dg.ExecuteInProcessResult) -> dict[str, bool]:
    evaluations = result.get_asset_check_evaluations()
    return {found.asset_key.path[-1]: found.passed for found in evaluations if found.check_name == CHECK}


@pytest.fixture(scope="module")
def whole_history(
    mysql_server: Address, shop_copies: ShopCopies, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Platform]:
    """Sakila's recorded history in the lake and in the warehouse. Tests here read it and leave it alone."""
    shop_copies.restore()
    warehouse = mysql_server.on(f"warehouse_{uuid.uuid4().hex}")
    with new_platform(shop_copies.address, warehouse, tmp_path_factory.mktemp("history")) as platform:
        platform.run(FIRST_DAY, LAST_DAY)
        yield platform


@pytest.fixture(scope="module")
def answered(whole_history: Platform) -> dg.ExecuteInProcessResult:
    return answers(whole_history, dg.AssetSelection.all())


def read_answer(question: str) -> list[dict[str, str]]:
    with RENTALS.answer_file(question).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_question_is_answered_alike_by_warehouse_and_marts(answered: dg.ExecuteInProcessResult) -> None:
    assert answered.success
    assert agreements(answered) == {question.name: True for question in questions_of(RENTALS)}
    assert not [found for found in answered.get_asset_check_evaluations() if not found.passed]


def test_sports_is_rented_most_with_1179_of_16044(answered: dg.ExecuteInProcessResult) -> None:
    categories = read_answer("top_categories")
    assert (categories[0]["category"], categories[0]["rentals"]) == ("Sports", "1179")
    assert len(categories) == 16
    for question in ("top_categories", "rentals_per_customer", "rentals_over_time", "rentals_by_weekday"):
        assert sum(int(row["rentals"]) for row in read_answer(question)) == 16_044, question


def test_183_rentals_are_not_returned(answered: dg.ExecuteInProcessResult) -> None:
    assert sum(int(row["not_returned"]) for row in read_answer("late_returns")) == 183
    assert sum(int(row["not_returned"]) for row in read_answer("rentals_per_customer")) == 183


def test_all_money_is_in_the_revenue(answered: dg.ExecuteInProcessResult, whole_history: Platform) -> None:
    [taken] = whole_history.sql("SELECT SUM(amount) AS amount FROM payment").column("amount")
    assert sum(Decimal(row["revenue"]) for row in read_answer("revenue_by_month_and_store")) == taken


def test_the_weekdays_come_in_their_order(answered: dg.ExecuteInProcessResult) -> None:
    assert [row["day_of_week"] for row in read_answer("rentals_by_weekday")] == list("1234567")


def test_the_customers_who_rent_most_come_first_and_the_lower_number_wins_a_tie(
    answered: dg.ExecuteInProcessResult,
) -> None:
    order = [(-int(row["rentals"]), int(row["customer_id"])) for row in read_answer("top_customers")]
    assert len(order) == 10
    assert order == sorted(order)
    rows = read_answer("top_customers")[:3]
    columns = ("place", "customer_id", "customer", "rentals")
    assert rows_of(columns, ([row[column] for column in columns] for row in rows)).drawn() == table(
        """
        place | customer_id | customer     | rentals
        1     | 148         | ELEANOR HUNT | 46
        2     | 526         | KARL SEAL    | 45
        3     | 144         | CLARA SHAW   | 42
        """
    )


def test_an_answer_is_shown_with_preview_columns_count_and_plot(answered: dg.ExecuteInProcessResult) -> None:
    events = answered.asset_materializations_for_node("rentals_analysis")
    [metadata] = [event.metadata for event in events if event.asset_key.path[-1] == "top_categories"]
    assert metadata["dagster/row_count"].value == 16
    assert "| 1 | Sports | 1179 |" in str(metadata["preview"].value)
    assert str(metadata["plot"].value).startswith("![top_categories](data:image/svg+xml;base64,")
    assert {c.name: c.type for c in metadata["dagster/column_schema"].value.columns}["rentals"] == "bigint"
    assert Path(str(metadata["file"].value)).read_bytes() == RENTALS.answer_file("top_categories").read_bytes()


def test_queries_keep_to_the_strict_grouping_that_mysql_8_demands(whole_history: Platform) -> None:
    with whole_history.warehouse_database.connect() as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET sql_mode = 'TRADITIONAL,ONLY_FULL_GROUP_BY'")
        for question in questions_of(RENTALS):
            assert answer(connection, question, "rentals").rows, question.where


@pytest.mark.parametrize(
    ("damage", "repair", "disagreeing"),
    [
        (
            "UPDATE fact_rental SET amount = amount + 0.01 WHERE rental_id = 1",
            "UPDATE fact_rental SET amount = amount - 0.01 WHERE rental_id = 1",
            {"rentals_per_customer", "rentals_over_time", "top_categories"},
        ),
        (
            "UPDATE fact_rental SET rental_date_key = 20050525 WHERE rental_id = 1",
            "UPDATE fact_rental SET rental_date_key = 20050524 WHERE rental_id = 1",
            {"rentals_over_time", "rentals_by_weekday", "categories_by_weekday"},
        ),
        (
            "UPDATE fact_rental SET return_date_key = NULL WHERE rental_id = 1",
            "UPDATE fact_rental SET return_date_key = 20050526 WHERE rental_id = 1",
            {"rentals_per_customer", "late_returns"},
        ),
        (
            "UPDATE fact_payment SET amount = amount + 0.01 WHERE payment_id = 1",
            "UPDATE fact_payment SET amount = amount - 0.01 WHERE payment_id = 1",
            {"revenue_by_month_and_store"},
        ),
        (
            "UPDATE dim_customer SET customer_id = 9999 WHERE customer_id = 148",
            "UPDATE dim_customer SET customer_id = 148 WHERE customer_id = 9999",
            {"rentals_per_customer", "top_customers"},
        ),
    ],
)
def test_what_only_one_side_says_fails_the_checks_that_it_is_about(
    answered: dg.ExecuteInProcessResult, whole_history: Platform, damage: str, repair: str, disagreeing: set[str]
) -> None:
    whole_history.warehouse(damage)
    try:
        found = agreements(answers(whole_history, AGREEMENT))
    finally:
        whole_history.warehouse(repair)
    assert {name for name, agrees in found.items() if not agrees} == disagreeing


def test_a_mart_that_is_missing_keeps_no_other_question_from_being_compared(
    answered: dg.ExecuteInProcessResult, whole_history: Platform, tmp_path: Path
) -> None:
    mart = whole_history.folder / "lake" / mart_file("late_returns")
    mart.rename(tmp_path / "aside")
    try:
        compared = answers(whole_history, AGREEMENT)
    finally:
        (tmp_path / "aside").rename(mart)

    [failure] = [event.step_failure_data for event in compared.all_events if event.is_step_failure]
    assert "The lake has no marts/late_returns yet." in str(failure.user_failure_data.description)
    others = {question.name for question in questions_of(RENTALS)} - {"late_returns"}
    assert agreements(compared) == dict.fromkeys(others, True)


def test_a_question_to_an_empty_warehouse_says_what_to_run_first(platform: Platform) -> None:
    with platform.warehouse_database.connect() as connection, pytest.raises(PlatformError) as caught:
        answer(connection, questions_of(RENTALS)[0], "rentals")
    assert "sakila-platform run rentals" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_query_with_an_unknown_column_fails_in_one_line_that_names_the_file(
    platform: Platform, tmp_path: Path
) -> None:
    platform.run(FIRST_DAY)
    (tmp_path / "films.sql").write_text("-- One row per film: title.\nSELECT titel FROM dim_film\n")
    [question] = questions_of(RENTALS, tmp_path)
    with platform.warehouse_database.connect() as connection, pytest.raises(PlatformError) as caught:
        answer(connection, question, "rentals")
    assert "films.sql: Unknown column 'titel'" in str(caught.value)


def test_a_question_that_can_not_be_answered_keeps_no_other_from_being_answered(
    platform: Platform, tmp_path: Path
) -> None:
    platform.run(FIRST_DAY)
    (tmp_path / "films.sql").write_text("-- One row per film: title.\nSELECT titel FROM dim_film\n")
    (tmp_path / "staff.sql").write_text("-- One row per clerk.\nSELECT DISTINCT staff_id FROM dim_staff\n")

    asked = dg.materialize(
        questions_assets(RENTALS, tmp_path),
        resources={"rentals_warehouse": platform.warehouse_resource},
        raise_on_error=False,
    )

    [failure] = [event.step_failure_data for event in asked.all_events if event.is_step_failure]
    assert "films.sql: Unknown column 'titel'" in str(failure.user_failure_data.description)
    assert [e.asset_key.path[-1] for e in asked.asset_materializations_for_node("rentals_analysis")] == ["staff"]
    assert [row["staff_id"] for row in read_answer("staff")] == ["0", "1", "2"]


def test_a_question_changes_nothing(platform: Platform, tmp_path: Path) -> None:
    platform.run(FIRST_DAY)
    before = platform.warehouse_contents()
    for question in questions_of(RENTALS):
        with platform.warehouse_database.connect() as connection:
            answer(connection, question, "rentals")
    assert platform.warehouse_contents() == before
