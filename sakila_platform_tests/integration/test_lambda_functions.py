"""The Lambda functions, from the archives that are deployed and with what Lambda brings, on a real database."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.rentals.dates.calendar import date_rows
from sakila_platform_tests.aws_account import REGION, running_account
from sakila_platform_tests.lambda_runtimes import RUNTIME, call_function, make_runtime
from sakila_platform_tests.shop_copies import ShopCopies

Invoke = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with boto3 and what it needs, and nothing else."""
    return make_runtime(tmp_path_factory.mktemp("runtime"))


@pytest.fixture
def invoke(runtime: Path, tmp_path: Path) -> Invoke:
    """Call a function in a process of its own; returns the lines it wrote, the last being its answer."""

    def called(name: str, event: Mapping[str, Any], address: Address, **settings: str) -> list[dict[str, Any]]:
        return call_function(runtime, tmp_path / name, name, event, {"SAKILA_MYSQL_URL": address.url, **settings})

    return called


@pytest.fixture
def warehouse(empty_database: Address) -> Iterator[Address]:
    yield empty_database


def rows(address: Address, query: str) -> list[tuple]:
    with closing(connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


SIMULATED = """
SELECT rental_id, rental_date, inventory_id, customer_id, return_date FROM rental WHERE rental_date >= '2024-05-01'
"""


def test_nothing_but_the_archive_and_lambdas_own_is_imported(runtime: Path) -> None:
    paths = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import sys; print(sys.path)"], capture_output=True, text=True, check=True
    )
    assert sysconfig.get_paths()["purelib"] not in paths.stdout
    assert sorted(each.name.removesuffix(".py") for each in runtime.iterdir()) == sorted(RUNTIME)


def test_a_day_that_lambda_delivers_twice_is_simulated_once(invoke: Invoke, shop_copies: ShopCopies) -> None:
    shop_copies.restore()
    # A quarter past midnight in Bogota, on the day after; the second time, hours later.
    event = {"scheduled_at": "2024-05-21T05:15:00Z"}
    line, answer = invoke("simulate_rentals", event, shop_copies.address, SAKILA_TIME_ZONE="America/Bogota")
    assert (answer["day"], answer["status"]) == ("2024-05-20", "simulated")
    assert answer["rentals"] > 0
    assert line == {"level": "INFO", "function": "function", "request": "request-1", **line}
    assert line["rentals"] == answer["rentals"]
    written = rows(shop_copies.address, SIMULATED)
    assert len(written) == answer["rentals"]

    line, again = invoke("simulate_rentals", event, shop_copies.address, SAKILA_TIME_ZONE="America/Bogota")
    assert (again["day"], again["status"]) == ("2024-05-20", "already simulated")
    assert rows(shop_copies.address, SIMULATED) == written


def test_the_dates_of_years_are_the_same_however_often_they_are_delivered(invoke: Invoke, warehouse: Address) -> None:
    event = {"scheduled_at": "2024-01-01T05:30:00Z"}
    there = "SELECT date_key, date, day_name, is_holiday, holiday_name FROM dim_date ORDER BY date_key"
    line, answer = invoke("refresh_date_dimension", event, warehouse, SAKILA_TIME_ZONE="America/Bogota")
    assert answer == {"years": [2024, 2025], "days": 731}
    assert line["message"] == "dim_date: 731 days"
    written = rows(warehouse, there)
    expected = [row for year in (2024, 2025) for row in date_rows(year, "CO")]
    assert [(key, day, name, bool(is_holiday), holiday) for key, day, name, is_holiday, holiday in written] == [
        tuple(row[column] for column in ("date_key", "date", "day_name", "is_holiday", "holiday_name"))
        for row in expected
    ]
    invoke("refresh_date_dimension", {"years": [2025, 2024]}, warehouse)
    assert rows(warehouse, there) == written


def test_the_login_comes_from_secrets_manager_and_is_not_logged(invoke: Invoke, warehouse: Address) -> None:
    with running_account() as account:
        login = json.dumps({"username": warehouse.user, "password": warehouse.password, "host": "elsewhere"})
        account.by_hand("secretsmanager").create_secret(Name="sakila-test-mysql", SecretString=login)
        lines = invoke(
            "refresh_date_dimension",
            {"years": [2026]},
            Address(warehouse.host, warehouse.port, "nobody", "wrong", warehouse.database),
            SAKILA_MYSQL_SECRET="sakila-test-mysql",
            AWS_ENDPOINT_URL=account.endpoint,
            AWS_DEFAULT_REGION=REGION,
            AWS_ACCESS_KEY_ID="testing",
            AWS_SECRET_ACCESS_KEY="testing",
        )
    assert lines[-1]["days"] == 365
    assert rows(warehouse, "SELECT COUNT(*) FROM dim_date") == [(365,)]
    assert warehouse.password == "" or warehouse.password not in json.dumps(lines)
