"""Which columns a query's columns come from, read from its SQL and shown by Dagster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dagster as dg
import sqlglot
from sqlglot import exp

from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import Query


def column_lineage(query: Query, dialect: str) -> dg.TableColumnLineage:
    """The lineage of each column but `dt`, through common table expressions, to the lake tables that are read."""
    select = sqlglot.parse_one(query.sql, dialect=dialect)
    assert isinstance(select, exp.Query)
    named = {cte.alias: cte.this for cte in select.find_all(exp.CTE)}
    deps = {name: sorted(set(_origins(select, name, named)), key=str) for name in query.columns if name != "dt"}
    return dg.TableColumnLineage(
        {
            name: [dg.TableColumnDep(asset_key=dg.AssetKey(table.key), column_name=column) for table, column in origins]
            for name, origins in deps.items()
        }
    )


def _origins(select: exp.Query, column: str, named: Mapping[str, exp.Query]) -> Iterator[tuple[TableName, str]]:
    read = {table.alias_or_name: table for table in select.find_all(exp.Table) if table.parent_select is select}
    projection = next((p for p in select.selects if p.alias_or_name == column), None)
    for used in projection.find_all(exp.Column) if projection else ():
        table = read.get(used.table)
        if table is None:
            continue
        if table.name in named and not table.db:
            yield from _origins(named[table.name], used.name, named)
        elif table.db:
            layer, _, source = table.db.partition("_")
            yield TableName(layer, source, table.name), used.name
