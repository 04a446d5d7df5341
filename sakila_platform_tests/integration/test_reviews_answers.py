"""The questions about reviews on a hand-made data set: the right answers, and the same from warehouse and marts."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from sakila_platform.cli.dashboards import write_dashboards
from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.errors import PlatformError
from sakila_platform.orchestration.layers.agreement import CHECK, agreement_checks
from sakila_platform.orchestration.layers.marts import marts_assets
from sakila_platform.orchestration.layers.questions import questions_assets, questions_of
from sakila_platform.orchestration.resources.database import DatabaseResource
from sakila_platform.orchestration.resources.lake import LakeResource
from sakila_platform.reviews.assets import NEVER_MULTIPLIED, never_multiplied_check
from sakila_platform.reviews.calendar import publish_year
from sakila_platform.reviews.databases import WAREHOUSE
from sakila_platform.reviews.domain import DOMAIN as REVIEWS
from sakila_platform.reviews.warehouse_star import DAILY_TABLES, STAR
from sakila_platform.settings.places import HOME
from sakila_platform.warehouse.postgres.load import Loading, load_days
from sakila_platform_tests.browsers import opened_browser
from sakila_platform_tests.dashboard_pages import open_page
from sakila_platform_tests.parsed_marts import bring_parsed_marts
from sakila_platform_tests.reviews_lake import write_day
from sakila_platform_tests.tables import table

DAYS = {
    "2021-05-01": (
        """
        customer | written    | device   | location    | os                | good
        1        | 2021-04-25 | Mobile   | California  | Apple iOS         | 1
        1        | 2021-04-25 | Mobile   | California  | Apple iOS         | 0
        1        | 2021-04-26 | Tablet   | California  | Apple iOS         | 1
        2        | 2021-04-26 | Computer | California  | Apple MacOs       | 1
        2        | 2021-04-27 | Computer | New York    | Apple MacOs       | 1
        2        | 2021-04-27 | Computer | New York    | Microsoft Windows | 0
        3        | 2021-04-28 | Mobile   | New York    | Google Android    | 0
        3        | 2021-04-28 | Computer | Ohio        | Linux             | 1
        """,
        """
        customer | amount
        1        | 10.005
        1        | 20.000
        5        | 99.000
        0        | 1.000
        """,
    ),
    "2021-05-02": (
        """
        customer | written    | device   | location    | os                | good
        3        | 2020-12-31 | Computer | Kansas      | Linux             | 0
        3        | 2021-12-31 | Computer | Oregon      | Linux             | 0
        4        | 2021-04-25 | Computer | Oregon      | Microsoft Windows | 0
        4        | 2021-04-25 | Tablet   | Puerto Rico | Google Android    | 0
        4        | 2021-04-25 | Mobile   | Texas       | Google Android    | 1
        """,
        """
        customer | amount
        1        | -20.000
        2        | 4.000
        """,
    ),
}
ANSWERS = {
    "reviews_in_three_states": """
        state      | reviews
        California | 4
        New York   | 3
        Texas      | 1
        """,
    "apple_reviews_by_device": """
        device   | reviews | in_california | in_new_york | in_texas
        Computer | 2       | 1             | 1           | 0
        Mobile   | 2       | 2             | 0           | 0
        Tablet   | 1       | 1             | 0           | 0
        """,
    # In Safari and in Firefox two places tie: the first by name wins.
    "top_location_by_browser": """
        browser | location   | reviews
        Edge    | New York   | 1
        Firefox | Kansas     | 1
        Safari  | California | 1
        """,
    # Kansas' one review was written in 2020. Puerto Rico is no state.
    "states_with_most_and_fewest_reviews": """
        place  | state      | reviews
        most   | California | 4
        fewest | Kansas     | 0
        """,
    # East: two on a computer, two on a mobile (Texas is South): the first by name. Ohio and Kansas are neither.
    "top_device_in_east_and_west": """
        side | device   | reviews | share_percent
        East | Computer | 2       | 50.00
        West | Computer | 3       | 50.00
        """,
    "score_by_device_and_browser": """
        device   | browser | reviews | review_score | positive_percent
        Computer | Edge    | 2       | 0            | 0.00
        Computer | Firefox | 3       | 1            | 33.33
        Computer | Safari  | 2       | 2            | 100.00
        Mobile   | Chrome  | 2       | 1            | 50.00
        Mobile   | Safari  | 2       | 1            | 50.00
        Tablet   | Chrome  | 1       | 0            | 0.00
        Tablet   | Safari  | 1       | 1            | 100.00
        """,
    # Customer 1 wrote three reviews and bought three times: 10.005 in all. Customer 5 bought and wrote nothing.
    "spending_by_score": """
        review_score | customers | reviews | amount_spent | mean_amount_spent
        1            | 2         | 7       | 0            | 0.00
        2            | 2         | 6       | 14.005       | 7.00
        """,
}


@dataclass(frozen=True)
class Answered:
    """What was answered of the two drawn days, and where it is kept."""

    result: dg.ExecuteInProcessResult
    address: PostgresAddress

    @property
    def database(self) -> PostgresDatabase:
        """The warehouse of the two days."""
        return WAREHOUSE.at(self.address.url, self.address.database)


def answers(address: PostgresAddress, selection: dg.AssetSelection) -> dg.ExecuteInProcessResult:
    """One run of what is selected among the questions, the marts and their agreement."""
    bring_parsed_marts()
    definitions = dg.Definitions(
        assets=[*questions_assets(REVIEWS), marts_assets(REVIEWS)],
        asset_checks=every_check(),
        resources={
            "reviews_warehouse": DatabaseResource.of(WAREHOUSE.at(address.url, address.database)),
            "lake": LakeResource(),
        },
        executor=dg.in_process_executor,
        jobs=[dg.define_asset_job("answers", selection=selection)],
    )
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def("answers").execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )


def verdicts(result: dg.ExecuteInProcessResult, check: str) -> dict[str, bool]:
    found = result.get_asset_check_evaluations()
    return {each.asset_key.path[-1]: each.passed for each in found if each.check_name == check}


def load_day(address: PostgresAddress, day: str, reviews: str, purchases: str) -> None:
    """A day of the lake's star, in place of what it had, and in the warehouse."""
    lake = LakeResource().lake()
    write_day(lake, day, reviews, purchases)
    with connected(address) as connection:
        load_days(Loading(STAR, connection, lake, publish_year), DAILY_TABLES, [date.fromisoformat(day)])


