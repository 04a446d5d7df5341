"""Holding records of a file against their table's contract, with Arrow alone: what breaks it is told by record.

For rows that come one table and day at a time. The rules are those of `contracts.row_rules`, by the same names; where
nothing is broken, no row is looked at by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sakila_platform.model.audit_rules import UNIQUE
from sakila_platform.model.contracts import Column, Table, arrow_schema, limits_length, quarantine_schema

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

    def told(self, record: int, is_numbered: bool) -> str:
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
    known = np.isin(records, np.fromiter(reasons.by_record, np.int64)) if reasons.by_record else None
    for rule, is_broken in (*_broken(rows, table), (UNIQUE, None)):
        at_fault = _repeated(rows, table, reasons) if is_broken is None else _only_unknown(is_broken, known)
        for record in records[at_fault]:
            reasons.add(int(record), rule)
    if not reasons.by_record:
        return Parted(_ordered(rows, table), quarantine_schema(table).empty_table(), {})
    is_bad = np.isin(records, np.fromiter(reasons.by_record, np.int64))
    kept = rows.filter(pa.array(~is_bad))
    rejected = _rejected(rows.filter(pa.array(is_bad)), reasons)
    told = pa.array([reasons.told(record, is_numbered) for record in rejected[RECORD].to_pylist()], pa.string())
    columns = rejected.select(table.column_names).append_column("reason", told)
    return Parted(_ordered(kept, table), columns.cast(quarantine_schema(table)), reasons.broken())


def _broken(rows: pa.Table, table: Table) -> Iterator[tuple[str, Mask]]:
    """The rules that rows break, and which rows do; each column that keeps its rules costs one look."""
    if table.rules:
        raise ValueError(f"{table.name} has rules of its own, which are SQL: audit it by an engine that reads SQL.")
    for column in table.columns:
        for rule, holds in _rules(column, rows[column.name], limits_length=limits_length(table)):
            is_kept = pc.fill_null(holds, True)
            if not pc.all(is_kept, min_count=0).as_py():
                yield rule, ~is_kept.to_numpy()


def _rules(column: Column, values: pa.ChunkedArray, *, limits_length: bool) -> Iterator[tuple[str, pa.ChunkedArray]]:
    if not column.nullable and values.null_count:
        yield column.present_when or f"{column.name} is not null", pc.is_valid(values)
    if column.minimum is not None:
        yield f"{column.name} is at least {column.minimum}", pc.greater_equal(values, column.minimum)
    if column.maximum is not None:
        yield f"{column.name} is at most {column.maximum}", pc.less_equal(values, column.maximum)
    if column.allowed:
        is_allowed = pc.or_(pc.is_in(values, pa.array(column.allowed, values.type)), pc.is_null(values))
        yield f"{column.name} is one of {', '.join(column.allowed)}", is_allowed
    if limits_length and (most := column.type.length) is not None:
        yield f"{column.name} has at most {most} characters", pc.less_equal(pc.utf8_length(values), most)


def _only_unknown(is_broken: Mask, known: Mask | None) -> Mask:
    return is_broken if known is None else is_broken & ~known


def _repeated(rows: pa.Table, table: Table, reasons: Reasons) -> Mask:
    """Of rows that can be used otherwise, those whose key an earlier record has."""
    repeated = np.zeros(rows.num_rows, np.bool_)
    usable = np.flatnonzero(_usable(rows, reasons))
    keys = _keys(rows.select(table.primary_key).take(usable), table)
    if len(keys) < 2 or bool((keys[1:] > keys[:-1]).all()):
        return repeated
    order = np.argsort(keys, kind="stable")
    again = np.flatnonzero(keys[order][1:] == keys[order][:-1]) + 1
    repeated[usable[order[again]]] = True
    return repeated


def _usable(rows: pa.Table, reasons: Reasons) -> Mask:
    if not reasons.by_record:
        return np.ones(rows.num_rows, np.bool_)
    return ~np.isin(rows[RECORD].to_numpy(), np.fromiter(reasons.by_record, np.int64))


def _ordered(rows: pa.Table, table: Table) -> pa.Table:
    typed = rows.select(table.column_names).cast(arrow_schema(table))
    keys = _keys(typed, table)
    if bool((keys[1:] > keys[:-1]).all()):
        return typed
    return typed.sort_by([(key, "ascending") for key in table.primary_key])


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
