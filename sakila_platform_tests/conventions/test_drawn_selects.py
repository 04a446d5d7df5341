"""Each SELECT that makes a table of the lake, or a mart, is tried on tables that one can see, in a test of its own."""

from __future__ import annotations

import ast

import pytest

from sakila_platform.dashboards.mart_contracts import read_mart_contracts
from sakila_platform_tests.conventions.source_files import ROOT, modules, tree
from sakila_platform_tests.drawn_marts import PROJECT, marts, unit_tests
from sakila_platform_tests.manual import SPEC

SQL = ROOT / "sql"
LAYERS = ("final", "trusted", "refined")
SELECTS = sorted(
    path.relative_to(SQL).with_suffix("").as_posix() for layer in LAYERS for path in SQL.glob(f"*/{layer}/*.sql")
)


def drawn() -> set[tuple[str, str]]:
    """The tests of the chapter on SELECTs, each with what it selects from."""
    return {
        (test.name, node.args[0].value)
        for path in modules(SPEC / "selects")
        for test in tree(path).body
        if isinstance(test, ast.FunctionDef)
        for node in ast.walk(test)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "select"
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("select", SELECTS)
def test_a_select_has_a_drawn_test_of_its_name(select: str) -> None:
    start = f"test_{select.rpartition('/')[2]}_"
    assert any(name.startswith(start) and selected == select for name, selected in drawn()), (
        f"sql/{select}.sql has no drawn test. Write {start}… in spec/selects, which draws rows in and rows out."
    )


def test_every_layer_has_selects() -> None:
    assert {select.split("/")[1] for select in SELECTS} == set(LAYERS)


@pytest.mark.parametrize("mart", marts())
def test_the_unit_tests_of_a_mart_begin_with_its_name_and_draw_all_of_its_columns(mart: str) -> None:
    tests = unit_tests()[mart]
    drawn_columns = {column for rows in tests.values() for row in rows for column in row}
    left_out = read_mart_contracts(PROJECT)[mart].keys() - drawn_columns
    assert not left_out, f"unit_tests/{mart}.yml draws no {sorted(left_out)}. Draw there what it makes of rows."
    assert all(name.startswith(f"{mart}_") for name in tests), f"Begin the names of its unit tests with {mart}_."
