"""The layer of a star that SQL makes of the layer before it: what its tables read, and how they are checked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from pathlib import Path

from sakila_platform.declarations.layers import DailyLayer, LayerCheck, Work
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import Outcomes
from sakila_platform.model.queries import Query, read_query
from sakila_platform.star.builds import MATCHES_STAGE, member_tables, version_by_sql
from sakila_platform.star.table_checks import TableCheck

KINDS = ("duckdb", "parquet")
Make = Callable[[Work, Sequence[Table], Sequence[date]], Outcomes]


def star_layer(tables: tuple[Table, ...], folder: Path, make: Make, events: str, glue_job: str) -> DailyLayer:
    """`final`: the star of each day, made of stage by the SQL of a folder, a SELECT per table.

    events: what a fact's rows are called, all of which are in final or in quarantine.
    """
    matches = f"Every {events} in stage is in final or in quarantine."
    return DailyLayer(
        layer="final",
        tables=tables,
        make=make,
        inputs=lambda table: inputs_of(table, query_of(folder, table)),
        kinds=lambda table: KINDS,
        checks=tuple(LayerCheck(table.name, MATCHES_STAGE, matches) for table in tables if table.taken_from),
        title="Tables of the lake's star",
        queries=lambda table: query_of(folder, table),
        version=lambda table: version_by_sql(table, query_of(folder, table)),
        glue_job=glue_job,
    )


def query_of(folder: Path, table: Table) -> Query:
    """A table's SELECT in a folder. Raises PlatformError, naming file and fault, when it is not one."""
    return read_query(folder / f"{table.name.table}.sql", "duckdb")


def inputs_of(table: Table, query: Query, declared: Collection[TableName] = ()) -> list[TableName]:
    """What a table is made from: what its SQL reads and is not declared, and the dimensions its keys are checked by."""
    return sorted({*(name for name in query.lake_inputs if name not in declared), *member_tables(table).values()})


def layer_checks(checks: Iterable[TableCheck]) -> list[LayerCheck]:
    """Comparisons between tables, as checks of their layer."""
    return [LayerCheck(check.table, check.name, check.description, is_warning=check.is_warning) for check in checks]
