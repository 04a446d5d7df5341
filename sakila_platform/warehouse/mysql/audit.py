"""Checks on what a run has loaded, before it becomes visible: the contract of each table, and final = warehouse.

They look at the run's own transaction; what they find undoes it. Facts are read back once, as a stream, and judged in
DuckDB: a tenth of what the same questions cost the server one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa

from sakila_platform.databases.mysql.reader.batches import read_batches
from sakila_platform.databases.mysql.where import Between
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.days import day_key
from sakila_platform.model.outcomes import LoadRefused
from sakila_platform.model.rules import References
from sakila_platform.warehouse.differences import general_sql
from sakila_platform.warehouse.load_rules import (
    AGREEMENT,
    CONTRACT,
    KEY_THERE,
    asked_columns,
    beside,
    faults_by_rule,
    key_conditions,
    key_of,
    key_rules,
    row_conditions,
    summed_columns,
)
from sakila_platform.warehouse.mysql.session import WarehouseSession
from sakila_platform.warehouse.star import Dimension

_LOADED = "loaded_rows"


def audit_members(session: WarehouseSession, table: Table, versions: Dimension | None = None) -> None:
    """Raise LoadRefused, naming each broken rule, when a table without days breaks its contract.

    Of `versions`, each member has one on every day.
    """
    found = _members_broken(session, table, versions)
    if found:
        raise LoadRefused(table.name, CONTRACT, found)


def audit_fact(session: WarehouseSession, fact: Table, lake_table: Table, *, is_alone: bool = False) -> None:
    """Raise LoadRefused when a day of the run breaks the fact's contract, naming each broken rule, or when it has
    other rows, ids or money in the warehouse than in the lake.

    `is_alone`: the fact has no other days. It is then read as it lies, without looking rows up by their days.
    """
    summed = summed_columns(fact, lake_table)
    conditions = {**row_conditions(fact, "duckdb"), **key_conditions(fact, "duckdb")}
    questions = _Questions(fact, summed, conditions)
    day = fact.day_columns[0]
    found = _answers(session, questions, None if is_alone else Between(day, session.first_key, session.last_key))
    broken = {key: faults_by_rule(questions.conditions, answer[1 + len(summed) :]) for key, answer in found.items()}
    refused = {day: broken[day_key(day)] for day in session.days if broken.get(day_key(day))}
    if refused:
        raise LoadRefused(fact.name, CONTRACT, refused)
    different = _differences(session, lake_table, summed, found)
    if different:
        raise LoadRefused(fact.name, AGREEMENT, different)


@dataclass(frozen=True)
class _Questions:
    """What is asked of each day of a fact: rows, these sums, and how many rows break each rule."""

    fact: Table
    summed: tuple[str, ...]
    conditions: Mapping[str, str]

    @property
    def schema(self) -> pa.Schema:
        """The columns that are needed to answer."""
        wanted = {
            *asked_columns(self.fact),
            *self.summed,
            *(rule.column for rule in key_rules(self.fact)),
            self.fact.day_columns[0],
        }
        return pa.schema([f.with_nullable(True) for f in arrow_schema(self.fact) if f.name in wanted])

    @property
    def sql(self) -> str:
        """One row per day: its key, then the answers."""
        day = self.fact.day_columns[0]
        asked = ["count(*)", *(f"sum({column})" for column in self.summed)]
        asked += [f"count(*) FILTER (WHERE {condition})" for condition in self.conditions.values()]
        joins = "".join(
            f" LEFT JOIN {_keys(rule)} AS {beside(rule)} ON {_LOADED}.{rule.column} = {beside(rule)}.{KEY_THERE}"
            for rule in key_rules(self.fact)
        )
        return f"SELECT {_LOADED}.{day}, {', '.join(asked)} FROM {_LOADED}{joins} GROUP BY {day}"


def _answers(session: WarehouseSession, questions: _Questions, where: Between | None) -> dict[int, list[Any]]:
    """The answers for each day that has rows, of those in question, by date key."""
    fact = questions.fact
    for rule in key_rules(fact):
        kind = pa.schema([pa.field(key_of(rule), fact.column(rule.column).type.arrow)])
        keys = pa.Table.from_batches(read_batches(session.connection, rule.dimension, kind), kind)
        session.duck.register(_keys(rule), keys.rename_columns([KEY_THERE]))
    found: dict[int, list[Any]] = {}
    for batch in read_batches(session.connection, fact.name.table, questions.schema, where):
        session.duck.register(_LOADED, batch)
        for key, *some in session.duck.execute(questions.sql).fetchall():
            found[key] = [a + b for a, b in zip(found[key], some, strict=True)] if key in found else some
    return found


def _keys(rule: References) -> str:
    return f"keys_of_{rule.dimension}"


def _differences(
    session: WarehouseSession, lake_table: Table, summed: Sequence[str], in_warehouse: Mapping[int, Sequence[Any]]
) -> dict[date, str]:
    """The days of the run on which lake and warehouse differ in row count, ids or money, and how."""
    sums = ", ".join(f"sum({column})" for column in summed)
    rows = session.duck.execute(f"SELECT dt, count(*), {sums} FROM {lake_table.name.sql} GROUP BY dt").fetchall()
    in_lake = {day: facts for day, *facts in rows}
    nothing = [0, *[None] * len(summed)]
    names = ("rows", *(f"sum of {column}" for column in summed))
    found = {}
    for day in session.days:
        sides = zip(names, in_lake.get(day, nothing), in_warehouse.get(day_key(day), nothing), strict=False)
        odd = [f"{name}: lake {a}, warehouse {b}" for name, a, b in sides if a != b]
        if odd:
            found[day] = "; ".join(odd)
    return found


def _members_broken(session: WarehouseSession, table: Table, versions: Dimension | None) -> dict[date, str]:
    broken = []
    for rule, condition in row_conditions(table, "mysql").items():
        ((count,),) = session.fetch(f"SELECT COUNT(*) FROM `{table.name.table}` WHERE {condition}")
        broken += [f"{rule} ({count})"] if count else []
    if versions:
        ((count,),) = session.fetch(_broken_versions_sql(versions))
        broken += [f"each member has one version a day ({count})"] if count else []
    return dict.fromkeys(session.days, ", ".join(broken)) if broken else {}


def _broken_versions_sql(dimension: Dimension) -> str:
    table = dimension.warehouse.name.table
    versions = f"SELECT `{dimension.id}` AS member, valid_from, valid_to, is_current FROM `{table}`"
    broken = general_sql("mysql/broken_versions", "mysql")
    return f"WITH versions AS ({versions}) SELECT COUNT(*) FROM ({broken}\n) AS broken"
