"""A domain of two tables is one package, its SQL, and one line: all that the platform has for domains comes with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform_tests.conventions.source_files import PACKAGE, ROOT

ADDED = Path(__file__).parent / "fourth_domain"
SOURCE = """
CREATE TABLE station (station_id INT PRIMARY KEY, station_name VARCHAR(40) NOT NULL, last_update TIMESTAMP NULL);
CREATE TABLE ride (ride_id INT PRIMARY KEY, station_id INT NULL, ride_at DATETIME NOT NULL, last_update TIMESTAMP NULL);
INSERT INTO station VALUES (1, 'Park', NULL), (2, 'Zoo', NULL);
INSERT INTO ride VALUES (1, 1, '2024-05-01 08:00', NULL), (2, 1, '2024-05-01 09:00', NULL),
    (3, 2, '2024-05-02 08:00', NULL), (4, NULL, '2024-05-02 10:00', NULL)
"""
DATABASES = ("bikes", "datawarehouse_bikes")
_MAIN = "from sakila_platform.cli.main import main; main()"


@dataclass(frozen=True)
class Checkout:
    """A copy of the code with the fourth domain in it."""

    folder: Path
    server: Address

    def run(self, *arguments: str, program: str = _MAIN) -> str:
        """What a command of the platform says. Fails the test when it fails."""
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", program, *arguments],
            env={
                "PATH": os.defpath,
                "HOME": str(self.folder),
                "PYTHONPATH": str(self.folder),
                "SAKILA_HOME": str(self.folder / "state"),
                "SAKILA_MYSQL_URL": self.server.url,
                "SAKILA_CLOCK": "2024-05-10T12:00:00+00:00",
            },
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def checkout(mysql_server: Address, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """The package and the SQL put beside the others, and its line written."""
    folder = tmp_path_factory.mktemp(f"checkout_{uuid.uuid4().hex}")
    for of_code in (PACKAGE, ROOT / "sql"):
        shutil.copytree(of_code, folder / of_code.name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ADDED / "bikes", folder / "sakila_platform" / "bikes")
    shutil.copytree(ADDED / "sql", folder / "sql", dirs_exist_ok=True)
    domains = folder / "sakila_platform" / "domains.py"
    text = domains.read_text(encoding="utf-8")
    assert text.count('"sakila_platform.catalogue")') == 1
    line = '"sakila_platform.catalogue", "sakila_platform.bikes")'
    domains.write_text(text.replace('"sakila_platform.catalogue")', line), encoding="utf-8")
    _execute(mysql_server, *(f"DROP DATABASE IF EXISTS {name}" for name in DATABASES), "CREATE DATABASE bikes")
    _execute(mysql_server.on("bikes"), *SOURCE.split(";"))
    yield Checkout(folder, mysql_server)
    _execute(mysql_server, *(f"DROP DATABASE IF EXISTS {name}" for name in DATABASES))


def _execute(address: Address, *statements: str) -> None:
    with closing(connect(address, autocommit=True)) as connection, connection.cursor() as cursor:
        for statement in filter(str.strip, statements):
            cursor.execute(statement)


@pytest.fixture(scope="module")
def run(checkout: Checkout) -> Checkout:
    """Two of its days run, with all that follows."""
    checkout.run("run", "bikes", "--from", "2024-05-01", "--to", "2024-05-02")
    return checkout


def test_its_days_go_from_the_source_to_the_warehouse_with_history(run: Checkout) -> None:
    sql = "SELECT ride_date_key, station_name, COUNT(*) AS rides FROM fact_ride JOIN dim_station USING (station_key)"
    asked = run.run("query", "bikes", f"{sql} GROUP BY 1, 2 ORDER BY 1, 2", "--format", "csv")
    assert asked.split() == [
        "ride_date_key,station_name,rides",
        "20240501,Park,2",
        "20240502,Unknown,1",
        "20240502,Zoo,1",
    ]


def test_its_question_is_answered_by_the_warehouse_and_by_its_mart(run: Checkout) -> None:
    answer = (run.folder / "state" / "analysis" / "bikes" / "rides_per_station.csv").read_text(encoding="utf-8-sig")
    assert answer.split() == ["station_name,rides", "Park,2", "Unknown,1", "Zoo,1"]
    mart = run.run("query", "lake", "SELECT * FROM marts.stations ORDER BY 1", "--format", "csv")
    assert mart.split() == answer.split()


def test_status_counts_its_layers(run: Checkout) -> None:
    layers = [line.split()[:5] for line in run.run("status").splitlines() if line.split()[:1] == ["bikes"]]
    assert [(layer, rows, *day) for _, layer, _, rows, *day in layers] == [
        ("oltp", "6", "2024-05-02"),
        ("stage", "8", "2024-05-02"),
        ("final", "376", "2024-05-02"),
        ("warehouse", "373", "2024-05-02"),
        ("marts", "3"),
    ]


def test_its_warehouse_is_filled_anew_from_the_lake(run: Checkout) -> None:
    assert "Filling the warehouse of bikes, 2024-05-01..2024-05-02" in run.run("refill", "bikes")


def test_it_has_jobs_schedules_checks_freshness_and_a_place_in_the_data_model(checkout: Checkout) -> None:
    found = checkout.run(program=_SEEN).splitlines()
    assert found == [
        "jobs bikes_daily bikes_dates",
        "schedules bikes_every_day bikes_every_year",
        "steps bikes_analysis bikes_final bikes_final_dim_date bikes_marts bikes_stage bikes_warehouse "
        "bikes_warehouse_dim_date",
        "checks agrees_with_marts contract matches_final matches_source matches_stage stations_contract",
        "fresh warehouse/bikes/dim_station warehouse/bikes/fact_ride",
        "### warehouse/bikes/dim_station",
        "### warehouse/bikes/fact_ride",
        "### warehouse/bikes/dim_date",
    ]


def test_an_environment_in_aws_has_its_layers_in_the_data_catalog(checkout: Checkout) -> None:
    assert checkout.run(program=_IN_AWS).splitlines() == [
        "glue database stage_bikes",
        "glue database final_bikes",
        "glue table stage_bikes.station",
        "glue table stage_bikes.ride",
        "glue table final_bikes.dim_station",
        "glue table final_bikes.fact_ride",
        "glue table final_bikes.dim_date",
        "glue crawler sakila-test-stage-bikes",
        "glue crawler sakila-test-final-bikes",
    ]


_IN_AWS = """
from sakila_platform.deploy.declared.data_catalog import crawlers, databases, tables
from sakila_platform.deploy.environment import read_environment

