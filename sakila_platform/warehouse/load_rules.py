"""What every load asks of a fact, whatever server holds it: which rules, and which sums must be those of the lake."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from sakila_platform.model.contracts import Table, reference_rules, row_rules
from sakila_platform.model.rule_sql import Engine, broken, columns_of, names_a_row
from sakila_platform.model.rules import NotNull, References, RowRule

CONTRACT = "contract"
AGREEMENT = "matches_final"
CALENDAR = "dim_date"
_DATE_KEY = "date_key"
KEY_THERE = "key_there"
"""What a dimension's key is called beside the rows that name it."""


def asked_rules(table: Table) -> tuple[RowRule, ...]:
    """The contract's rules but NotNull, which the table's definition enforces on every server."""
    return tuple(rule for rule in row_rules(table) if not isinstance(rule, NotNull))


def asked_columns(table: Table) -> frozenset[str]:
    """The columns that those rules are about."""
    return frozenset(column for rule in asked_rules(table) for column in columns_of(rule))


def row_conditions(table: Table, engine: Engine) -> dict[str, str]:
    """By the name of each of those rules, the condition under which a row breaks it."""
    return {rule.name: broken(rule, engine) for rule in asked_rules(table)}


def key_rules(fact: Table) -> tuple[References, ...]:
    """That each key of a fact names a row: of its dimensions, and a date key of the Date dimension."""
    dates = (References(column.name, CALENDAR) for column in fact.columns if column.name.endswith(_DATE_KEY))
    return (*reference_rules(fact), *dates)


def key_of(rule: References) -> str:
    """The key that the dimension has of its own."""
    return _DATE_KEY if rule.dimension == CALENDAR else rule.column


def beside(rule: References) -> str:
    """What the dimension's keys are called where they are joined to the rows that name them."""
    return f"of_{rule.column}"


def key_conditions(fact: Table, engine: Engine) -> dict[str, str]:
    """By the name of each of those rules, the condition under which a key names no row; keys are joined `beside`."""
    return {rule.name: f"NOT {names_a_row(rule, f'{beside(rule)}.{KEY_THERE}', engine)}" for rule in key_rules(fact)}


def summed_columns(fact: Table, lake_table: Table) -> tuple[str, ...]:
    """Every number that lake and warehouse both have: what is in the wrong column, or in none, changes a sum."""
    shared = (column for column in fact.columns if column.name in lake_table.column_names)
    return tuple(c.name for c in shared if _is_number(c.type.arrow) and c.name not in fact.day_columns)


def faults_by_rule(rules: Iterable[str], counts: Sequence[int]) -> str:
    """The rules that rows break, each with their number; nothing when none is broken."""
    return ", ".join(f"{rule} ({count})" for rule, count in zip(rules, counts, strict=True) if count)


def _is_number(arrow: pa.DataType) -> bool:
    return pa.types.is_integer(arrow) or pa.types.is_decimal(arrow)
