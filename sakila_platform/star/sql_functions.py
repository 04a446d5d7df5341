"""Functions that the project's SQL may call, declared once: a macro in DuckDB, written out in the query for Spark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp


@dataclass(frozen=True)
class SqlFunction:
    """A function of one parameter: its body in DuckDB's SQL, and in Spark's where sqlglot can't render that."""

    name: str
    parameter: str
    body: str
    spark: str = ""


# 52 bits of MD5: a number that every engine, JSON and a spreadsheet hold exactly.
MEMBER_KEY = SqlFunction(
    "member_key",
    "member",
    "CASE WHEN member = 'Unknown' THEN 0 ELSE CAST('0x' || left(md5(member), 13) AS BIGINT) END",
    "CASE WHEN member = 'Unknown' THEN 0 ELSE CAST(conv(substring(md5(member), 1, 13), 16, 10) AS BIGINT) END",
)
"""The key of a dimension's member that has but a name: the same on every rebuild; 0 for Unknown, null for null."""


def macros(functions: Sequence[SqlFunction]) -> Iterator[str]:
    """DuckDB's statements that make these functions known to a connection."""
    for function in functions:
        yield f"CREATE OR REPLACE MACRO {function.name}({function.parameter}) AS ({function.body})"


def written_out(tree: exp.Expr, functions: Sequence[SqlFunction]) -> exp.Expr:
    """A query (parsed as DuckDB's) with the calls of these functions replaced by what they stand for in Spark."""
    known = {function.name: function for function in functions}

    def replaced(node: exp.Expr) -> exp.Expr:
        function = known.get(node.name.lower()) if isinstance(node, exp.Anonymous) else None
        return _called(function, node.expressions[0]) if function else node

    return tree.transform(replaced)


def _called(function: SqlFunction, argument: exp.Expr) -> exp.Expr:
    read = "spark" if function.spark else "duckdb"
    body = sqlglot.parse_one(function.spark or function.body, read=read)

    def given(node: exp.Expr) -> exp.Expr:
        is_parameter = isinstance(node, exp.Column) and node.name == function.parameter and not node.table
        return argument.copy() if is_parameter else node

    return exp.paren(body.transform(given))
