"""A contract's rules as SQL conditions: one renderer for each engine that judges rows.

sqlglot knows how each engine quotes names and texts and what it calls a function. What else differs stands here, beside
the engine that it is about.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table, row_rules
from sakila_platform.model.rules import AtMostLong, Holds, InRange, NotNull, OneOf, References, RowRule

Engine = Literal["duckdb", "spark", "mysql", "postgres"]
"""Who judges rows. Redshift reads PostgreSQL's conditions."""
ENGINES: tuple[Engine, ...] = ("duckdb", "spark", "mysql", "postgres")
# What a condition of a contract may be made of. A function is in none of these: engines differ in what it returns.
_IN_EVERY_ENGINE = (
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Paren,
    exp.Neg,
    exp.Not,
    exp.Binary,
    exp.In,
    exp.Between,
)


@cache
def kept(rule: RowRule, engine: Engine) -> str:
    """The condition under which a row keeps the rule; null where nothing can be said, which counts as kept.

    Raises PlatformError, naming the rule, when the engine has no words for it.
    """
    try:
        return _condition(rule, engine).sql(dialect=engine, unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        reason = str(error).splitlines()[0]
        raise PlatformError(
            f"The rule `{rule.name}` can't be written in the SQL of {engine}: {reason}. "
            "State it in SQL that every engine has: comparisons, IS NULL, AND, OR, NOT."
        ) from None


def broken(rule: RowRule, engine: Engine) -> str:
    """The condition under which a row breaks the rule; null where nothing can be said: no WHERE or CASE takes that."""
    return f"NOT ({kept(rule, engine)})"


@cache
def columns_of(rule: RowRule) -> frozenset[str]:
    """The columns that the rule is about."""
    condition = _condition(rule, "duckdb")
    return frozenset(column.name for column in condition.find_all(exp.Column))


def names_a_row(rule: References, found: str, engine: Engine) -> str:
    """The condition under which a key is one of the dimension's: none, or `found`, the member's key, is there."""
    column = exp.column(rule.column, quoted=True).sql(dialect=engine)
    return f"({column} IS NULL OR {found} IS NOT NULL)"


def require_renderable(table: Table) -> None:
    """Raises PlatformError when an engine has no words for a rule of the table, or one names a strange column."""
    for rule in row_rules(table):
        if not isinstance(rule, Holds):
            continue
        for engine in ENGINES:
            kept(rule, engine)
        if strange := sorted(columns_of(rule) - set(table.column_names)):
            raise PlatformError(
                f"The rule `{rule.name}` of {table.name} names {', '.join(strange)}, which the table has not. "
                "Correct the rule, or declare the column."
            )


def _condition(rule: RowRule, engine: Engine) -> exp.Expr:
    if isinstance(rule, NotNull):
        return exp.and_(*(_column(name).is_(exp.null()).not_() for name in rule.columns))
    if isinstance(rule, InRange):
        if rule.minimum is not None:
            return exp.GTE(this=_column(rule.column), expression=exp.Literal.number(rule.minimum))
        return exp.LTE(this=_column(rule.column), expression=exp.Literal.number(rule.maximum))
    if isinstance(rule, OneOf):
        column = _column(rule.column)
        # As bytes: MySQL pads texts that it compares, so that 'a ' would be one of 'a'.
        compared = exp.cast(column, "BINARY") if engine == "mysql" else column
        return exp.In(this=compared, expressions=[exp.Literal.string(value) for value in rule.allowed])
    if isinstance(rule, AtMostLong):
        length = exp.Length(this=_column(rule.column))
        return exp.LTE(this=length, expression=exp.Literal.number(rule.characters))
    condition = sqlglot.parse_one(rule.condition, dialect="duckdb")
    for node in condition.walk():
        if not isinstance(node, _IN_EVERY_ENGINE):
            raise SqlglotError(f"{node.sql(dialect='duckdb')} is not in every engine alike")
    return condition


def _column(name: str) -> exp.Column:
    return exp.column(name, quoted=True)
