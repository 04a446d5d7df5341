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

from sakila_platform.model.audit_rules import UNIQUE, Members, orphan_rule_name
from sakila_platform.model.contracts import Rule, Table, arrow_schema, quarantine_schema, row_rules
from sakila_platform.model.naming import DAY_PARTITION


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
    references = {column: (members or {}).get(target) for column, target in table.references.items()}
    orphans = [_orphan_rule(table, column, target) for column, target in references.items() if target]
    rules = [*row_rules(table), *orphans]
    broken = _broken_rules(connection, relation, rules)
    has_duplicates = _has_duplicates(connection, relation, table)
    if not broken and not has_duplicates:
        return Audit({}, {})
    _part(connection, relation, broken, table if has_duplicates else None)
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
        True for rule in row_rules(table) if "NOT NULL" not in rule.holds
    )


def _distinct_keys(rows: pa.Table, table: Table) -> int:
    # Not by Arrow's group_by, which complains on stderr of rows that came off the wire.
    if len(table.primary_key) == 1:
        return pc.count_distinct(rows[table.primary_key[0]], mode="all").as_py()
    return len(set(zip(*(rows[key].to_pylist() for key in table.primary_key), strict=True)))


def _orphan_rule(table: Table, column: str, target: Members[str]) -> Rule:
    known = f"SELECT ({DAY_PARTITION}, {target.key}) FROM {target.rows}"
    return Rule(
        orphan_rule_name(column, table.column(column).references),
        f"{column} IS NULL OR ({DAY_PARTITION}, {column}) IN ({known})",
    )


def _broken_rules(connection: duckdb.DuckDBPyConnection, relation: str, rules: list[Rule]) -> list[Rule]:
    counts = ", ".join(f"count(*) FILTER (WHERE NOT ({rule.holds}))" for rule in rules)
    row = connection.execute(f"SELECT {counts} FROM {relation}").fetchone()
    assert row is not None
    return [rule for rule, count in zip(rules, row, strict=True) if count]


def _has_duplicates(connection: duckdb.DuckDBPyConnection, relation: str, table: Table) -> bool:
    keys = ", ".join((DAY_PARTITION, *table.primary_key))
    query = f"SELECT 1 FROM {relation} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    return connection.execute(query).fetchone() is not None


def _part(connection: duckdb.DuckDBPyConnection, relation: str, broken: list[Rule], duplicated: Table | None) -> None:
    reasons = [f"CASE WHEN NOT ({rule.holds}) THEN '{_escaped(rule.name)}' END" for rule in broken]
    if duplicated:
        keys = ", ".join((DAY_PARTITION, *duplicated.primary_key))
        order = ", ".join(duplicated.column_names)
        reasons.append(f"CASE WHEN row_number() OVER (PARTITION BY {keys} ORDER BY {order}) > 1 THEN '{UNIQUE}' END")
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
    broken: dict[date, dict[str, int]] = {}
    for day, rule, count in rows:
        broken.setdefault(day, {})[rule] = count
    return Audit(dict(rejected), broken)


def _escaped(text: str) -> str:
    return text.replace("'", "''")