def every_check() -> list[dg.AssetChecksDefinition]:
    """Those that hold warehouse and marts together, and that of the view."""
    return [*agreement_checks(REVIEWS), never_multiplied_check()]


@pytest.fixture(scope="module")
def answered(postgres_server: PostgresAddress, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answered]:
    """The drawn days, loaded and answered once. Tests here read them, or put back what they change."""
    address = postgres_server.on(f"answers_{uuid.uuid4().hex}")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(HOME.name, str(tmp_path_factory.mktemp("home")))
        lake = LakeResource().lake()
        for day, (reviews, purchases) in DAYS.items():
            write_day(lake, day, reviews, purchases)
        with connected(address) as connection:
            days = [date.fromisoformat(day) for day in DAYS]
            load_days(Loading(STAR, connection, lake, publish_year), DAILY_TABLES, days)
        yield Answered(answers(address, dg.AssetSelection.all()), address)


def test_every_question_has_an_answer_drawn_here() -> None:
    assert {question.name for question in questions_of(REVIEWS)} == set(ANSWERS)


@pytest.mark.parametrize("question", ANSWERS)
def test_the_answer_is_right(answered: Answered, question: str) -> None:
    with REVIEWS.answer_file(question).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    reported = "\n".join(" | ".join(row) for row in rows)
    assert table(reported) == table(ANSWERS[question])


def test_warehouse_and_marts_answer_alike_and_nothing_is_multiplied(answered: Answered) -> None:
    assert answered.result.success
    assert verdicts(answered.result, CHECK) == dict.fromkeys(ANSWERS, True)
    assert verdicts(answered.result, NEVER_MULTIPLIED) == {"spending_by_score": True}
    assert not [each for each in answered.result.get_asset_check_evaluations() if not each.passed]


