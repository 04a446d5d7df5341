"""Holding rows against their table's contract, before anything is published (design rules 7 and 9).

Rows that break a rule are parted from the others with the reason beside them. The common case, nothing broken, costs
one scan; only then are rows looked at one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from sakila_platform.model.contracts import (
    Table,
    arrow_schema,
    quarantine_schema,
    reference_rules,
    row_rules,
    unique_rule,
)
from sakila_platform.model.naming import DAY_PARTITION
from sakila_platform.model.rule_sql import broken
from sakila_platform.model.rules import Members, NotNull, References


@dataclass(frozen=True)
class Audit:
    """What an audit found, per day: rows set aside, and how many rows break each rule."""

    rejected: Mapping[date, int]
    broken: Mapping[date, Mapping[str, int]]


def audit_rows(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    table: Table,
    members: Mapping[str, Members[str]] | None = None,
) -> Audit:
    """Move the rows of `relation` that break the contract to `<relation>_rejected` (with a `reason`).

    `relation` is a table of the connection with the contract's columns and `dt`. `members` gives, by dimension, the
    relation with that dimension's keys per `dt`; a key that is not there is an orphan.
    """
    conditions = {rule.name: broken(rule, "duckdb") for rule in row_rules(table)}
    for reference in reference_rules(table):
        if members and reference.dimension in members:
            conditions[reference.name] = _orphaned(reference, members[reference.dimension])
    met = met_conditions(connection, relation, conditions)
    has_duplicates = _has_duplicates(connection, relation, table)
    if not met and not has_duplicates:
        return Audit({}, {})
    _part(connection, relation, met, table if has_duplicates else None)
    return _findings(connection, relation)


def audit_table(rows: pa.Table, table: Table, day: date) -> tuple[pa.Table, pa.Table, Mapping[str, int]]:
    """Part one day's rows: those that keep the contract, those that do not (with `reason`), and the rules broken."""
    if not _looks_broken(rows, table):
        return rows.cast(arrow_schema(table)), quarantine_schema(table).empty_table(), {}
    dated = rows.append_column(DAY_PARTITION, pa.array([day] * rows.num_rows, pa.date32()))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("day_rows", dated)
        connection.execute("CREATE TEMP TABLE audited AS FROM day_rows")
        audit = audit_rows(connection, "audited", table)
        order = ", ".join(table.primary_key)
        kept = connection.execute(f"SELECT * FROM audited ORDER BY {order}").to_arrow_table()
        rejected = quarantine_schema(table).empty_table()
        if audit.rejected:
            rejected = connection.execute(f"SELECT * FROM audited_rejected ORDER BY {order}, reason").to_arrow_table()
    kept = kept.select(table.column_names).cast(arrow_schema(table))
    rejected = rejected.select([*table.column_names, "reason"]).cast(quarantine_schema(table))
    return kept, rejected, audit.broken.get(day, {})


def _looks_broken(rows: pa.Table, table: Table) -> bool:
    """Whether a closer look is due: only what Arrow tells without reading the rows one by one."""
    if any(rows[column.name].null_count for column in table.columns if not column.nullable):
        return True
    return _distinct_keys(rows, table) < rows.num_rows or any(
        not isinstance(rule, NotNull) for rule in row_rules(table)
    )


def _distinct_keys(rows: pa.Table, table: Table) -> int:
    # Not by Arrow's group_by, which complains on stderr of rows that came off the wire.
    if len(table.primary_key) == 1:
        return pc.count_distinct(rows[table.primary_key[0]], mode="all").as_py()
    return len(set(zip(*(rows[key].to_pylist() for key in table.primary_key), strict=True)))


def _orphaned(rule: References, target: Members[str]) -> str:
    known = f"SELECT ({DAY_PARTITION}, {target.key}) FROM {target.rows}"
    return f"{rule.column} IS NOT NULL AND ({DAY_PARTITION}, {rule.column}) NOT IN ({known})"


def met_conditions(
    connection: duckdb.DuckDBPyConnection, relation: str, conditions: Mapping[str, str]
) -> dict[str, str]:
    """Of the conditions under which a row breaks a rule, by the rule's name, those that any row meets."""
    counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions.values())
    row = connection.execute(f"SELECT {counts} FROM {relation}").fetchone()
    assert row is not None
    return {name: condition for (name, condition), count in zip(conditions.items(), row, strict=True) if count}


def _has_duplicates(connection: duckdb.DuckDBPyConnection, relation: str, table: Table) -> bool:
    keys = ", ".join((DAY_PARTITION, *table.primary_key))
    query = f"SELECT 1 FROM {relation} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    return connection.execute(query).fetchone() is not None


def _part(
    connection: duckdb.DuckDBPyConnection, relation: str, conditions: Mapping[str, str], duplicated: Table | None
) -> None:
    reasons = [f"CASE WHEN {condition} THEN '{_escaped(name)}' END" for name, condition in conditions.items()]
    if duplicated:
        keys = ", ".join((DAY_PARTITION, *duplicated.primary_key))
        order = ", ".join(duplicated.column_names)
        again = f"row_number() OVER (PARTITION BY {keys} ORDER BY {order}) > 1"
        reasons.append(f"CASE WHEN {again} THEN '{_escaped(unique_rule(duplicated).name)}' END")
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {relation}_judged AS "
        f"SELECT *, concat_ws('; ', {', '.join(reasons)}) AS reason FROM {relation}"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {relation}_rejected AS SELECT * FROM {relation}_judged WHERE reason <> ''"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {relation} AS SELECT * EXCLUDE (reason) FROM {relation}_judged WHERE reason = ''"
    )
    connection.execute(f"DROP TABLE {relation}_judged")


def _findings(connection: duckdb.DuckDBPyConnection, relation: str) -> Audit:
    rejected = connection.execute(f"SELECT {DAY_PARTITION}, count(*) FROM {relation}_rejected GROUP BY 1").fetchall()
    rows = connection.execute(
        f"SELECT {DAY_PARTITION}, rule, count(*) "
        f"FROM (SELECT {DAY_PARTITION}, unnest(string_split(reason, '; ')) AS rule FROM {relation}_rejected) AS broken "
        "GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()
    by_day: dict[date, dict[str, int]] = {}
    for day, rule, count in rows:
        by_day.setdefault(day, {})[rule] = count
    return Audit(dict(rejected), by_day)


def _escaped(text: str) -> str:
    return text.replace("'", "''")
