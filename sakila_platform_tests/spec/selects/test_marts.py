"""From the stars to the marts, on DuckDB."""

from __future__ import annotations

import pytest

from sakila_platform_tests.drawn_marts import marts, unit_test_results, unit_tests


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is wrong by unit test, of one run of dbt."""
    return unit_test_results(tmp_path_factory.mktemp("dbt"))


@pytest.mark.parametrize("mart", marts())
def test_a_mart_makes_of_drawn_rows_what_its_unit_test_expects(mart: str, results: dict[str, str]) -> None:
    """What each of them says:"""
    names = list(unit_tests()[mart])
    assert names, f"sql/marts/models/*/unit_tests has no {mart}.yml. Draw there what the mart makes of its rows."
    assert {name: results[name] for name in names} == dict.fromkeys(names, "")
