"""The history of a dimension (SCD type 2), worked out from captures by day (design rule 11).

A version is a run of equal timely captures of a member, in day order; the first one is valid since ever. A capture is
timely when it was taken before the end of the following day. A late one only tells of members that no timely capture
knows: so a backfill invents no history. The result depends on the captures alone, not on the order of the runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from sakila_platform.lake.duckdb import sql_type
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.warehouse.star import Dimension

FIRST_DAY = "DATE '1900-01-01'"
FOREVER = "DATE '9999-12-31'"
KEY_FACTOR = 100_000_000
_STORED = "stored_versions"
_VERSIONS = "computed_versions"


@dataclass(frozen=True)
class Changes:
    """What is to be done in the warehouse: put these versions in place of all versions of these members."""

    members: tuple[int, ...]
    versions: pa.Table
    moved: tuple[int, ...]
    """Those of the members whose versions now say something else, or hold on other days."""
    vanished: tuple[int, ...] = ()
    """Members that no capture knows any more: their versions may go, once no fact points at them."""


def no_changes(dimension: Dimension) -> Changes:
    """Nothing to do."""
    return Changes((), arrow_schema(dimension.warehouse).empty_table(), ())


def changed_members(
    connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, captures: str
) -> list[int]:
    """Members whose versions may have to be worked out again from all captures, given these days' captures.

    `captures` is a relation with `dt`, the dimension's columns and `is_timely`, of all days that the run owns; beside
    it `<captures>_days` has each of the days, `timely_until` when, and whether it `is_repeated` (loaded before).

    A repeated day may also take evidence away: a capture that was replaced by a late one, or lacks the member now.
    Then the version suffers whose own capture may have been the day's: one that was taken before `timely_until`.
    """
    connection.register(_STORED, stored)
    d = dimension
    rows = connection.execute(
        f"""
        WITH looked_at AS (
            SELECT c.{d.id}, c.is_timely, v.{d.id} IS NULL AS is_unseen, v.is_backfilled,
                days.is_repeated AND v.captured_at < days.timely_until AS may_lose_timely,
                c.captured_at < v.captured_at OR (days.is_repeated AND c.captured_at > v.captured_at) AS may_be_first,
                c.captured_at = v.captured_at AS is_tie,
                ({_row("c", d)}) IS DISTINCT FROM ({_row("v", d)}) AS differs
            FROM {captures} AS c
            INNER JOIN {captures}_days AS days ON c.dt = days.dt
            LEFT JOIN {_STORED} AS v ON c.{d.id} = v.{d.id} AND c.dt >= v.valid_from AND c.dt < v.valid_to
        )
        SELECT {d.id} FROM looked_at
        WHERE is_unseen
            OR (is_timely AND (differs OR is_backfilled))
            OR (NOT is_timely AND NOT is_backfilled AND may_lose_timely)
            OR (NOT is_timely AND is_backfilled AND (may_be_first OR (is_tie AND differs)))
        UNION
        SELECT v.{d.id} FROM {_STORED} AS v
        INNER JOIN {captures}_days AS days ON days.is_repeated AND days.dt >= v.valid_from AND days.dt < v.valid_to
        WHERE (v.is_backfilled OR v.captured_at < days.timely_until)
            AND NOT EXISTS (SELECT 1 FROM {captures} AS c WHERE c.{d.id} = v.{d.id} AND c.dt = days.dt)
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


def rebuilt(
    connection: duckdb.DuckDBPyConnection,
    dimension: Dimension,
    stored: pa.Table,
    captures: str,
    members: Sequence[int],
) -> Changes:
    """The changes that follow for these members from `captures`, which are all there are of them."""
    connection.register(_STORED, stored)
    wanted = pa.table({"id": pa.array(members, pa.int64())})
    connection.register("wanted", wanted)
    (vanished,) = connection.execute(
        f"SELECT coalesce(list(id ORDER BY id), []) FROM wanted WHERE id NOT IN (SELECT {dimension.id} FROM {captures})"
    ).fetchone() or ([],)
    of_members = connection.execute(
        f"SELECT * FROM {_STORED} WHERE {dimension.id} IN (SELECT {dimension.id} FROM {captures})"
    ).to_arrow_table()
    return replace(_changes(connection, dimension, of_members, captures), vanished=tuple(vanished))


def _changes(connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, captures: str) -> Changes:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_VERSIONS} AS {_versions_sql(dimension, captures)}")
    connection.register(_STORED, stored)
    names = dimension.warehouse.column_names
    members = _differing(connection, dimension, names)
    # When a row was read is evidence, not content: a version is the same whichever of its captures it was read from.
    moved = _differing(connection, dimension, [name for name in names if name != "captured_at"])
    connection.register("changed_members", pa.table({"id": pa.array(members, pa.int64())}))
    versions = connection.execute(
        f"SELECT * FROM {_VERSIONS} WHERE {dimension.id} IN (FROM changed_members) ORDER BY {dimension.key}"
    ).to_arrow_table()
    return Changes(members, versions.cast(arrow_schema(dimension.warehouse)), moved)


def _differing(connection: duckdb.DuckDBPyConnection, dimension: Dimension, columns: Sequence[str]) -> tuple[int, ...]:
    compared = ", ".join(columns)
    rows = connection.execute(
        f"""
        SELECT DISTINCT {dimension.id} FROM (
            (SELECT {compared} FROM {_VERSIONS} EXCEPT SELECT {compared} FROM {_STORED})
            UNION ALL
            (SELECT {compared} FROM {_STORED} EXCEPT SELECT {compared} FROM {_VERSIONS})
        ) ORDER BY 1
        """
    ).fetchall()
    return tuple(row[0] for row in rows)


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
    attributes = ", ".join(f"{alias}.{name}" for name in dimension.attributes)
    return f"row({attributes})"