place = read_environment("test", "123456789012")
print(*(each for part in (databases, tables, crawlers) for each in part(place) if "bikes" in each.name), sep=chr(10))
"""


_SEEN = """
from sakila_platform.definitions import platform_definitions
from sakila_platform.documents.data_model import data_model
from sakila_platform.domains import domain_called

repository = platform_definitions().get_repository_def()
graph = repository.asset_graph
nodes = [graph.get(key) for key in sorted(graph.get_all_asset_keys()) if {"bikes", "stations"} & set(key.path)]
made = [node for node in nodes if node.is_materializable]
checks = {check.name for check in graph.asset_check_keys if {"bikes", "stations"} & set(check.asset_key.path)}
print("jobs", *sorted(name for name in repository.job_names if name.startswith("bikes")))
print("schedules", *sorted(each.name for each in repository.schedule_defs if each.name.startswith("bikes")))
print("steps", *sorted({node.assets_def.op.name for node in made}))
print("checks", *sorted(checks))
print("fresh", *(node.key.to_user_string() for node in made if node.freshness_policy))
titles = data_model(domain_called("bikes")).splitlines()
of_star = ("### warehouse/bikes/dim", "### warehouse/bikes/fact")
print(*(line for line in titles if line.startswith(of_star)), sep=chr(10))
"""
