"""Tables without partitions, each made whole by one SELECT: computed, audited, published, what was set aside beside it.

Belongs here: DuckDB's way. Tables are small enough to be made anew each time; a reader sees the old one or the new. No
table is published before all were audited.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from sakila_platform.errors import PlatformError
from sakila_platform.lake.audits.rows import Audit, audit_rows
from sakila_platform.lake.duckdb import create_view, sql_type
from sakila_platform.lake.files import Lake, held_partitions
from sakila_platform.lake.parquet_files import encode_parquet, stamped
from sakila_platform.lake.publishing import set_aside
from sakila_platform.model.contracts import Table, arrow_schema, quarantine_schema
from sakila_platform.model.naming import DAY_PARTITION, UNPARTITIONED, TableName, data_file
from sakila_platform.model.outcomes import UNPARTITIONED_DAY, TableDay, judge
from sakila_platform.model.queries import Query, read_query, require_contract
from sakila_platform.model.rejections import named_rows
from sakila_platform.model.rules import Members
from sakila_platform.model.versions import Version
from sakila_platform.star.builds import version_by_sql
from sakila_platform.star.table_checks import TableCheck

_BUILT = "built"


@dataclass(frozen=True)
class UnpartitionedBuild:
    """How whole tables are built: the lake, where their SQL is, all contracts, and the share of bad rows allowed."""

    lake: Lake
    sql_folder: Path
    contracts: Mapping[TableName, Table]
    allowed_bad_share: float
    given: frozenset[TableName] = frozenset()
    """Tables that are not in the lake: the connection has them under their names already."""
    checks: tuple[TableCheck, ...] = ()

    def version(self, table: Table) -> Version:
        """What the table's rows are made by."""
        return version_by_sql(table, self.query(table))

    def query(self, table: Table) -> Query:
        """The table's SELECT. Raises PlatformError when its columns are not the contract's, or it reads what is not."""
        query = read_query(self.sql_folder / f"{table.name.table}.sql", "duckdb")
        require_contract(query, table, {*self.contracts, *self.given})
        return query


@dataclass(frozen=True)
class _Built:
    """A table as it is to be published: its rows, those set aside, and what it came to."""

    table: Table
    kept: pa.Table
    rejected: pa.Table
    outcome: TableDay


def build_unpartitioned(
    connection: duckdb.DuckDBPyConnection, build: UnpartitionedBuild, tables: Sequence[Table]
) -> dict[TableName, TableDay]:
    """Build these tables in the order given, look at their checks, publish them, and say what each came to.

    Where one is refused none is published, and that one alone is reported. A table that SQL reads and the lake lacks
    counts as empty.
    """
    built: list[_Built] = []
    shown: set[TableName] = set()
    for table in tables:
        query = build.query(table)
        show_inputs(connection, build, query.lake_inputs, shown)
        _compute(connection, query, table)
        audit = audit_rows(connection, _BUILT, table, _members(connection, build, table, shown))
        built.append(_built(connection, build, table, audit))
        if built[-1].outcome.refused:
            return {table.name: built[-1].outcome}
        _show_built(connection, built[-1])
        shown.add(table.name)
    outcomes = {each.table.name: each.outcome for each in built}
    for check in build.checks:
        if check.table in outcomes:
            show_inputs(connection, build, check.query.lake_inputs, shown)
            outcomes[check.table] = _with_check(connection, check, outcomes[check.table])
    for each in built:
        set_aside(build.lake, each.table, UNPARTITIONED, each.rejected)
        build.lake.publish(data_file(each.table.name), encode_parquet(stamped(each.kept, build.version(each.table))))
    return outcomes


def show_inputs(
    connection: duckdb.DuckDBPyConnection, build: UnpartitionedBuild, names: Iterable[TableName], shown: set[TableName]
) -> None:
    """Let SQL find these tables under their names, all their days; `shown` says which it finds already."""
    for name in names:
        if name in shown or name in build.given:
            continue
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.database}")
        if partitions := held_partitions(build.lake, name):
            create_view(connection, build.lake, build.contracts[name], partitions)
        else:
            _show_empty(connection, build.contracts[name])
        shown.add(name)


def _show_empty(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    columns = [f'"{f.name}" {sql_type(f.type)}' for f in arrow_schema(table)]
    if DAY_PARTITION not in table.column_names:
        columns.append(f"{DAY_PARTITION} DATE")
    connection.execute(f"CREATE OR REPLACE TABLE {table.name.sql} ({', '.join(columns)})")


def _compute(connection: duckdb.DuckDBPyConnection, query: Query, table: Table) -> None:
    columns = ", ".join(f'CAST("{f.name}" AS {sql_type(f.type)}) AS "{f.name}"' for f in arrow_schema(table))
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_BUILT} AS "
            f"SELECT {columns}, DATE '{UNPARTITIONED_DAY}' AS {DAY_PARTITION} FROM ({query.sql}\n)"
        )
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise PlatformError(f"{query.where} can't be run: {reason}. Fix the file.") from None


def _members(
    connection: duckdb.DuckDBPyConnection, build: UnpartitionedBuild, table: Table, shown: set[TableName]
) -> dict[str, Members[str]]:
    members = {}
    for target in set(table.references.values()):
        name = replace(table.name, table=target)
        show_inputs(connection, build, [name], shown)
        rows = f"(SELECT *, DATE '{UNPARTITIONED_DAY}' AS {DAY_PARTITION} FROM {name.sql})"
        members[target] = Members(rows, build.contracts[name].primary_key[0])
    return members


def _built(connection: duckdb.DuckDBPyConnection, build: UnpartitionedBuild, table: Table, audit: Audit) -> _Built:
    order = ", ".join(table.primary_key)
    kept = connection.execute(f"SELECT * EXCLUDE ({DAY_PARTITION}) FROM {_BUILT} ORDER BY {order}").to_arrow_table()
    rejected = quarantine_schema(table).empty_table()
    if audit.rejected:
        rejected = connection.execute(
            f"SELECT * EXCLUDE ({DAY_PARTITION}) FROM {_BUILT}_rejected ORDER BY {order}, reason"
        ).to_arrow_table()
        connection.execute(f"DROP TABLE {_BUILT}_rejected")
    broken = audit.broken.get(UNPARTITIONED_DAY, {})
    named = partial(named_rows, rejected, table)
    outcome = judge(kept.num_rows, rejected.num_rows, broken, build.allowed_bad_share, named)
    return _Built(table, kept.cast(arrow_schema(table)), rejected.cast(quarantine_schema(table)), outcome)


def _show_built(connection: duckdb.DuckDBPyConnection, built: _Built) -> None:
    """Let SQL find a table as it will be published, and not as the lake has it."""
    name = built.table.name
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.database}")
    connection.register("rows_built", built.kept)
    connection.execute(f"CREATE TABLE {name.sql} AS FROM rows_built")
    connection.unregister("rows_built")


def _with_check(connection: duckdb.DuckDBPyConnection, check: TableCheck, outcome: TableDay) -> TableDay:
    row = connection.execute(f"SELECT fault FROM ({check.query.sql}\n)").fetchone()
    found = {check.name: (row[0] if row else "") or ""}
    if check.is_warning:
        return replace(outcome, warnings={**outcome.warnings, **found})
    return replace(outcome, checks={**outcome.checks, **found})