def test_an_answer_is_shown_with_preview_columns_count_and_plot(answered: Answered) -> None:
    events = answered.result.asset_materializations_for_node("reviews_analysis")
    [metadata] = [each.metadata for each in events if each.asset_key.path[-1] == "reviews_in_three_states"]
    assert metadata["dagster/row_count"].value == 3
    assert "| California | 4 |" in str(metadata["preview"].value)
    assert str(metadata["plot"].value).startswith("![reviews_in_three_states](data:image/svg+xml;base64,")
    types = {column.name: column.type for column in metadata["dagster/column_schema"].value.columns}
    assert types == {"state": "text", "reviews": "int8"}
    assert Path(str(metadata["file"].value)).read_bytes() == REVIEWS.answer_file("reviews_in_three_states").read_bytes()


@pytest.mark.parametrize(
    ("damage", "repair", "disagreeing"),
    [
        (
            "UPDATE fact_customer_spending SET amount_spent = 30.006 WHERE customer_id = 1 AND date_key = 20210501",
            "UPDATE fact_customer_spending SET amount_spent = 30.005 WHERE customer_id = 1 AND date_key = 20210501",
            {"spending_by_score"},
        ),
        (
            "UPDATE dim_os SET is_apple = FALSE WHERE os = 'Apple iOS'",
            "UPDATE dim_os SET is_apple = TRUE WHERE os = 'Apple iOS'",
            {"apple_reviews_by_device"},
        ),
        (
            "UPDATE dim_location SET census_region = 'South' WHERE location = 'Ohio'",
            "UPDATE dim_location SET census_region = 'Midwest' WHERE location = 'Ohio'",
            {"top_device_in_east_and_west"},
        ),
        (
            "UPDATE fact_movie_analytics SET review_score = 0 WHERE customer_id = 2",
            None,
            {"score_by_device_and_browser", "spending_by_score"},
        ),
    ],
)
def test_what_only_one_side_says_fails_the_checks_that_it_is_about(
    answered: Answered, damage: str, repair: str | None, disagreeing: set[str]
) -> None:
    agreement = dg.AssetSelection.checks(*(key for check in every_check() for key in check.check_keys))
    with connect(answered.address, autocommit=True) as connection:
        kept = connection.execute("TABLE fact_movie_analytics").fetchall()
        connection.execute(damage.encode())
        try:
            found = verdicts(answers(answered.address, agreement), CHECK)
        finally:
            if repair:
                connection.execute(repair.encode())
            else:
                connection.execute("DELETE FROM fact_movie_analytics")
                with connection.cursor() as cursor:
                    marks = ", ".join(["%s"] * len(kept[0]))
                    cursor.executemany(f"INSERT INTO fact_movie_analytics VALUES ({marks})".encode(), kept)
    assert {name for name, agrees in found.items() if not agrees} == disagreeing


# A lake with gaps


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param([("2021-05-03", "", "")], id="a day on which nothing was delivered"),
        pytest.param([("2021-05-03", "", DAYS["2021-05-01"][1])], id="purchases alone"),
        pytest.param([("2021-05-03", DAYS["2021-05-02"][0], "")], id="reviews alone"),
        pytest.param(
            [("2021-05-09", *DAYS["2021-05-02"]), ("2021-05-01", *DAYS["2021-05-01"])], id="a hole, run backwards"
        ),
        pytest.param(
            [
                ("2021-05-01", *DAYS["2021-05-01"]),
                ("2021-05-02", *DAYS["2021-05-02"]),
                ("2021-05-02", DAYS["2021-05-02"][0].replace("Kansas     ", "Puerto Rico"), DAYS["2021-05-02"][1]),
            ],
            id="delivered again, without one of the states",
        ),
    ],
)
def test_the_reviews_of_a_lake_with_gaps_are_answered_alike(
    empty_postgres: PostgresAddress,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    runs: list[tuple[str, str, str]],
) -> None:
    monkeypatch.setenv(HOME.name, str(tmp_path))
    for day, reviews, purchases in runs:
        load_day(empty_postgres, day, reviews, purchases)

    result = answers(empty_postgres, dg.AssetSelection.all())

    assert result.success
    assert verdicts(result, CHECK) == dict.fromkeys(ANSWERS, True)
    assert not [each for each in result.get_asset_check_evaluations() if not each.passed]


