"""Athena: the marts compile for it as they do for DuckDB, and a question is asked, waited for and read typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from sakila_platform.catalogue.refined_tables import REFINED_TABLES
from sakila_platform.cli.asking.query import asked
from sakila_platform.databases import athena
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.model.contracts import Table
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT
from sakila_platform.rentals import star
from sakila_platform.reviews import star as reviews_star
from sakila_platform.settings.aws import ATHENA_WORKGROUP
from sakila_platform_tests.s3_faults import stop_waiting
from sakila_platform_tests.s3_servers import CREDENTIALS, moto_application, served

LAKE = {"prefix": "test_", "lake": "s3://company/lake"}
MODELS = sorted(path.stem for path in (MARTS_PROJECT / "models").rglob("*.sql"))


@pytest.fixture(scope="module")
def aws() -> Iterator[str]:
    """The address of AWS: moto, which knows Athena's and Glue's calls and runs no query."""
    with served(moto_application()) as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def environment(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard chain leads there."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": aws}.items():
        monkeypatch.setenv(name, value)


# The marts' second target


def compiled(target: str, variables: dict[str, str], folder: Path) -> dict[str, str]:
    """The SQL of each model and of each of its tests, as dbt gives it to the target."""
    # As in the platform: half a second that only a build is worth.
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    project = ("--project-dir", str(MARTS_PROJECT), "--profiles-dir", str(MARTS_PROJECT))
    quietly = ("--log-level", "none", "--log-level-file", "none", "--no-version-check")
    places = ("--target-path", str(folder), "--log-path", str(folder))
    done = dbtRunner().invoke(
        [*quietly, "compile", "--target", target, *project, *places, "--vars", json.dumps(variables)]
    )
    assert done.success, done.exception
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("compiled/marts/models/**/*.sql")}


@pytest.fixture(scope="module")
def all_on_athena(aws: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of each model and test for Athena."""
    if find_spec("dbt.adapters.athena") is None:
        pytest.skip("dbt-athena is not installed: on Python 3.13 it would have to be compiled")
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": aws}.items():
            monkeypatch.setenv(name, value)
        return compiled("athena", LAKE, tmp_path_factory.mktemp("athena"))


@pytest.fixture(scope="module")
def on_athena(all_on_athena: dict[str, str]) -> dict[str, str]:
    """The SQL of each model for Athena."""
    return {name: sql for name, sql in all_on_athena.items() if name in MODELS}


def test_every_mart_and_its_tests_compile_for_both_engines(all_on_athena: dict[str, str], tmp_path: Path) -> None:
    on_duckdb = compiled("duckdb", {"database": str(tmp_path / "dbt.duckdb")}, tmp_path)

    assert all_on_athena.keys() == on_duckdb.keys()
    assert {*MODELS, *(f"{mart}_contract" for mart in MODELS), *(f"{mart}_adds_up" for mart in MODELS)} <= set(
        on_duckdb
    )
    for name, sql in all_on_athena.items():
        assert tree(sql, "trino") == tree(on_duckdb[name], "duckdb"), name


def tree(sql: str, dialect: str) -> str:
    """A query in one dialect, without the catalogues and schemas that its tables are in."""
    query = sqlglot.parse_one(sql, dialect=dialect)
    for table in query.find_all(exp.Table):
        table.set("db", None)
        table.set("catalog", None)
    return query.sql(dialect="duckdb", comments=False)


@pytest.mark.parametrize("mart", MODELS)
def test_on_athena_a_mart_reads_only_what_the_catalogue_has_in_trinos_sql(mart: str, on_athena: dict[str, str]) -> None:
    query = sqlglot.parse_one(on_athena[mart], dialect="trino")
    within = {part.alias for part in query.find_all(exp.CTE)}
    read = {table.sql(dialect="trino") for table in query.find_all(exp.Table) if table.name not in within}
    assert all(name.startswith('"awsdatacatalog"."test_') for name in {name.split(" AS ")[0] for name in read}), read

    # Raises an error for a column that none of the tables has.
    qualify(query, schema={"awsdatacatalog": catalogue(on_athena)}, dialect="trino", quote_identifiers=False)


def catalogue(on_athena: dict[str, str]) -> dict[str, dict[str, dict[str, str]]]:
    """The columns of the star by its contracts, and of the marts by what their queries select."""
    marts = {
        mart: dict.fromkeys(sqlglot.parse_one(sql, dialect="trino").named_selects, "unknown")
        for mart, sql in on_athena.items()
    }
    tables = (*star.DAILY_TABLES, star.DIM_DATE, *reviews_star.DAILY_TABLES, reviews_star.DIM_DATE, *REFINED_TABLES)
    found: dict[str, dict[str, dict[str, str]]] = {"test_marts": marts}
    for table in tables:
        found.setdefault(f"test_{table.name.database}", {})[table.name.table] = columns(table)
    return found


