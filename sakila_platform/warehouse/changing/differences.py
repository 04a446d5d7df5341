"""What the tables of a warehouse lack of their contracts: what the next load brings, and what it may not. Pure.

Brought is what loses nothing: a column that may be null or has a default, a wider type, a column that may be null from
now on, a column that the contract says was called otherwise. Anything else is for people to decide, so it is refused
before a table is touched, with the statement that a migration would have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Column, Table
from sakila_platform.model.outcomes import TableChanges
from sakila_platform.warehouse.changing.found import MYSQL, Dialect, FoundColumn, FoundTable, holds


class Kind(Enum):
    """What is done to a column."""

    ADDED = "added"
    RENAMED = "renamed"
    CHANGED = "changed"
    """Its type is wider now, or it may be null."""


@dataclass(frozen=True)
class Change:
    """A column that a table is to be given, and how that is reported."""

    table: Table
    column: Column
    kind: Kind
    reported: str
    after: str = ""
    """Of one that is added: the column before it ("": it is the first)."""


@dataclass(frozen=True)
class _Fault:
    """What may not be done by itself, and the way out of it."""

    what: str
    way_out: str


def changes(found: Mapping[str, FoundTable], tables: Sequence[Table], dialect: Dialect) -> list[Change]:
    """What brings those of the tables that are there up to their contracts.

    Raises PlatformError, in one line that names table, column and way out, when that is not all of it.
    """
    brought: list[Change] = []
    faults: dict[str, list[_Fault]] = {}
    there = [table for table in tables if table.name.table in found]
    for table in there:
        for each in _compared(table, found[table.name.table], dialect):
            if isinstance(each, Change):
                brought.append(each)
            else:
                faults.setdefault(table.name.table, []).append(each)
    if faults:
        raise PlatformError(_refusal(there[0].name.domain, faults, found, dialect))
    return brought


def reported(found: Mapping[str, FoundTable], tables: Sequence[Table], brought: Sequence[Change]) -> TableChanges:
    """What is reported of these changes, and of tables that are made beside others: a first load reports nothing."""
    lines: TableChanges = {}
    absent = [table.name.table for table in tables if table.name.table not in found]
    if len(absent) < len(tables):
        lines |= {name: [f"{name} was made"] for name in absent}
    for change in brought:
        lines.setdefault(change.table.name.table, []).append(change.reported)
    return lines


def _compared(table: Table, found: FoundTable, dialect: Dialect) -> Iterator[Change | _Fault]:
    name, left = table.name.table, dict(found.columns)
    called: dict[str, str] = {}
    before = ""
    for column in table.columns:
        has = left.pop(column.name, None)
        if has is None and column.renamed_from in left:
            has = left.pop(column.renamed_from)
            called[has.name] = column.name
            yield Change(table, column, Kind.RENAMED, f"{name}.{has.name} is called {column.name} now")
        if has is None:
            yield _missing(table, column, before, dialect)
        else:
            yield from _different(table, column, has, dialect)
        before = column.name
    for gone in left.values():
        kind = f"{gone.type.upper()}{'' if gone.is_nullable else ' NOT NULL'}"
        yield _Fault(
            f"{gone.name} ({kind}) is not in the contract",
            f"`ALTER TABLE {name} DROP COLUMN {gone.name}`, or give the column that it became `renamed_from`",
        )
    key = {called.get(column, column) for column in found.key}
    if key and key != set(table.primary_key):
        yield _other_key(table, found, dialect)


def _missing(table: Table, column: Column, before: str, dialect: Dialect) -> Change | _Fault:
    wanted = dialect.type_name(column.type)
    if column.nullable or column.default is not None:
        filled = "null" if column.default is None else repr(column.default)
        reported = f"{table.name.table}.{column.name} was added ({wanted}; {filled} in rows that are there)"
        return Change(table, column, Kind.ADDED, reported, before)
    return _Fault(
        f"{column.name} is missing ({wanted} in the contract), may not be null and has no default",
        "give it a `default`, let it be `nullable`, or name what it was called by `renamed_from`",
    )


def _different(table: Table, column: Column, has: FoundColumn, dialect: Dialect) -> Iterator[Change | _Fault]:
    wanted, name = dialect.type_name(column.type), table.name.table
    is_same = holds(has.type, wanted) and holds(wanted, has.type)
    what = f"{has.name} is {has.type.upper()} there and {wanted} in the contract"
    if not is_same and not holds(wanted, has.type):
        yield _Fault(what, f"`{_retyped(table, column, dialect)}`")
    elif has.is_nullable and not column.nullable:
        yield _Fault(
            f"{has.name} may be null there and is NOT NULL in the contract",
            f"`{_retyped(table, column, dialect)}` once no row has a null",
        )
    elif not is_same:
        yield Change(table, column, Kind.CHANGED, f"{name}.{column.name} is {wanted} now ({has.type.upper()} before)")
    elif column.nullable and not has.is_nullable:
        yield Change(table, column, Kind.CHANGED, f"{name}.{column.name} may be null now")


def _retyped(table: Table, column: Column, dialect: Dialect) -> str:
    name, kind = table.name.table, dialect.type_name(column.type)
    null = "NULL" if column.nullable else "NOT NULL"
    if dialect is MYSQL:
        return f"ALTER TABLE {name} MODIFY {column.name} {kind} {null}"
    forbidden = "DROP NOT NULL" if column.nullable else "SET NOT NULL"
    return f"ALTER TABLE {name} ALTER COLUMN {column.name} TYPE {kind}, ALTER COLUMN {column.name} {forbidden}"


def _other_key(table: Table, found: FoundTable, dialect: Dialect) -> _Fault:
    name, wanted = table.name.table, ", ".join(table.primary_key)
    drop = "DROP PRIMARY KEY" if dialect is MYSQL else f"DROP CONSTRAINT {name}_pkey"
    return _Fault(
        f"its primary key is ({', '.join(found.key)}) there and ({wanted}) in the contract",
        f"`ALTER TABLE {name} {drop}, ADD PRIMARY KEY ({wanted})`",
    )


def _refusal(
    domain: str, faults: Mapping[str, Sequence[_Fault]], found: Mapping[str, FoundTable], dialect: Dialect
) -> str:
    places = {table: found[table].place for table in faults}
    differences = "; ".join(
        f"{places[table]}: {', '.join(f'{fault.what} (way out: {fault.way_out})' for fault in of_table)}"
        for table, of_table in faults.items()
    )
    return (
        f"The warehouse of {domain} has tables that another contract made: {differences}. "
        "Neither source nor lake is at fault, and nothing was loaded or changed. Statements go into "
        f"sql/{domain}/migrations/NNNN_<what>.sql, which `sakila-platform migrate {domain} --dry-run` tries first. Or "
        f"drop the tables there (DROP TABLE {', '.join(places.values())}{dialect.drop_ending}), then "
        f"{dialect.after_drop.format(domain=domain)}."
    )
