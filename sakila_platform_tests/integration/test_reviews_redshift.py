"""The warehouse of reviews on Redshift: one batch of the Data API, from a lake on S3; the same as on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.stub import Stubber

from sakila_platform.databases import redshift as data_api
from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.databases.redshift import MOST_STATEMENTS, Redshift, RedshiftAddress, StatementFailed
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.model.outcomes import LoadRefused
from sakila_platform.orchestration.layers.questions import questions_of
from sakila_platform.reviews import star
from sakila_platform.reviews import warehouse_star as warehouse
from sakila_platform.reviews.calendar import publish_year
from sakila_platform.reviews.databases import WAREHOUSE
from sakila_platform.reviews.domain import DOMAIN as REVIEWS
from sakila_platform.settings.reviews import REVIEWS_WAREHOUSE_URL
from sakila_platform.warehouse.postgres.load import Loading, load_days
from sakila_platform.warehouse.redshift_load import (
    RedshiftLoading,
    load_days_on_redshift,
    load_year_on_redshift,
    manifests,
)
from sakila_platform_tests.integration.test_reviews_warehouse import DAY_ONE, DAY_TWO, FIRST, PAID_ONE, PAID_TWO, SECOND
from sakila_platform_tests.lake_places import s3_place
from sakila_platform_tests.postgres_servers import postgres_database
from sakila_platform_tests.redshift_stand_in import RedshiftStandIn
from sakila_platform_tests.reviews_lake import write_day, write_tables
from sakila_platform_tests.s3_servers import S3Server

ADDRESS = RedshiftAddress("sakila-test-reviews", "datawarehouse_reviews", REVIEWS_WAREHOUSE_URL.name)
DAYS = [date.fromisoformat(FIRST), date.fromisoformat(SECOND)]


@dataclass
class OnRedshift:
    """A lake on S3 with two drawn days, and Redshift as PostgreSQL stands in for it."""

    stand_in: RedshiftStandIn

    @property
    def loading(self) -> RedshiftLoading:
        return RedshiftLoading(warehouse.STAR, Redshift(self.stand_in, ADDRESS), self.stand_in.lake, publish_year)

    def contents(self) -> dict[str, list[tuple]]:
        return contents(self.stand_in.address)


def contents(address: PostgresAddress) -> dict[str, list[tuple]]:
    """Every table of a warehouse."""
    tables = [*(of.name.table for of in (*warehouse.DAILY_TABLES, warehouse.DIM_DATE)), warehouse.VIEW]
    with connect(address) as connection:
        return {name: sorted(connection.execute(f"TABLE {name}".encode()).fetchall()) for name in tables}


@pytest.fixture
def on_redshift(
    s3_server: S3Server, empty_postgres: PostgresAddress, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OnRedshift]:
    with s3_place(s3_server) as place:
        for name, value in place.environment.items():
            monkeypatch.setenv(name, value)
        lake = open_lake()
        write_day(lake, FIRST, DAY_ONE, PAID_ONE)
        write_day(lake, SECOND, DAY_TWO, PAID_TWO)
        yield OnRedshift(RedshiftStandIn(empty_postgres, lake))


def test_a_load_leaves_the_same_tables_as_on_postgresql(
    on_redshift: OnRedshift, postgres_server: PostgresAddress
) -> None:
    outcomes = load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS)
    load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS[:1])

    with postgres_database(postgres_server) as address:
        with connected(address) as connection:
            loading = Loading(warehouse.STAR, connection, on_redshift.stand_in.lake, publish_year)
            assert load_days(loading, warehouse.DAILY_TABLES, DAYS) == outcomes
        assert on_redshift.contents() == contents(address)


def test_a_table_that_another_contract_made_is_named_before_anything_is_sent(on_redshift: OnRedshift) -> None:
    load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS[:1])
    sent = len(on_redshift.stand_in.sent)
    with connected(on_redshift.stand_in.address) as connection:
        connection.execute("ALTER TABLE fact_customer_spending ADD COLUMN currency varchar(3) NOT NULL DEFAULT 'USD'")
        connection.execute("ALTER TABLE fact_customer_spending ALTER COLUMN currency DROP DEFAULT")
        connection.commit()

    with pytest.raises(
        PlatformError, match=r"currency \(CHARACTER VARYING\(3\) NOT NULL\) is not in the contract"
    ) as refused:
        load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS[1:])

    # Redshift is not filled by `refill`.
    assert "`sakila-platform run reviews --from DAY --to DAY`" in str(refused.value)
    assert len(on_redshift.stand_in.sent) == sent


def test_wider_types_and_new_columns_are_brought_first_and_the_view_is_there_again(
    on_redshift: OnRedshift,
) -> None:
    load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS)
    whole = on_redshift.contents()
    with connected(on_redshift.stand_in.address) as connection:
        connection.execute("DROP VIEW customer_movie_analytics")
        connection.execute("ALTER TABLE fact_customer_spending ALTER COLUMN amount_spent TYPE numeric(9,1)")
        connection.execute("ALTER TABLE fact_customer_spending DROP COLUMN line_count")
        connection.execute("ALTER TABLE dim_os ALTER COLUMN os TYPE varchar(20)")
        connection.commit()
    reported: list[str] = []
    spending = next(table for table in warehouse.STAR.tables if table.name.table == "fact_customer_spending")
    columns = tuple(replace(c, nullable=True) if c.name == "line_count" else c for c in spending.columns)
    star_now = replace(warehouse.STAR, given=(*warehouse.STAR.given, replace(spending, columns=columns)))
    loading = replace(on_redshift.loading, star=star_now, report=reported.append)

    load_days_on_redshift(loading, star_now.tables, DAYS)

    assert [line.partition(" (")[0] for line in reported] == [
        "dim_os.os is VARCHAR(120) now",
        "fact_customer_spending.amount_spent is NUMERIC(18,3) now",
        "fact_customer_spending.line_count was added",
    ]
    assert on_redshift.contents() == whole


def test_a_day_of_the_lake_that_another_contract_wrote_is_not_copied_by_its_places(on_redshift: OnRedshift) -> None:
    lake = on_redshift.stand_in.lake
    path = data_file(star.FACT_CUSTOMER_SPENDING.name, day_partition(FIRST))
    rows = pq.read_table(pa.BufferReader(lake.read(path)))
    lake.publish(path, encode_parquet(rows.drop_columns([rows.column_names[-1]])))

    with pytest.raises(PlatformError, match=r"dt=2021-05-01 was written by another contract: \w+ is missing"):
        load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS)

    assert on_redshift.stand_in.sent == []


def test_a_load_is_one_batch_and_leaves_no_manifest_behind(on_redshift: OnRedshift) -> None:
    load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS)
    assert len(on_redshift.stand_in.sent) <= MOST_STATEMENTS
    copied = [sql for sql in on_redshift.stand_in.sent if sql.startswith("COPY")]
    assert len(copied) == len(warehouse.DAILY_TABLES) + 1
    assert not on_redshift.stand_in.lake.files(f"{manifests(warehouse.STAR)}/")


def test_rows_that_are_not_finals_undo_the_batch(on_redshift: OnRedshift, monkeypatch: pytest.MonkeyPatch) -> None:
    load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS[:1])
    before = on_redshift.contents()
    run = RedshiftStandIn._run

    def lose_a_row(stand_in: RedshiftStandIn, connection: Any, sql: str) -> None:
        run(stand_in, connection, sql)
        if sql.startswith("COPY fact_customer_spending"):
            connection.execute("DELETE FROM fact_customer_spending WHERE date_key = 20210502")

    monkeypatch.setattr(RedshiftStandIn, "_run", lose_a_row)
    with pytest.raises(LoadRefused, match="fact_customer_spending on 2021-05-02: rows or sums are not those of final"):
        load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS[1:])
    assert on_redshift.contents() == before
    assert not on_redshift.stand_in.lake.files(f"{manifests(warehouse.STAR)}/")


def test_a_key_that_names_no_member_undoes_the_batch(on_redshift: OnRedshift) -> None:
    stray = {
        **dict.fromkeys(star.FACT_MOVIE_ANALYTICS.column_names, 0),
        **{"customer_id": 1, "date_key": 20210501, "location_key": 77, "review_count": 1, "insert_date": DAYS[1]},
    }
    write_tables(on_redshift.stand_in.lake, DAYS[1], {star.FACT_MOVIE_ANALYTICS: [stray]})
    with pytest.raises(LoadRefused, match="rows break the contract"):
        load_days_on_redshift(on_redshift.loading, warehouse.DAILY_TABLES, DAYS)


def test_a_year_is_put_in_by_itself(on_redshift: OnRedshift) -> None:
    assert load_year_on_redshift(on_redshift.loading, 2024) == 366
    assert load_year_on_redshift(on_redshift.loading, 2024) == 366
    assert len(on_redshift.contents()["dim_date"]) == 366


def test_a_lake_in_a_folder_can_not_be_copied_from(tmp_path: Path) -> None:
    loading = RedshiftLoading(warehouse.STAR, Redshift(None, ADDRESS), FolderLake(str(tmp_path)), publish_year)
    with pytest.raises(UsageError, match=r"Redshift copies from S3 alone\. Set SAKILA_LAKE to s3://bucket/prefix"):
        load_days_on_redshift(loading, warehouse.DAILY_TABLES, DAYS)


# The Data API, each request and answer as botocore knows it


@pytest.fixture
def stubbed() -> Iterator[tuple[Redshift, Stubber]]:
    client = boto3.client(
        "redshift-data", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    with Stubber(client) as stubber:
        yield Redshift(client, ADDRESS, wait=lambda _: None), stubber
        stubber.assert_no_pending_responses()


WHERE = {"WorkgroupName": "sakila-test-reviews", "Database": "datawarehouse_reviews"}


def test_a_batch_is_waited_for(stubbed: tuple[Redshift, Stubber]) -> None:
    redshift, stubber = stubbed
    sent = {"Sqls": ["SELECT 1", "SELECT 2"], "StatementName": "two", **WHERE}
    stubber.add_response("batch_execute_statement", {"Id": "one"}, sent)
    for status in ("SUBMITTED", "STARTED", "FINISHED"):
        stubber.add_response("describe_statement", {"Id": "one", "Status": status}, {"Id": "one"})
    redshift.transact(["SELECT 1", "SELECT 2"], "two")


def test_the_statement_that_failed_is_named(stubbed: tuple[Redshift, Stubber]) -> None:
    redshift, stubber = stubbed
    stubber.add_response("batch_execute_statement", {"Id": "one"})
    parts = [{"Id": "one:1", "Status": "FINISHED"}, {"Id": "one:2", "Status": "FAILED"}]
    failed = {"Id": "one", "Status": "FAILED", "Error": "ERROR: division\nby zero.", "SubStatements": parts}
    stubber.add_response("describe_statement", failed)
    with pytest.raises(StatementFailed, match=r"run two: ERROR: division by zero\. Nothing was changed") as caught:
        redshift.transact(["SELECT 1", "SELECT 1 / 0"], "two")
    assert caught.value.number == 1


def test_an_answer_has_the_types_that_redshift_says(stubbed: tuple[Redshift, Stubber]) -> None:
    redshift, stubber = stubbed
    stubber.add_response("execute_statement", {"Id": "one"}, {"Sql": "SELECT …", **WHERE})
    stubber.add_response("describe_statement", {"Id": "one", "Status": "FINISHED"})
    described = [{"name": n, "typeName": t} for n, t in (("day", "date"), ("n", "int8"), ("paid", "numeric"))]
    record = [{"stringValue": "2021-05-01"}, {"longValue": 3}, {"stringValue": "10.005"}]
    for more, records in (("next", [record]), ("", [[{"isNull": True}, {"longValue": 0}, {"isNull": True}]])):
        page = {"ColumnMetadata": described, "Records": records, **({"NextToken": more} if more else {})}
        stubber.add_response("get_statement_result", page)
    answer = redshift.ask("SELECT …")
    assert answer.columns == ("day", "n", "paid")
    assert answer.rows == ((date(2021, 5, 1), 3, Decimal("10.005")), (None, 0, None))


def test_who_may_not_ask_is_told_the_permission(stubbed: tuple[Redshift, Stubber]) -> None:
    redshift, stubber = stubbed
    stubber.add_client_error("execute_statement", "AccessDeniedException", "not allowed")
    with pytest.raises(PlatformError, match=r"Redshift \(workgroup sakila-test-reviews\) can't be queried") as caught:
        redshift.ask("SELECT 1")
    assert "\n" not in str(caught.value)


def test_a_query_that_is_given_up_is_stopped(stubbed: tuple[Redshift, Stubber]) -> None:
    redshift, stubber = stubbed
    stubber.add_response("execute_statement", {"Id": "one"})
    stubber.add_response("describe_statement", {"Id": "one", "Status": "STARTED"})
    stubber.add_response("cancel_statement", {"Status": True}, {"Id": "one"})

    def give_up(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Redshift(redshift.client, ADDRESS, give_up).ask("SELECT 1")


@pytest.mark.parametrize(
    "url",
    [
        "redshift://",
        "redshift://workgroup",
        "redshift://u:p@host/db",
        "redshift://h:1/db",
        "redshift://h:port/db",
        "redshift://[h/db",
    ],
)
def test_an_address_that_is_none_is_one_line(url: str) -> None:
    with pytest.raises(UsageError, match="Give redshift://workgroup/database"):
        RedshiftAddress.parse(url, REVIEWS_WAREHOUSE_URL.name)


def test_the_settings_lead_there(stubbed: tuple[Redshift, Stubber], monkeypatch: pytest.MonkeyPatch) -> None:
    redshift, stubber = stubbed
    monkeypatch.setenv(REVIEWS_WAREHOUSE_URL.name, str(ADDRESS))
    monkeypatch.setattr(data_api, "redshift_at", lambda url, setting: redshift)
    stubber.add_response("execute_statement", {"Id": "one"})
    stubber.add_response("describe_statement", {"Id": "one", "Status": "FINISHED"})
    described = [{"name": "state", "typeName": "varchar"}, {"name": "reviews", "typeName": "int8"}]
    page = {"ColumnMetadata": described, "Records": [[{"stringValue": "Texas"}, {"longValue": 1}]]}
    stubber.add_response("get_statement_result", page)
    [question] = [each for each in questions_of(REVIEWS) if each.name == "reviews_in_three_states"]
    assert REVIEWS.questions.ask(WAREHOUSE, question).rows == (("Texas", 1),)
