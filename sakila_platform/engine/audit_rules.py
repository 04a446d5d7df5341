"""The rules beyond a contract's own that rows are held against, by the names that quarantine and checks give them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Relation = TypeVar("Relation")
UNIQUE = "primary key is unique"


@dataclass(frozen=True)
class Members(Generic[Relation]):
    """A dimension's rows per `dt`, as an engine knows them, and the column that keys name: its primary key."""

    rows: Relation
    key: str


def orphan_rule_name(column: str, dimension: str) -> str:
    """The rule that a key is one of its dimension's."""
    return f"{column} names a row of {dimension}"