def test_a_view_that_multiplies_is_reported(answered: Answered) -> None:
    """The known mistake of this exercise: purchases beside each review, then summed."""
    check = dg.AssetSelection.checks(
        *(key for each in every_check() for key in each.check_keys if key.name == NEVER_MULTIPLIED)
    )
    with connect(answered.address, autocommit=True) as connection:
        [(right,)] = connection.execute("SELECT pg_get_viewdef('customer_movie_analytics')").fetchall()
        connection.execute(
            "CREATE OR REPLACE VIEW customer_movie_analytics AS SELECT customer_id, SUM(review_score) AS review_score, "
            "SUM(review_count) AS review_count, SUM(amount_spent) AS amount_spent "
            "FROM fact_movie_analytics FULL JOIN fact_customer_spending USING (customer_id) GROUP BY customer_id"
        )
        try:
            result = answers(answered.address, check)
        finally:
            connection.execute(f"CREATE OR REPLACE VIEW customer_movie_analytics AS {right}".encode())
    [verdict] = result.get_asset_check_evaluations()
    assert not verdict.passed
    assert "amount_spent: 132.010 in the view, 114.005 in the facts" in str(verdict.description)


def test_a_question_to_an_empty_warehouse_says_what_to_run_first(empty_postgres: PostgresAddress) -> None:
    database = WAREHOUSE.at(empty_postgres.url, empty_postgres.database)
    with pytest.raises(PlatformError, match="sakila-platform run reviews") as caught:
        REVIEWS.questions.ask(database, questions_of(REVIEWS)[0])
    assert "\n" not in str(caught.value)


def test_a_query_with_an_unknown_column_fails_in_one_line_that_names_the_file(
    answered: Answered, tmp_path: Path
) -> None:
    (tmp_path / "devices.sql").write_text("-- One row per device.\nSELECT devise FROM dim_devices\n")
    [question] = questions_of(REVIEWS, tmp_path)
    with pytest.raises(PlatformError, match=r'devices\.sql: column "devise" does not exist. Fix the file'):
        REVIEWS.questions.ask(answered.database, question)


def test_a_question_can_not_write(answered: Answered, tmp_path: Path) -> None:
    (tmp_path / "devices.sql").write_text("-- One row per answer.\nSELECT nextval('s') AS n FROM dim_devices\n")
    [question] = questions_of(REVIEWS, tmp_path)
    with connect(answered.address, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE s")
    with pytest.raises(PlatformError, match="read-only transaction"):
        REVIEWS.questions.ask(answered.database, question)


def test_the_page_shows_the_reviews_and_what_their_writers_spent(answered: Answered) -> None:
    reported: list[str] = []
    index = write_dashboards(reported.append)
    assert [line.partition(":")[0] for line in reported] == ["Reviews, data up to 2021-12-31"]
    # Rentals have no data here, so no page leads there.
    pages = Path(index.removeprefix("file://"))
    assert "reviews.html" in pages.read_text()
    assert "rentals.html" not in pages.read_text()
    with opened_browser() as browser:
        page = open_page(browser, pages.with_name("reviews.html"))
        page.press("All")
        assert page.figure("reviews")[0] == 13
        assert page.figure("reviewers")[0] == 4
        assert page.figure("spent_each")[0] == pytest.approx(14.005 / 4)
        assert page.table("positive_by_season") == [["Winter", 0, 2], ["Spring", pytest.approx(6 / 11), 11]]
        assert page.table("spending_by_score") == [[1, 0, 2], [2, pytest.approx(14.005 / 2), 2]]
        page.choose("region", ["West"])
        assert page.figure("reviews")[0] == 6
        assert page.table("device_by_region") == [
            ["West", "Computer", 3],
            ["West", "Mobile", 2],
            ["West", "Tablet", 1],
        ]
        assert not page.faults
