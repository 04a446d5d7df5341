"""The rules beyond a contract's own that rows are held against, by the names that quarantine and checks give them.

And what is reported of rows that were set aside: how many break each rule, and a few of them by their keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

import pyarrow as pa

from sakila_platform.model.contracts import Table

Relation = TypeVar("Relation")
UNIQUE = "primary key is unique"
_SHOWN = 3


@dataclass(frozen=True)
class Members(Generic[Relation]):
    """A dimension's rows per `dt`, as an engine knows them, and the column that keys name: its primary key."""

    rows: Relation
    key: str


def orphan_rule_name(column: str, dimension: str) -> str:
    """The rule that a key is one of its dimension's."""
    return f"{column} names a row of {dimension}"


def broken_rules(rejected: pa.Table) -> Mapping[str, int]:
    """How many of the rows set aside break each rule, by their `reason`."""
    reasons = rejected["reason"].to_pylist()
    return dict(sorted(Counter(rule for reason in reasons for rule in reason.split("; ")).items()))


def named_rows(rejected: pa.Table, table: Table) -> str:
    """The first of the rows set aside by their primary keys, and by the keys of others that they name in vain."""
    told = []
    for row in rejected.slice(0, _SHOWN).to_pylist():
        orphans = [c for c, d in table.references.items() if orphan_rule_name(c, d) in row["reason"].split("; ")]
        keys = (*table.primary_key, *(column for column in orphans if column not in table.primary_key))
        told.append(", ".join(f"{column} {row[column]}" for column in keys))
    return "; ".join(told)
