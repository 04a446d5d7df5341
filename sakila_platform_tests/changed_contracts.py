"""Contracts of rentals as a team changes them, for as long as a test lasts; the SQL that goes with them, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sakila_platform.model.contracts import ColumnType, Table
from sakila_platform.rentals import source, star, star_build, warehouse_star

Change = Callable[[Table], Table]


def typed(**types: ColumnType) -> Change:
    """The same table with other types for these columns."""

    def changed(table: Table) -> Table:
        columns = tuple(replace(c, type=types[c.name]) if c.name in types else c for c in table.columns)
        return replace(table, columns=columns)

    return changed


def change_contracts(monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, Change]) -> None:
    """Have these tables of stage (`payment`) and final (`fact_payment`) changed, and what follows from them."""
    stage = tuple(changes.get(table.name.table, _same)(table) for table in source.STAGE_TABLES)
    final = tuple(changes.get(table.name.table, _same)(table) for table in star.DAILY_TABLES)
    warehouse = warehouse_star.rental_star(final)
    for module in (source, star_build):
        monkeypatch.setattr(module, "STAGE_TABLES", stage)
    for module in (star, star_build):
        monkeypatch.setattr(module, "DAILY_TABLES", final)
    monkeypatch.setattr(warehouse_star, "STAR", warehouse)
    monkeypatch.setattr(warehouse_star, "DAILY_TABLES", warehouse.tables)


def change_select(monkeypatch: pytest.MonkeyPatch, folder: Path, table: str, old: str, after: str) -> None:
    """Have the SELECT of a table of final say something else."""
    folder.mkdir(exist_ok=True)
    for file in star_build.FINAL_SQL.glob("*.sql"):
        text = file.read_text(encoding="utf-8")
        if file.stem == table:
            assert old in text
            text = text.replace(old, after)
        (folder / file.name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(star_build, "FINAL_SQL", folder)


def _same(table: Table) -> Table:
    return table
