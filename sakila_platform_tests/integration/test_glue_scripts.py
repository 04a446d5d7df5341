"""The Glue scripts from outside: what they import, what they cover, as whom they log in, and whom they tell."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import dagster_pipes
import pytest
from dagster import AssetKey
from moto import mock_aws

from sakila_platform.definitions import platform_definitions
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcome_messages import outcomes_of
from sakila_platform.model.outcomes import TableDay
from sakila_platform.spark.job import run_chunks, run_job
from sakila_platform.spark.source.login import Login

SCRIPTS = Path(__file__).resolve().parents[2] / "glue_scripts"
NAMES = sorted(path.name for path in SCRIPTS.glob("*.py"))
NEEDS_NO_POLARS = {name for name in NAMES if not name.startswith(("load_", "refresh_"))}
# Redshift loads from the lake by itself, and a year of dates needs no cluster.
WITHOUT_A_JOB = {"warehouse/reviews", "final/reviews/dim_date"}
LAYERS = ("stage", "final", "trusted", "warehouse")
RENTAL = TableName("stage", "sakila", "rental")
DAY = date(2005, 5, 24)


@pytest.mark.parametrize("script", NAMES)
def test_a_script_imports_neither_dagster_nor_glues_own_library(script: str) -> None:
    program = f"import runpy, sys; runpy.run_path({str(SCRIPTS / script)!r}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(loaded.stdout.split())
    strangers = {"dagster", "awsglue", "dagster_pipes"} | ({"polars"} if script in NEEDS_NO_POLARS else set())
    assert not imported & strangers


def test_both_lanes_have_the_same_tables() -> None:
    of_scripts = {
        AssetKey(table.name.key)
        for script in NAMES
        for value in runpy.run_path(str(SCRIPTS / script)).values()
        for table in _tables(value)
    }
    graph = platform_definitions().resolve_asset_graph()
    layers = {
        key
        for key in graph.get_all_asset_keys()
        if key.path[0] in LAYERS and graph.get(key).is_materializable
        if not any(key.to_user_string().startswith(path) for path in WITHOUT_A_JOB)
    }
    assert of_scripts == layers


def _tables(value: Any) -> Iterator[Table]:
    """The tables that a script names: layers of tables, and those of a module that it uses by name."""
    if isinstance(value, tuple):
        yield from (item for item in value if isinstance(item, Table))
    elif hasattr(value, "DIM_DATE"):
        yield value.DIM_DATE


# As whom


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account of nobody's."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def keep_secret(text: str) -> None:
    """A secret named `shop`."""
    boto3.client("secretsmanager").create_secret(Name="shop", SecretString=text)


def test_the_login_is_that_of_the_secret_as_rds_keeps_it(aws: None) -> None:
    secret = {"username": "ann", "password": "s3cret", "host": "db.example", "port": 3307, "dbname": "shop"}
    keep_secret(json.dumps(secret))
    address = Login(secret="shop").address("", "sakila")
    assert str(address) == "ann@db.example:3307/shop"
    assert address.password == "s3cret"
    elsewhere = Login("jdbc:mysql://replica/sakila2", "shop").address("mysql://bob:b@nowhere", "sakila")
    assert str(elsewhere) == "ann@replica:3306/sakila2"


@pytest.mark.parametrize("text", ["s3cret", "[]", '{"username": "ann"}', '{"username": "a", "password": "s3cret"}'])
def test_a_secret_of_another_kind_is_refused_without_being_shown(aws: None, text: str) -> None:
    keep_secret(text)
    with pytest.raises(PlatformError, match="The secret shop is not a database's") as refused:
        Login(secret="shop").address("", "sakila")
    assert "s3cret" not in str(refused.value)


def test_a_secret_that_is_not_there_is_reported_by_name(aws: None) -> None:
    with pytest.raises(PlatformError, match=r"The secret shop can't be read: .*ResourceNotFound"):
        Login(secret="shop").address("", "sakila")


# Whom they tell


def started_by_dagster(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The process as PipesGlueClient starts it: arguments that name a context on S3 and where messages go."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="pipes")
    context = {"asset_keys": None, "code_version_by_asset_key": None, "provenance_by_asset_key": None,
               "partition_key": None, "partition_key_range": None, "partition_time_window": None, "run_id": "run",
               "job_name": None, "retry_number": 0, "extras": {}}  # fmt: skip
    s3.put_object(Bucket="pipes", Key="context.json", Body=json.dumps(context).encode())
    reported = {
        "--dagster-pipes-context": {"bucket": "pipes", "key": "context.json"},
        "--dagster-pipes-messages": {"bucket": "pipes", "key_prefix": "messages"},
    }
    words = [word for name, place in reported.items() for word in (name, dagster_pipes.encode_param(place))]
    monkeypatch.setattr(sys, "argv", ["extract_stage.py", "--JOB_NAME", "extract", "--days", str(DAY), *words])
    return s3


def messages(s3: Any) -> list[dict[str, Any]]:
    """What Dagster would read."""
    found = s3.list_objects_v2(Bucket="pipes", Prefix="messages/").get("Contents", [])
    bodies = [s3.get_object(Bucket="pipes", Key=each["Key"])["Body"].read().decode() for each in found]
    return [json.loads(line) for body in bodies for line in body.splitlines()]


def test_dagster_is_told_what_each_chunk_came_to_also_when_the_job_then_fails(
    aws: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    s3 = started_by_dagster(monkeypatch)
    outcomes = {RENTAL: {DAY: TableDay(8, 1, {"a rule": 1}, notes={"undated_rows": 1})}}
    refused = {RENTAL: {DAY: TableDay(0, 9, refused="9 of 9 rows break the contract")}}
    chunks = iter([outcomes, refused])

    with pytest.raises(SystemExit, match="9 of 9 rows break the contract"):
        run_job(lambda arguments, report: run_chunks([[DAY], [DAY]], lambda _: next(chunks), report))

    sent = messages(s3)
    custom = [message["params"]["payload"] for message in sent if message["method"] == "report_custom_message"]
    assert [outcomes_of(each["outcomes"]) for each in custom] == [outcomes, refused]
    (closed,) = [message for message in sent if message["method"] == "closed"]
    assert "9 of 9 rows break the contract" in closed["params"]["exception"]["message"]
