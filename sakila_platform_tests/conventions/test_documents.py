"""What files that are not Python keep to: SQL says its grain, the README lists the settings, versions are pinned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sakila_platform.documents.settings_table import PAGE, with_settings_table
from sakila_platform.settings.every import all_settings
from sakila_platform_tests.conventions.source_files import ROOT

SQL = ROOT / "sql"
QUERIES = sorted(path for path in SQL.rglob("*.sql") if path.relative_to(SQL).parts[0] != "marts")
_PIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9][0-9a-z.+]*( ; [a-z_]+ (<|>|==|!=|<=|>=) .+)?")


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.relative_to(SQL).as_posix())
def test_a_query_begins_with_its_grain(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("-- One row per "), f"{path.name} begins with {first!r}. Begin with `-- One row per ...`."


def test_the_readme_lists_the_settings_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_settings_table(page), (
        "The table of settings in README.md is out of date. Write it anew: make docs"
    )


def test_every_setting_says_what_it_means() -> None:
    for setting in all_settings():
        assert setting.name.startswith("SAKILA_")
        assert len(setting.meaning) > 10, setting.name


def test_constraints_are_versions_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 50
    assert not [line for line in lines if not _PIN.fullmatch(line)]
    assert lines == sorted(lines, key=lambda line: re.split(r"==", line)[0])
