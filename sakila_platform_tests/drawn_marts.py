"""The unit tests of the dbt project: each says which rows a mart makes of the rows that it draws."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import yaml

from sakila_platform.domains import DOMAINS
from sakila_platform.lake.duckdb import sql_type
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.model.naming import DAY_PARTITION
from sakila_platform.model.queries import SQL_FOLDER

PROJECT = SQL_FOLDER / "marts"
_COLOUR = re.compile(r"\x1b\[\d*m")


def marts() -> list[str]:
    """Every mart."""
    return sorted(path.stem for path in PROJECT.glob("models/*/*.sql"))


def unit_tests() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Each mart's unit tests by name, with the rows that they expect."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {mart: {} for mart in marts()}
    for file in sorted(PROJECT.glob("models/*/unit_tests/*.yml")):
        for declared in yaml.safe_load(file.read_text(encoding="utf-8"))["unit_tests"]:
            found[declared["model"]][declared["name"]] = declared["expect"]["rows"]
    return found


def unit_test_results(folder: Path) -> dict[str, str]:
    """What is wrong by unit test, empty where it passed: of one run of dbt, in this folder, over a lake without rows.

    dbt takes the columns of what a test draws from the tables and marts that are there.
    """
    # As in the platform: half a second that only a build is worth.
    from dbt.cli.main import dbtRunner  # noqa: PLC0415

    database = folder / "dbt.duckdb"
    _write_empty_lake(database)
    project = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
    places = ("--target-path", str(folder), "--log-path", str(folder))
    quietly = (
        "--log-level",
        "none",
        "--log-level-file",
        "none",
        "--no-version-check",
        "--no-send-anonymous-usage-stats",
    )
    variables = ("--vars", json.dumps({"database": str(database)}))
    done = dbtRunner().invoke([*quietly, "build", "--exclude-resource-type", "test", *project, *places, *variables])
    results: Any = done.result
    assert results is not None, done.exception
    return {
        result.node.name: "" if result.status == "pass" else _COLOUR.sub("", f"{result.status}: {result.message}")
        for result in results
        if result.node.resource_type == "unit_test"
    }


def _write_empty_lake(database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        for table in (table for domain in DOMAINS for table in domain.lake_tables):
            columns = [f'"{field.name}" {sql_type(field.type)}' for field in arrow_schema(table)]
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.name.database}")
            connection.execute(f"CREATE TABLE {table.name.sql} ({', '.join(columns)}, {DAY_PARTITION} DATE)")
