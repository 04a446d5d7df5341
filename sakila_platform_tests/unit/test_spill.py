"""What does not fit in memory waits under the state folder, and nothing of it stays there."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.folder import FolderLake
from sakila_platform.lake.spill import spill_folder, sweep_abandoned
from sakila_platform.settings.places import HOME

_TWO_DAYS = 2 * 24 * 3600


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME.name, str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "state"


def test_a_query_that_needs_more_than_memory_spills_under_the_state_folder_and_cleans_up(tmp_path: Path) -> None:
    with open_duckdb() as connection:
        connection.execute("SET memory_limit = '60MB'")
        connection.execute("CREATE TEMP TABLE much AS SELECT range AS n, random() AS x FROM range(8_000_000)")
        assert list(spill_folder().glob("duckdb-*/*"))

    assert not list(spill_folder().glob("duckdb-*"))
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_what_a_dead_process_left_is_cleared_a_day_later_and_what_is_new_stays(state_folder: Path) -> None:
    for name, age in (("old", _TWO_DAYS), ("new", 0)):
        folder = spill_folder() / name
        folder.mkdir(parents=True)
        (folder / "rows").write_text("1")
        os.utime(folder, (time.time() - age,) * 2)

    sweep_abandoned(spill_folder())

    assert [path.name for path in spill_folder().iterdir()] == ["new"]


def test_a_file_that_was_never_put_in_place_is_cleared_from_the_lake_a_day_later(tmp_path: Path) -> None:
    lake = FolderLake(str(tmp_path / "lake"))
    lake.publish("stage/sakila/actor/dt=2005-05-24/part-0.parquet", b"rows")
    for name, age in (("old", _TWO_DAYS), ("new", 0)):
        aside = tmp_path / "lake" / "_incoming" / name
        aside.write_text("half")
        os.utime(aside, (time.time() - age,) * 2)

    lake.sweep()

    assert [path.name for path in (tmp_path / "lake" / "_incoming").iterdir()] == ["new"]
    assert lake.exists("stage/sakila/actor/dt=2005-05-24/part-0.parquet")
