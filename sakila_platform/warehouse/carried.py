"""Which attributes of a dimension the capture of a day carried: what it lacks is unknown then, and not null (rule 11).

A column that a contract gains is in no older file. Were its absence taken for a null, every member would change on the
day when it came. So a version is made of what its captures carried, and of what was known last of the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from sakila_platform.lake.duckdb import sql_type
from sakila_platform.model.contracts import Column
from sakila_platform.model.ddl import sql_literal
from sakila_platform.warehouse.star import Dimension

Carried = Mapping[date, frozenset[str]]
"""By day, the attributes that its capture carried."""


def carried_on(dimension: Dimension, day: date, columns: Iterable[str]) -> frozenset[str]:
    """The attributes that a capture of the day carries whose file has these columns."""
    there = set(columns)
    return frozenset(
        column.name
        for column in map(dimension.lake.column, dimension.attributes)
        if there & {column.name, column.renamed_from} and (column.known_since is None or day >= column.known_since)
    )


@dataclass(frozen=True)
class Partial:
    """The attributes of a dimension that some capture lacks, and the SQL (DuckDB's) that goes by what is known of them.

    `known` is a column of captures and of stored versions: by attribute `{v: its value}`, or null where it is unknown.
    """

    dimension: Dimension
    names: tuple[str, ...]
    carried: Carried
    """What each capture in question carried."""

    def carried_by(self, days: Sequence[date]) -> pa.Array:
        """What the captures of these days carried, as the column of `days`."""
        return pa.array([sorted(self.carried.get(day, ())) for day in days], pa.list_(pa.string()))

    def known_in_captures(self) -> str:
        """`known` of a capture, beside the `days` with what each `carried`."""
        return self._known(lambda name: f"CASE WHEN list_contains(days.carried, '{name}') THEN {_wrapped(name)} END")

    def known_in_versions(self) -> str:
        """`known` of a stored version, in which everything counts as known: null is what it has for what is not."""
        return self._known(_wrapped)

    def evidence(self, rows: str) -> str:
        """The evidence, of which each unknown attribute has the value that was known last, else the first one known."""
        before = ", ".join(
            f'coalesce(last_value(known."{name}" IGNORE NULLS) OVER until_now, '
            f'first_value(known."{name}" IGNORE NULLS) OVER from_now) AS "{name}"'
            for name in self.names
        )
        seen = ", ".join(f'"{name}" := last_value(known."{name}" IGNORE NULLS) OVER until_now' for name in self.names)
        filled = self._attributes(
            lambda name: f'CASE WHEN is_timely THEN "{name}".v ELSE known."{name}".v END', "attributes"
        )
        return (
            f"SELECT dt, member, {filled} AS attributes, captured_at, is_timely, known, seen "
            f"FROM (SELECT *, struct_pack({seen}) AS seen, {before} FROM ({rows}) AS rows_of_evidence "
            "WINDOW until_now AS (PARTITION BY member, is_timely ORDER BY dt "
            "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW), from_now AS (PARTITION BY member, "
            "is_timely ORDER BY dt ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)) AS filled"
        )

    def versions(self, versions: str) -> str:
        """The versions, each with what was known up to its end: before that, an attribute has its default, or null."""
        first = 'arg_min(evidence.seen."{0}", evidence.dt) FILTER (WHERE evidence.seen."{0}" IS NOT NULL) AS "{0}"'
        firsts = ", ".join(map(first.format, self.names))
        late = ", ".join(f'any_value(evidence.known."{name}") AS "late {name}"' for name in self.names)
        shown = self._attributes(
            lambda name: (
                f'CASE WHEN is_backfilled AND "late {name}" IS NOT NULL THEN "late {name}".v '
                f'WHEN NOT is_backfilled AND firsts."{name}" IS NOT NULL THEN firsts."{name}".v '
                f"ELSE {self._unknown(name)} END"
            ),
            "made.attributes",
        )
        return (
            f"WITH made AS ({versions}\n), firsts AS (SELECT made.version, {firsts}, {late} FROM made "
            "INNER JOIN evidence ON evidence.member = made.member AND evidence.is_timely <> made.is_backfilled "
            "AND evidence.dt >= made.valid_from AND evidence.dt < made.valid_to "
            "AND (evidence.is_timely OR evidence.captured_at = made.captured_at) GROUP BY made.version) "
            f"SELECT made.* REPLACE ({shown} AS attributes) FROM made INNER JOIN firsts USING (version)"
        )

    def unsure(self) -> str:
        """Whether a capture tells of an attribute what the version that holds may have lacked, or had as null."""
        says = " OR ".join(
            f'(captures.known."{name}" IS NOT NULL AND captures.known."{name}".v IS DISTINCT FROM '
            f'stored.attributes."{name}" AND stored.attributes."{name}" IS NOT DISTINCT FROM {self._unknown(name)})'
            for name in self.names
        )
        return (
            "SELECT count(*) > 0 FROM captures INNER JOIN stored ON captures.member = stored.member "
            f"WHERE stored.is_current AND ({says})"
        )

    def _known(self, value: Callable[[str], str]) -> str:
        values = (f'"{name}" := {value(name)}' for name in self.names)
        return f"struct_pack({', '.join(values)}) AS known"

    def _attributes(self, partial: Callable[[str], str], attributes: str) -> str:
        def value(name: str) -> str:
            return partial(name) if name in self.names else f'{attributes}."{name}"'

        values = (f'"{name}" := {value(name)}' for name in self.dimension.attributes)
        return f"struct_pack({', '.join(values)})"

    def _unknown(self, name: str) -> str:
        column: Column = self.dimension.lake.column(name)
        default = "NULL" if column.default is None else sql_literal(column.default)
        return f"CAST({default} AS {sql_type(column.type.arrow)})"


def lacking(dimension: Dimension, carried: Iterable[frozenset[str]]) -> tuple[str, ...]:
    """The attributes that some of these captures lack."""
    kinds = set(carried)
    return tuple(name for name in dimension.attributes if any(name not in kind for kind in kinds))


def written(carried: frozenset[str]) -> str:
    """What a capture carried, as the ledger keeps it."""
    return ",".join(sorted(carried))


def read(text: str) -> frozenset[str]:
    """What a capture carried, from the ledger."""
    return frozenset(text.split(",")) if text else frozenset()


def _wrapped(name: str) -> str:
    return f'struct_pack(v := "{name}")'
