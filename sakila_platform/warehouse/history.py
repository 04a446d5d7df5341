"""The history of a dimension (SCD type 2), worked out from captures by day (design rule 11).

A version is a run of equal timely captures of a member, in day order; the first one is valid since ever. A capture is
timely when it was taken before the end of the following day. A late one only tells of members that no timely capture
knows: so a backfill invents no history. Captures are compared on what both carried (`carried`), so that a column which
a contract gains opens no version. The result depends on the captures alone, not on the order of the runs.

The rules are `sql/warehouse/history/`, in the words that every dimension shares: `member` for its id, `attributes` for
what a version is made of, `version` for the key. Here a dimension's own columns become those, and come out of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb
import pyarrow as pa

from sakila_platform.lake.duckdb import sql_type
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.warehouse.carried import Partial
from sakila_platform.warehouse.differences import differing_members, general_sql
from sakila_platform.warehouse.star import CAPTURED_AT, Dimension

KEY_FACTOR = 100_000_000
"""What a member's id is multiplied by in the keys of its versions, as `versions.sql` has it."""
_COMPUTED = "computed_versions"
_ALL_KNOWN = "NULL AS known"


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


def view_captures(
    connection: duckdb.DuckDBPyConnection,
    dimension: Dimension,
    relation: str,
    days: pa.Table,
    partial: Partial | None = None,
) -> None:
    """Make captures of a dimension readable as `captures`, and their days as `days`.

    `relation` has `dt` and the columns of the lake; `days` has `dt`, `timely_until` when a capture of it is timely,
    whether it `is_repeated` (loaded before), and, where attributes are `partial`, which of them it `carried`.
    """
    known = partial.known_in_captures() if partial else _ALL_KNOWN
    connection.register("days_given", days)
    connection.execute("CREATE OR REPLACE TEMP TABLE days AS FROM days_given")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE captures AS SELECT dt, {_packed(dimension)}, {CAPTURED_AT}, "
        f"{CAPTURED_AT} < days.timely_until AS is_timely, {known} "
        f"FROM {relation} AS captured INNER JOIN days USING (dt)"
    )


def is_unsure(connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, partial: Partial) -> bool:
    """Whether captures that are newer than everything stored tell of an attribute what only all captures can settle."""
    _view_stored(connection, dimension, stored, partial)
    (found,) = connection.execute(partial.unsure()).fetchone() or (False,)
    return bool(found)


def all_members(connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table) -> list[int]:
    """Every member that a run's days or the stored versions know."""
    _view_stored(connection, dimension, stored)
    rows = connection.execute("SELECT member FROM captures UNION SELECT member FROM stored ORDER BY member")
    return [member for (member,) in rows.fetchall()]


def changed_members(connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table) -> list[int]:
    """Members whose versions may have to be worked out again from all captures, given those of a run's days."""
    _view_stored(connection, dimension, stored)
    return [member for (member,) in connection.execute(general_sql("history/changed_members")).fetchall()]


def appended(
    connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, partial: Partial | None = None
) -> Changes:
    """The changes that captures newer than everything stored bring: each version stands for the captures it had."""
    _view_stored(connection, dimension, stored, partial)
    _evidence(connection, general_sql("history/evidence"), partial)
    return _changes(connection, dimension, stored, partial)


def rebuilt(
    connection: duckdb.DuckDBPyConnection,
    dimension: Dimension,
    stored: pa.Table,
    members: Sequence[int],
    partial: Partial | None = None,
) -> Changes:
    """The changes that follow for these members from `captures`, which are all there are of them."""
    captured = connection.execute("SELECT DISTINCT member FROM captures").to_arrow_table()
    known = set(captured["member"].to_pylist())
    connection.register("stored_versions", stored)
    connection.register("captured_members", captured)
    of_members = connection.execute(
        f"SELECT * FROM stored_versions WHERE {dimension.id} IN (FROM captured_members)"
    ).to_arrow_table()
    _evidence(connection, "FROM captures", partial)
    vanished = tuple(sorted(member for member in members if member not in known))
    return replace(_changes(connection, dimension, of_members, partial), vanished=vanished)


def _evidence(connection: duckdb.DuckDBPyConnection, rows: str, partial: Partial | None) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP VIEW evidence AS {partial.evidence(rows) if partial else rows}")


def _changes(
    connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, partial: Partial | None
) -> Changes:
    schema = arrow_schema(dimension.warehouse)
    unpacked = ", ".join(f'CAST({_source(dimension, f.name)} AS {sql_type(f.type)}) AS "{f.name}"' for f in schema)
    versions = general_sql("history/versions")
    versions = partial.versions(versions) if partial else versions
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_COMPUTED} AS SELECT {unpacked} FROM ({versions}\n)")
    connection.register("stored_versions", stored)
    names, of = dimension.warehouse.column_names, (dimension.id, "stored_versions", _COMPUTED)
    members = differing_members(connection, *of, names)
    # When a row was read is evidence, not content: a version is the same whichever of its captures it was read from.
    moved = differing_members(connection, *of, [name for name in names if name != CAPTURED_AT])
    connection.register("changed_members", pa.table({"id": pa.array(members, pa.int64())}))
    versions = connection.execute(
        f"SELECT * FROM {_COMPUTED} WHERE {dimension.id} IN (FROM changed_members) ORDER BY {dimension.key}"
    ).to_arrow_table()
    return Changes(members, versions.cast(schema), moved)


def _view_stored(
    connection: duckdb.DuckDBPyConnection, dimension: Dimension, stored: pa.Table, partial: Partial | None = None
) -> None:
    connection.register("stored_versions", stored)
    known = partial.known_in_versions() if partial else _ALL_KNOWN
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW stored AS SELECT {dimension.key} AS version, {_packed(dimension)}, "
        f"valid_from, valid_to, is_current, is_backfilled, {CAPTURED_AT}, {known} FROM stored_versions"
    )


def _packed(dimension: Dimension) -> str:
    attributes = ", ".join(f'"{name}" := "{name}"' for name in dimension.attributes)
    return f"{dimension.id} AS member, struct_pack({attributes}) AS attributes"


def _source(dimension: Dimension, column: str) -> str:
    """What a column of the warehouse is made from, in the words of `versions.sql`."""
    if column in dimension.attributes:
        return f'attributes."{column}"'
    return {dimension.key: "version", dimension.id: "member"}.get(column, column)
