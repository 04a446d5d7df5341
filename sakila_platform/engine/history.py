"""The history of a dimension (SCD type 2), worked out from captures by day (design rule 11).

A version is a run of equal timely captures of a member, in day order; the first one is valid since ever. A capture is
timely when it was taken before the end of the following day. A late one only tells of members that no timely capture
knows: so a backfill invents no history. The result depends on the captures alone, not on the order of the runs.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from sakila_platform.contracts import Table, arrow_schema
from sakila_platform.resources.duckdb import sql_type

FIRST_DAY = "DATE '1900-01-01'"
FOREVER = "DATE '9999-12-31'"
KEY_FACTOR = 100_000_000
_STORED = "stored_versions"
_VERSIONS = "computed_versions"


@dataclass(frozen=True)
class Dimension:
    """A versioned dimension: its contracts in the lake and in the warehouse."""

    lake: Table
    warehouse: Table

    @property
    def key(self) -> str:
        """The surrogate key's column."""
        return self.warehouse.primary_key[0]

    @property
    def id(self) -> str:
        """The source id's column."""
        return self.lake.primary_key[0]

    @property
    def attributes(self) -> str:
        """What a version is made of, as a SQL list: every column but the id and the time of capture."""
        return ", ".join(c for c in self.lake.column_names if c not in (self.id, "captured_at"))


@dataclass(frozen=True)
class Changes:
    """What is to be done in the warehouse: put these versions in place of all versions of these members."""

    members: tuple[int, ...]
    versions: pa.Table


def suspects(connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, captures: str) -> list[int]:
    """Members whose versions may have to be worked out again from all captures, given these days' captures.

    `captures` is a relation with `dt`, the dimension's columns and `is_timely`, of all days that the run owns.
    """
    connection.register(_STORED, stored)
    d = dimension
    rows = connection.execute(
        f"""
        WITH versions AS (SELECT *, count(*) OVER (PARTITION BY {d.id}) AS version_count FROM {_STORED}),
        days AS (SELECT DISTINCT dt FROM {captures}),
        looked_at AS (
            SELECT c.{d.id}, c.is_timely, v.{d.id} IS NULL AS is_unseen, v.version_count, v.is_backfilled,
                ({_row("c", d)}) IS DISTINCT FROM ({_row("v", d)}) AS differs
            FROM {captures} AS c
            LEFT JOIN versions AS v ON c.{d.id} = v.{d.id} AND c.dt >= v.valid_from AND c.dt < v.valid_to
        )
        SELECT {d.id} FROM looked_at
        WHERE is_unseen OR differs OR (is_timely AND is_backfilled) OR (NOT is_timely AND version_count > 1)
        UNION
        SELECT v.{d.id} FROM versions AS v INNER JOIN days ON v.valid_from = days.dt
        WHERE NOT EXISTS (SELECT 1 FROM {captures} AS c WHERE c.{d.id} = v.{d.id} AND c.dt = v.valid_from)
        ORDER BY 1
        """
    ).fetchall()
    return [row[0] for row in rows]


def appended(connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, captures: str) -> Changes:
    """The changes that captures newer than everything stored bring: each version stands for the captures it had."""
    connection.register(_STORED, stored)
    columns = ", ".join(dimension.lake.column_names)
    everything = (
        f"(SELECT dt, {columns}, is_timely FROM {captures} UNION ALL "
        f"SELECT valid_from, {columns}, NOT is_backfilled FROM {_STORED})"
    )
    return _changes(connection, dimension, stored, everything)


def rebuilt(connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, captures: str) -> Changes:
    """The changes that follow from all captures of the members in `captures`."""
    known = connection.execute(f"SELECT DISTINCT {dimension.id} FROM {captures}").to_arrow_table()
    connection.register("known_members", known)
    connection.register(_STORED, stored)
    of_members = connection.execute(
        f"SELECT * FROM {_STORED} WHERE {dimension.id} IN (FROM known_members)"
    ).to_arrow_table()
    return _changes(connection, dimension, of_members, captures)


def _changes(connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, captures: str) -> Changes:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_VERSIONS} AS {_versions_sql(dimension, captures)}")
    connection.register(_STORED, stored)
    # When a row was read is evidence, not content: a version is the same whichever of its captures it was read from.
    compared = ", ".join(c for c in dimension.warehouse.column_names if c != "captured_at")
    members = connection.execute(
        f"""
        SELECT DISTINCT {dimension.id} FROM (
            (SELECT {compared} FROM {_VERSIONS} EXCEPT SELECT {compared} FROM {_STORED})
            UNION ALL
            (SELECT {compared} FROM {_STORED} EXCEPT SELECT {compared} FROM {_VERSIONS})
        ) ORDER BY 1
        """
    ).to_arrow_table()
    connection.register("changed_members", members)
    versions = connection.execute(
        f"SELECT * FROM {_VERSIONS} WHERE {dimension.id} IN (FROM changed_members) ORDER BY {dimension.key}"
    ).to_arrow_table()
    return Changes(tuple(members[0].to_pylist()), versions.cast(arrow_schema(dimension.warehouse)))


def _versions_sql(dimension: Dimension, captures: str) -> str:
    d = dimension
    columns = ", ".join(f'CAST("{f.name}" AS {sql_type(f.type)}) AS "{f.name}"' for f in arrow_schema(d.warehouse))
    return f"""
        WITH captured AS (SELECT * FROM {captures}),
        timely AS (SELECT * FROM captured WHERE is_timely),
        late AS (
            SELECT * FROM captured
            WHERE {d.id} NOT IN (SELECT {d.id} FROM timely)
            QUALIFY row_number() OVER (PARTITION BY {d.id} ORDER BY captured_at, dt) = 1
        ),
        marked AS (
            SELECT *, ({_row("timely", d)}) IS DISTINCT FROM
                lag(({_row("timely", d)})) OVER (PARTITION BY {d.id} ORDER BY dt) AS starts_version
            FROM timely
        ),
        starts AS (
            SELECT * EXCLUDE (starts_version) FROM marked WHERE starts_version
            UNION ALL SELECT * FROM late
        ),
        bounded AS (
            SELECT *,
                CASE WHEN row_number() OVER member = 1 THEN {FIRST_DAY} ELSE dt END AS valid_from,
                coalesce(lead(dt) OVER member, {FOREVER}) AS valid_to
            FROM starts
            WINDOW member AS (PARTITION BY {d.id} ORDER BY dt)
        ),
        versions AS (
            SELECT *,
                {d.id} * {KEY_FACTOR}::BIGINT
                + year(valid_from) * 10000 + month(valid_from) * 100 + day(valid_from) AS {d.key},
                valid_to = {FOREVER} AS is_current,
                NOT is_timely AS is_backfilled
            FROM bounded
        )
        SELECT {columns} FROM versions
    """


def _row(alias: str, dimension: Dimension) -> str:
    attributes = ", ".join(f"{alias}.{name.strip()}" for name in dimension.attributes.split(","))
    return f"row({attributes})"
