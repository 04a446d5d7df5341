"""Holding records of a file against their table's contract: what breaks it is reported by record.

For rows that come one table and day at a time. Where nothing is broken, no row is looked at by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sakila_platform.lake.audits.rows import met_conditions
from sakila_platform.lake.duckdb import in_memory_cursor
from sakila_platform.model.contracts import Table, arrow_schema, quarantine_schema, row_rules, unique_rule
from sakila_platform.model.rule_sql import broken

RECORD = "record"
"""The column with a row's number in its file, from 1."""
Mask = npt.NDArray[np.bool_]


@dataclass
class Reasons:
    """Why records can't be used: for each, the rules it breaks and how."""

    by_record: dict[int, dict[str, str]] = field(default_factory=dict)

    def add(self, record: int, rule: str, detail: str = "") -> None:
        """Note that a record breaks a rule."""
        self.by_record.setdefault(record, {}).setdefault(rule, detail)

    def reason(self, record: int, is_numbered: bool) -> str:
        """What quarantine says of a record: its number where it has one, then its rules, joined by "; "."""
        rules = (f"{rule} ({detail})" if detail else rule for rule, detail in self.by_record[record].items())
        named = f"record {record}: " if is_numbered else ""
        return named + "; ".join(rule.replace("; ", ", ") for rule in rules)

    def broken(self) -> Mapping[str, int]:
        """How many records break each rule."""
        counts = Counter(rule for rules in self.by_record.values() for rule in rules)
        return dict(sorted(counts.items()))


@dataclass(frozen=True)
class Parted:
    """A day's rows, those that keep the contract by primary key, those set aside by record; rules broken."""

    kept: pa.Table
    rejected: pa.Table
    broken: Mapping[str, int]


def part_lines(rows: pa.Table, table: Table) -> Parted:
    """Part rows (the contract's columns) that come from no file, so that reasons name rules alone."""
    numbered = rows.append_column(RECORD, pa.array(np.arange(1, rows.num_rows + 1)))
    return part_records(numbered, table, Reasons(), is_numbered=False)


def part_records(rows: pa.Table, table: Table, reasons: Reasons, *, is_numbered: bool = True) -> Parted:
    """Part rows (the contract's columns and `record`): `reasons` is what is known of their file already.

    A record that can't be used for a reason of its file is not held against the contract as well. Of rows with the
    same key, the first record is kept. Records at fault that have no row are set aside with empty columns.
    """
    records = rows[RECORD].to_numpy()
    known = frozenset(reasons.by_record)
    for rule, at_fault in _broken(rows, table):
        for record in at_fault:
            if record not in known:
                reasons.add(record, rule)
    for record in _repeated(rows, table, reasons):
        reasons.add(record, unique_rule(table).name)
    if not reasons.by_record:
        return Parted(_ordered(rows, table), quarantine_schema(table).empty_table(), {})
    is_bad = np.isin(records, np.fromiter(reasons.by_record, np.int64))
    kept = rows.filter(pa.array(~is_bad))
    rejected = _rejected(rows.filter(pa.array(is_bad)), reasons)
    reason = pa.array([reasons.reason(record, is_numbered) for record in rejected[RECORD].to_pylist()], pa.string())
    columns = rejected.select(table.column_names).append_column("reason", reason)
    return Parted(_ordered(kept, table), columns.cast(quarantine_schema(table)), reasons.broken())


def _broken(rows: pa.Table, table: Table) -> Iterator[tuple[str, list[int]]]:
    """The rules that rows break, each with the records that do."""
    conditions = {rule.name: broken(rule, "duckdb") for rule in row_rules(table)}
    with in_memory_cursor() as duck:
        duck.register("records", rows)
        for rule, condition in met_conditions(duck, "records", conditions).items():
            at_fault = duck.execute(f"SELECT {RECORD} FROM records WHERE {condition} ORDER BY {RECORD}").fetchall()
            yield rule, [record for (record,) in at_fault]


def _repeated(rows: pa.Table, table: Table, reasons: Reasons) -> list[int]:
    """Of records that can be used otherwise, those whose key an earlier one has."""
    usable = rows.select([RECORD, *table.primary_key]).filter(pa.array(_usable(rows, reasons)))
    if _is_ascending(_keys(usable, table)):
        return []
    keys = ", ".join(table.primary_key)
    with in_memory_cursor() as duck:
        duck.register("usable", usable)
        again = duck.execute(
            f"SELECT {RECORD} FROM usable "
            f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {RECORD}) > 1 ORDER BY {RECORD}"
        ).fetchall()
    return [record for (record,) in again]


def _usable(rows: pa.Table, reasons: Reasons) -> Mask:
    if not reasons.by_record:
        return np.ones(rows.num_rows, np.bool_)
    return ~np.isin(rows[RECORD].to_numpy(), np.fromiter(reasons.by_record, np.int64))


def _ordered(rows: pa.Table, table: Table) -> pa.Table:
    typed = rows.select(table.column_names).cast(arrow_schema(table))
    keys = _keys(typed, table)
    if _is_ascending(keys):
        return typed
    return typed.sort_by([(key, "ascending") for key in table.primary_key])


def _is_ascending(keys: np.ndarray) -> bool:
    """Whether each key is above the one before: then they are sorted, and none comes twice."""
    return bool((keys[1:] > keys[:-1]).all())


def _keys(rows: pa.Table, table: Table) -> np.ndarray:
    """The primary key of each row, none of them null; one of several columns as a number that sorts as they do."""
    first, *others = (rows[key].to_numpy() for key in table.primary_key)
    for other in others:
        (_, first_place), (members, place) = (np.unique(keys, return_inverse=True) for keys in (first, other))
        first = first_place * len(members) + place
    return first


def _rejected(rows: pa.Table, reasons: Reasons) -> pa.Table:
    """The rows set aside in the order of their records, and an empty row for each record that has none."""
    without_row = sorted(set(reasons.by_record) - set(rows[RECORD].to_pylist()))
    empty = pa.table({RECORD: pa.array(without_row, pa.int64())})
    return pa.concat_tables([rows, empty], promote_options="default").sort_by(RECORD)
