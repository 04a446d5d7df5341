"""Views that describe a fact or bridge: its own columns and those of its dimensions, from the contracts. Pure.

A view in the Glue Data Catalog is a table whose text is Presto's view as JSON, in base64; Athena makes them so itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sakila_platform.model.contracts import Column, Table, TableKind, glue_columns
from sakila_platform.model.naming import UNPARTITIONED, TableName

_PRESTO_TYPES = {"string": "varchar", "int": "integer", "timestamp": "timestamp(3)"}


@dataclass(frozen=True)
class View:
    """A view: its name, what one row of it is, its SELECT, and its columns as a contract has them."""

    name: str
    grain: str
    sql: str
    columns: tuple[Column, ...]

    @property
    def as_table(self) -> Table:
        """Its columns as a contract, for what asks for one."""
        return Table(TableName("", "", self.name), TableKind.FACT, self.grain, self.columns, ())


def described(table: Table, contracts: Mapping[TableName, Table], database: str) -> View:
    """The view of a table with a reference: `fact_title_described`. A dimension's column that another has is prefixed.

    `database` is what the tables' database is called in Glue. Each key names one row of its dimension, so a row of the
    table is a row of the view.
    """
    dimensions = [(key, contracts[replace(table.name, table=target)]) for key, target in table.references.items()]
    selected = [(table.name.table, column, column.name) for column in table.columns]
    taken = {column.name for column in table.columns}
    for _, dimension in dimensions:
        for column in dimension.columns:
            if column.name not in dimension.primary_key:
                name = column.name if column.name not in taken else f"{_word(dimension)}_{column.name}"
                taken.add(name)
                selected.append((dimension.name.table, column, name))
    lines = ",\n".join(f'  "{of}"."{column.name}" AS "{name}"' for of, column, name in selected)
    return View(
        f"{table.name.table}_described",
        f"{table.grain} With what its dimensions say.",
        f'SELECT\n{lines}\nFROM "{database}"."{table.name.table}"\n' + "\n".join(_joins(table, dimensions, database)),
        tuple(replace(column, name=name) for _, column, name in selected),
    )


def view_parts(view: View, database: str) -> dict[str, Any]:
    """The view as Glue has it: everything of a TableInput but its name."""
    columns = glue_columns(view.as_table, UNPARTITIONED)
    told = {
        "originalSql": view.sql,
        "catalog": "awsdatacatalog",
        "schema": database,
        "columns": [{"name": c["Name"], "type": _PRESTO_TYPES.get(c["Type"], c["Type"])} for c in columns],
    }
    encoded = base64.b64encode(json.dumps(told).encode()).decode()
    return {
        "Description": view.grain,
        "TableType": "VIRTUAL_VIEW",
        "PartitionKeys": [],
        "StorageDescriptor": {"Columns": columns, "Location": "", "SerdeInfo": {}},
        "ViewOriginalText": f"/* Presto View: {encoded} */",
        "ViewExpandedText": "/* Presto View */",
        "Parameters": {"presto_view": "true", "comment": "Presto View"},
    }


def _joins(table: Table, dimensions: list[tuple[str, Table]], database: str) -> Iterator[str]:
    for key, dimension in dimensions:
        name, (its_key,) = dimension.name.table, dimension.primary_key
        yield f'LEFT JOIN "{database}"."{name}" ON "{table.name.table}"."{key}" = "{name}"."{its_key}"'


def _word(dimension: Table) -> str:
    return dimension.name.table.removeprefix("dim_")