def columns(table: Table) -> dict[str, str]:
    return {"dt": "date", **dict.fromkeys(table.column_names, "unknown")}


# Questions


def answer_next(aws: str, columns: list[tuple[str, str]], rows: list[list[str | None]]) -> None:
    """Let moto answer the next question so."""
    described = [{"Name": name, "Type": kind, "Label": name} for name, kind in columns]
    header: list[list[str | None]] = [[name for name, _ in columns]]
    data = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in header + rows]
    result: dict[str, Any] = {"rows": data, "column_info": described}
    sent = requests.post(
        f"{aws}/moto-api/static/athena/query-results",
        json={"account_id": "123456789012", "region": "us-east-1", "results": [result]},
        timeout=10,
    )
    assert sent.status_code == 201


def test_an_answer_has_athenas_columns_as_the_types_they_are(aws: str) -> None:
    answer_next(
        aws,
        [
            ("store", "varchar"),
            ("dt", "date"),
            ("n", "bigint"),
            ("paid", "decimal"),
            ("late", "boolean"),
            ("x", "double"),
        ],
        [["Lethbridge", "2005-05-24", "4", "19.96", "false", "0.5"], [None, None, None, None, "true", None]],
    )
    with asked("athena", "SELECT * FROM marts.rentals_by_day") as answer:
        assert list(answer.columns) == ["store", "dt", "n", "paid", "late", "x"]
        assert [tuple(row) for row in answer.rows] == [
            ("Lethbridge", date(2005, 5, 24), 4, Decimal("19.96"), False, 0.5),
            (None, None, None, None, True, None),
        ]


def test_a_question_is_asked_in_the_workgroup_of_the_settings(aws: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("athena", region_name="us-east-1")
    client.create_work_group(Name="sakila-test")
    monkeypatch.setenv(ATHENA_WORKGROUP.name, "sakila-test")
    answer_next(aws, [("n", "integer")], [["1"]])

    with asked("athena", "SELECT 1 AS n") as answer:
        assert [tuple(row) for row in answer.rows] == [(1,)]

    (execution,) = client.list_query_executions(WorkGroup="sakila-test")["QueryExecutionIds"]
    found = client.get_query_execution(QueryExecutionId=execution)["QueryExecution"]
    assert (found["Query"], found["WorkGroup"]) == ("SELECT 1 AS n", "sakila-test")


class Undecided:
    """An Athena that answers a question's states in turn, and has no rows."""

    def __init__(self, *states: dict[str, str]) -> None:
        self.states = list(states)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        asked_for = environ["HTTP_X_AMZ_TARGET"].rpartition(".")[2]
        answer: dict[str, Any] = {"QueryExecutionId": "1"}
        if asked_for == "GetQueryExecution":
            answer = {"QueryExecution": {"Status": self.states.pop(0)}}
        body = json.dumps(answer).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]


@pytest.mark.parametrize(
    ("last", "reported"),
    [
        (
            {"State": "FAILED", "StateChangeReason": "line 1:8: Column 'x' cannot\nbe resolved"},
            r"^Athena can't answer that: line 1:8: Column 'x' cannot be resolved$",
        ),
        ({"State": "CANCELLED", "StateChangeReason": "Bytes scanned limit was exceeded"}, "Bytes scanned limit was"),
    ],
)
def test_a_question_is_waited_for_and_its_failure_reported(
    last: dict[str, str], reported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(athena, "_FIRST_WAIT_SECONDS", 0)
    undecided = Undecided({"State": "QUEUED"}, {"State": "RUNNING"}, last)
    with served(undecided) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(UsageError, match=reported), asked("athena", "SELECT x"):
            pass
    assert undecided.states == []


@pytest.mark.parametrize(
    "sql", ["DROP TABLE marts.films", "INSERT INTO t SELECT 1", "CREATE TABLE t AS SELECT 1", "SELECT 1; SELECT 2"]
)
def test_what_changes_something_is_not_sent(sql: str) -> None:
    with pytest.raises(UsageError, match=r"^A query only reads: give one SELECT\.$"), asked("athena", sql):
        pass


def test_what_is_no_sql_is_reported_before_it_costs_anything() -> None:
    with pytest.raises(UsageError, match="That is not valid Athena SQL"), asked("athena", "SELECT FROM WHERE ("):
        pass


def test_athena_out_of_reach_is_reported_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_waiting(monkeypatch)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    reported = (
        r"^Athena \(workgroup primary, us-east-1\) can't be queried: Could not connect.*\. Correct .* or the network"
    )
    with pytest.raises(PlatformError, match=reported), asked("athena", "SELECT 1"):
        pass
