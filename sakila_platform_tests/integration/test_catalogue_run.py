"""A run of the catalogue that stops half-way: what does not depend on what was refused is there all the same."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from sakila_platform.catalogue.csv.files import CSV_FILES
from sakila_platform.cli.running.run import run_days
from sakila_platform.cli.terminal import Terminal
from sakila_platform.errors import PlatformError
from sakila_platform.settings.calendar import CLOCK
from sakila_platform.settings.catalogue import TMDB_TOKEN
from sakila_platform.settings.every import all_settings
from sakila_platform.settings.places import HOME
from sakila_platform_tests.catalogue_lake import CatalogueLake

DAY = date(2022, 5, 2)


def test_titles_of_the_csv_files_are_built_though_tmdb_was_not_to_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in all_settings():
        monkeypatch.delenv(setting.name, raising=False)
    monkeypatch.setenv(HOME.name, str(tmp_path))
    monkeypatch.setenv(CLOCK.name, f"{DAY}T12:00:00+00:00")
    folder = tmp_path / "catalogue"
    folder.mkdir()
    for number, file in enumerate(CSV_FILES, 1):
        reported = {"id": f"tt000000{number}", "tituloPincipal": "Night", "anoLancamento": "1980", "genero": "Horror"}
        line = "|".join(reported.get(column, r"\N") for column in file.columns)
        (folder / file.file).write_text(f"{file.header}\n{line}\n", encoding="utf-8")

    shown = io.StringIO()
    with pytest.raises(PlatformError, match=TMDB_TOKEN.name):
        run_days("catalogue", DAY, DAY, analysis=True, terminal=Terminal.on(shown))

    lake = CatalogueLake(tmp_path / "lake")
    assert lake.rows("trusted/catalogue/titles").column("title") == ["Night", "Night"]
    assert lake.rows("refined/catalogue/dim_title") == []
    assert "What does not depend on it" in shown.getvalue()
