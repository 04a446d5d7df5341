"""What is reported of rows that were set aside: how many break each rule, and a few of them by their keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa

from sakila_platform.model.contracts import Table, reference_rules

_SHOWN = 3


def broken_rules(rejected: pa.Table) -> Mapping[str, int]:
    """How many of the rows set aside break each rule, by their `reason`."""
    reasons = rejected["reason"].to_pylist()
    return dict(sorted(Counter(rule for reason in reasons for rule in reason.split("; ")).items()))


def named_rows(rejected: pa.Table, table: Table) -> str:
    """The first of the rows set aside by their primary keys, and by the keys of others that they name in vain."""
    keys_of_rows = []
    for row in rejected.slice(0, _SHOWN).to_pylist():
        broken = row["reason"].split("; ")
        orphans = [rule.column for rule in reference_rules(table) if rule.name in broken]
        keys = (*table.primary_key, *(column for column in orphans if column not in table.primary_key))
        keys_of_rows.append(", ".join(f"{column} {row[column]}" for column in keys))
    return "; ".join(keys_of_rows)
