"""Tables of the warehouse that are kept as last captured: actors, and which films they are in.

The rows of an owner (its first key column) are those of the newest loaded day that has the owner, whatever the order
of the runs; what vanished keeps its last state.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from sakila_platform.model.contracts import Table, arrow_schema

_STORED = "stored_newest"
_COMPUTED = "computed_newest"


def owners_without_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, stored: pa.Table, captures: str, days: pa.Array
) -> list[int]:
    """Owners whose rows come from one of these days, which has them no more: an older day is their newest now."""
    connection.register(_STORED, stored)
    connection.register("days_owned", pa.table({"dt": days}))
    owner = table.primary_key[0]
    rows = connection.execute(
        f"SELECT DISTINCT s.{owner} FROM {_STORED} AS s INNER JOIN days_owned ON s.as_of_date = days_owned.dt "
        f"WHERE NOT EXISTS (SELECT 1 FROM {captures} AS c WHERE c.{owner} = s.{owner} AND c.dt = s.as_of_date) "
        "ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def newest_rows(
    connection: duckdb.DuckDBPyConnection, table: Table, stored: pa.Table, captures: str, bereft: Sequence[int] = ()
) -> tuple[list[int], pa.Table]:
    """The owners whose rows change, and all rows they shall have.

    `captures` has `dt` and the table's columns; of `bereft` owners it has all days, so what is stored counts no more.
    """
    connection.register(_STORED, stored)
    connection.register("bereft", pa.table({"id": pa.array(bereft, pa.int64())}))
    owner = table.primary_key[0]
    lake_columns = ", ".join(c for c in table.column_names if c != "as_of_date")
    columns = ", ".join(table.column_names)
    # When a row was read is evidence, not content.
    compared = ", ".join(c for c in table.column_names if c != "captured_at")
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {_COMPUTED} AS
        WITH run AS (
            SELECT {lake_columns}, dt AS as_of_date FROM {captures}
            QUALIFY dt = max(dt) OVER (PARTITION BY {owner})
        ),
        outlived AS (
            SELECT s.{owner} FROM {_STORED} AS s INNER JOIN run AS r ON s.{owner} = r.{owner}
            WHERE s.as_of_date > r.as_of_date AND s.{owner} NOT IN (FROM bereft)
        )
        SELECT {columns} FROM run WHERE {owner} NOT IN (FROM outlived)
        """
    )
    owners = connection.execute(
        f"""
        SELECT DISTINCT {owner} FROM (
            (SELECT {compared} FROM {_COMPUTED} EXCEPT SELECT {compared} FROM {_STORED})
            UNION ALL
            (SELECT {compared} FROM {_STORED}
             WHERE {owner} IN (SELECT {owner} FROM {_COMPUTED}) OR {owner} IN (FROM bereft)
             EXCEPT SELECT {compared} FROM {_COMPUTED})
        ) ORDER BY 1
        """
    ).to_arrow_table()
    connection.register("changed_owners", owners)
    order = ", ".join(table.primary_key)
    rows = connection.execute(
        f"SELECT {columns} FROM {_COMPUTED} WHERE {owner} IN (FROM changed_owners) ORDER BY {order}"
    ).to_arrow_table()
    return owners[0].to_pylist(), rows.cast(arrow_schema(table))
