"""The engines that each SELECT is tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from sakila_platform.settings.places import HOME
from sakila_platform_tests.drawn_selects import Select, select_on_duckdb, select_on_spark
from sakila_platform_tests.spark import SparkEngine, small_spark


@pytest.fixture(scope="package")
def spark(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One session for the whole chapter: it takes longer to start than all its tests."""
    if request.config.getoption("--engine") == "spark":
        # A process has but one session: that of all tests is there already, and goes on.
        engine = request.getfixturevalue("spark_engine")
        assert isinstance(engine, SparkEngine)
        yield engine.spark
        return
    with small_spark(tmp_path_factory.mktemp("spark")) as spark:
        yield spark


@pytest.fixture(params=["duckdb", "spark"])
def select(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Select:
    """A SELECT on drawn tables, on each of the engines."""
    monkeypatch.setenv(HOME.name, str(tmp_path))
    return select_on_duckdb if request.param == "duckdb" else select_on_spark(request.getfixturevalue("spark"))
