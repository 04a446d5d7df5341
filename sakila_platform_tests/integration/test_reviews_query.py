"""`sakila-platform query reviews`: one SELECT of the warehouse of reviews, which can change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sakila_platform.cli.main import cli
from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.errors import UsageError
from sakila_platform.lake.folder import FolderLake
from sakila_platform.reviews.calendar import publish_year
from sakila_platform.reviews.databases import WAREHOUSE
from sakila_platform.reviews.warehouse_star import DAILY_TABLES, STAR
from sakila_platform.settings.places import HOME
from sakila_platform.settings.reviews import REVIEWS_WAREHOUSE_URL
from sakila_platform.warehouse.postgres.load import Loading, load_days
from sakila_platform_tests.reviews_lake import write_day

REVIEWS = """
    customer | written    | device | location   | os        | good
    1        | 2021-04-25 | Mobile | California | Apple iOS | 1
"""


def query(sql: str, *options: str) -> Result:
    return CliRunner().invoke(cli, ["query", "reviews", sql, *options])


@pytest.fixture
def server(postgres_server: PostgresAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The settings lead to a server that has no warehouse yet; gone afterwards."""
    monkeypatch.setenv(HOME.name, str(tmp_path))
    monkeypatch.setenv(REVIEWS_WAREHOUSE_URL.name, postgres_server.url)
    yield
    with connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {WAREHOUSE.name} WITH (FORCE)")


@pytest.fixture
def warehouse(server: None, postgres_server: PostgresAddress, tmp_path: Path) -> None:
    """A warehouse with one review."""
    lake = FolderLake(str(tmp_path / "lake"))
    write_day(lake, "2021-05-01", REVIEWS)
    with connected(postgres_server.on(WAREHOUSE.name)) as connection:
        load_days(Loading(STAR, connection, lake, publish_year), DAILY_TABLES, [date(2021, 5, 1)])


def test_a_question_is_answered_as_table_csv_and_json(warehouse: None) -> None:
    asked = "SELECT location, is_apple FROM dim_location, dim_os WHERE location_key > 0 AND os_key > 0;"
    assert "California" in query(asked).output
    assert query(asked, "--format", "csv").output == "location,is_apple\nCalifornia,true\n"
    assert query(asked, "--format", "json").output == '[\n  {"location": "California", "is_apple": true}\n]\n'
    assert query("SELECT device FROM dim_devices WHERE FALSE", "--format", "csv").output == "device\n"


@pytest.mark.parametrize(
    ("sql", "reported"),
    [
        ("SELECT * FROM fact_movie_analytic", "Did you mean fact_movie_analytics, customer_movie"),
        ("SELECT devise FROM dim_devices", 'datawarehouse_reviews can\'t answer that: column "devise" does not exist'),
        ("DELETE FROM dim_devices", "A query only reads: give one SELECT."),
        ("SELECT 1; COMMIT; DROP TABLE dim_devices", "A query only reads: give one SELECT."),
        ("SELECT FROM WHERE", "That is not valid PostgreSQL SQL"),
        ("WITH gone AS (DELETE FROM dim_os RETURNING *) SELECT * FROM gone", "A query only reads: give one SELECT."),
        ("SELECT * INTO copied FROM dim_devices", "A query only reads: give one SELECT."),
        ("SELECT pg_read_file('/etc/passwd')", "permission denied"),
        ("SELECT 1 / (date_key - date_key) AS n FROM fact_movie_analytics", "division by zero"),
    ],
)
def test_what_can_not_be_asked_is_one_line_and_changes_nothing(
    warehouse: None, postgres_server: PostgresAddress, sql: str, reported: str
) -> None:
    result = query(sql)
    assert isinstance(result.exception, UsageError)
    assert reported in str(result.exception)
    assert "\n" not in str(result.exception)
    with connect(postgres_server.on(WAREHOUSE.name)) as connection:
        assert connection.execute("SELECT count(*) FROM dim_devices").fetchone() == (2,)


def test_a_warehouse_that_is_not_there_says_what_to_run(server: None) -> None:
    result = query("SELECT 1")
    assert isinstance(result.exception, UsageError)
    assert "There is no datawarehouse_reviews yet. Load it: `sakila-platform run reviews" in str(result.exception)
