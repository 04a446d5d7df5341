"""Tables of the warehouse that are kept as last captured: actors, and which films they are in.

The rows of an owner (its first key column) are those of the newest loaded day that has the owner, whatever the order
of the runs; what vanished keeps its last state. The rules are `sql/warehouse/newest/`.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.warehouse.differences import differing_members, general_sql
from sakila_platform.warehouse.star import AS_OF_DATE, CAPTURED_AT

_STORED = "stored_newest"
_COMPUTED = "computed_newest"


def owners_without_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, stored: pa.Table, captures: str, days: pa.Array
) -> list[int]:
    """Owners whose rows come from one of these days, which has them no more: an older day is their newest now."""
    _view(connection, table, stored, captures)
    connection.register("run_days", pa.table({"dt": days}))
    return [owner for (owner,) in connection.execute(general_sql("newest/owners_without_rows")).fetchall()]


def newest_rows(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    stored: pa.Table,
    captures: str,
    without_rows: Sequence[int] = (),
) -> tuple[list[int], pa.Table]:
    """The owners whose rows change, and all rows they shall have.

    `captures` has `dt` and the table's columns; of owners `without_rows` it has all days, so what is stored counts no
    more.
    """
    _view(connection, table, stored, captures)
    connection.register("without_rows", pa.table({"owner": pa.array(without_rows, pa.int64())}))
    owner, columns = table.primary_key[0], ", ".join(table.column_names)
    of_run = ", ".join(f"dt AS {name}" if name == AS_OF_DATE else name for name in table.column_names)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_COMPUTED} AS SELECT {of_run} FROM ({general_sql('newest/rows')}\n)"
    )
    of_them = f"{owner} IN (SELECT {owner} FROM {_COMPUTED}) OR {owner} IN (FROM without_rows)"
    # When a row was read is evidence, not content.
    compared = [name for name in table.column_names if name != CAPTURED_AT]
    owners = list(differing_members(connection, owner, f"{_STORED} WHERE {of_them}", _COMPUTED, compared))
    connection.register("changed_owners", pa.table({"id": pa.array(owners, pa.int64())}))
    order = ", ".join(table.primary_key)
    rows = connection.execute(
        f"SELECT {columns} FROM {_COMPUTED} WHERE {owner} IN (FROM changed_owners) ORDER BY {order}"
    ).to_arrow_table()
    return owners, rows.cast(arrow_schema(table))


def _view(connection: duckdb.DuckDBPyConnection, table: Table, stored: pa.Table, captures: str) -> None:
    """Make what is stored and captured readable as `stored_rows` and `captured_rows`, each with its `owner`."""
    owner = table.primary_key[0]
    connection.register(_STORED, stored)
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW stored_rows AS SELECT {owner} AS owner, {AS_OF_DATE} FROM {_STORED}"
    )
    connection.execute(f"CREATE OR REPLACE TEMP VIEW captured_rows AS SELECT {owner} AS owner, * FROM {captures}")
