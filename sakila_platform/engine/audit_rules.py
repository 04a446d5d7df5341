"""The rules beyond a contract's own that rows are held against, by the names that quarantine and checks give them."""

from __future__ import annotations

UNIQUE = "primary key is unique"


def orphan_rule_name(column: str, dimension: str) -> str:
    """The rule that a key is one of its dimension's."""
    return f"{column} names a row of {dimension}"


def key_column(dimension: str) -> str:
    """The column of a dimension that keys name: `customer_id` of dim_customer."""
    return dimension.removeprefix("dim_") + "_id"
