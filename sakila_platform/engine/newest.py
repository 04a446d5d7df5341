"""Tables of the warehouse that are kept as last captured: actors, and which films they are in.

The rows of an owner (its first key column) are those of the newest loaded day that has the owner, whatever the order
of the runs; what vanished keeps its last state.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from sakila_platform.contracts import Table, arrow_schema

_STORED = "stored_newest"


def newest_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, stored: pa.Table, captures: str
) -> tuple[list[int], pa.Table]:
    """The owners whose rows change, and all rows they shall have. `captures` has `dt` and the table's columns."""
    connection.register(_STORED, stored)
    owner = table.primary_key[0]
    lake_columns = ", ".join(c for c in table.column_names if c != "as_of_date")
    columns = ", ".join(table.column_names)
    compared = ", ".join(c for c in table.column_names if c != "captured_at")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE computed_newest AS
        WITH run AS (
            SELECT {lake_columns}, dt AS as_of_date FROM {captures}
            QUALIFY dt = max(dt) OVER (PARTITION BY {owner})
        ),
        outlived AS (
            SELECT s.{owner} FROM {_STORED} AS s INNER JOIN run AS r ON s.{owner} = r.{owner}
            WHERE s.as_of_date > r.as_of_date
        )
        SELECT {columns} FROM run WHERE {owner} NOT IN (FROM outlived)
        """
    )
    owners = connection.execute(
        f"""
        SELECT DISTINCT {owner} FROM (
            (SELECT {compared} FROM computed_newest EXCEPT SELECT {compared} FROM {_STORED})
            UNION ALL
            (SELECT {compared} FROM {_STORED} WHERE {owner} IN (SELECT {owner} FROM computed_newest)
             EXCEPT SELECT {compared} FROM computed_newest)
        ) ORDER BY 1
        """
    ).to_arrow_table()
    connection.register("changed_owners", owners)
    order = ", ".join(table.primary_key)
    rows = connection.execute(
        f"SELECT {columns} FROM computed_newest WHERE {owner} IN (FROM changed_owners) ORDER BY {order}"
    ).to_arrow_table()
    return owners[0].to_pylist(), rows.cast(arrow_schema(table))
