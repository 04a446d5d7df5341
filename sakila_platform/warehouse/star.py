"""A star as a warehouse keeps it: each table derived from its contract in the lake, where nothing else is said. Pure.

A dimension with `keeps_history` becomes versions with a surrogate key; another that is captured day by day is kept as
last captured; members without a time of capture stay as they are. A fact names versions where the lake names members.
What its other facts complete, long after its day, is declared as `Accumulating`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sakila_platform.model.contracts import BIGINT, BOOLEAN, DATE, INSTANT, INTEGER, Column, Table, TableKind, text
from sakila_platform.model.naming import TableName
from sakila_platform.model.rule_sql import columns_of

LAYER = "warehouse"
CAPTURED_AT = "captured_at"
AS_OF_DATE = "as_of_date"
LEDGER = "load_ledger"
"""The table of a warehouse on MySQL that says which days it has loaded."""
_DATE_KEY = "date_key"
_OF_A_DAY = re.compile(r",? (as captured for|on) the day\b.*")


@dataclass(frozen=True)
class Accumulating:
    """A fact whose rows go on to be completed by rows of other facts, on whatever day those happen.

    `sql/<domain>/warehouse/rows/<fact>.sql` gives the rows of a run's days as those days know them;
    `sql/<domain>/warehouse/merge/<fact>.sql` works out again every row whose key is in `touched_<fact>`. The key is the
    fact's primary key, of one column, and is carried by the facts that touch it.
    """

    fact: str
    grain: str
    completed: tuple[Column, ...]
    """The columns that the lake's rows have not."""
    touched_by: tuple[str, ...]
    """The other facts of which an old or a new row changes it."""
    follows: tuple[str, ...] = ()
    """The dimensions whose versions say something that its rows are worked out from."""


@dataclass(frozen=True)
class Dimension:
    """A versioned dimension: its contracts in the lake and in the warehouse."""

    lake: Table
    warehouse: Table

    @property
    def key(self) -> str:
        """The surrogate key's column."""
        return self.warehouse.primary_key[0]

    @property
    def id(self) -> str:
        """The source id's column."""
        return self.lake.primary_key[0]

    @property
    def attributes(self) -> tuple[str, ...]:
        """What a version is made of: every column but the id and the time of capture."""
        return tuple(name for name in self.lake.column_names if name not in (self.id, CAPTURED_AT))


@dataclass(frozen=True)
class WarehouseStar:
    """A domain's star in its warehouse, from its contracts in the lake.

    Tables are looked up by their name alone (`fact_rental`). Raises ValueError when a declaration names no table.
    """

    domain: str
    lake_tables: tuple[Table, ...]
    """The daily tables of the lake that the warehouse has, in loading order: dimensions before facts."""
    lake_dates: Table
    """The Date dimension of the lake."""
    given: tuple[Table, ...] = ()
    """Tables of the warehouse that are not what would be derived, whole."""
    accumulating: tuple[Accumulating, ...] = ()
    views: tuple[str, ...] = ()
    """Views on the warehouse's tables, each from `sql/<domain>/warehouse/<view>.sql`."""

    def __post_init__(self) -> None:
        """Refuse what names no table."""
        known = {table.name.table for table in self.lake_tables}
        named = [table.name.table for table in self.given]
        for each in self.accumulating:
            named += [each.fact, *each.touched_by, *each.follows]
        if unknown := sorted(set(named) - known):
            raise ValueError(f"The star of {self.domain} names {', '.join(unknown)}, of which it has no contract.")

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """The daily tables of the warehouse, in loading order."""
        return tuple(self._kept(table) for table in self.lake_tables)

    @cached_property
    def dates(self) -> Table:
        """The Date dimension of the warehouse."""
        return in_warehouse(self.lake_dates)

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions that keep history."""
        return tuple(
            Dimension(self.lake_table(table), table) for table in self.tables if self.lake_table(table).keeps_history
        )

    @cached_property
    def facts(self) -> tuple[Table, ...]:
        """The facts."""
        return tuple(table for table in self.tables if table.kind is TableKind.FACT)

    @cached_property
    def members(self) -> tuple[Table, ...]:
        """What is neither a fact nor keeps history: dimensions and bridges."""
        versioned = {dimension.warehouse.name for dimension in self.dimensions}
        return tuple(t for t in self.tables if t.kind is not TableKind.FACT and t.name not in versioned)

    @cached_property
    def ledger(self) -> Table:
        """Which days of which table the warehouse has loaded, where nothing else tells it."""
        return Table(
            name=TableName(LAYER, self.lake_dates.name.source, LEDGER),
            kind=TableKind.EVENT,
            grain="One row per table and day that the warehouse has loaded.",
            columns=(
                Column("table_name", text(64), "The table."),
                Column(_DATE_KEY, INTEGER, "The day.", minimum=19000101, maximum=99991231),
                Column("row_count", INTEGER, "Rows of the day in the lake when it was loaded."),
                Column("carried", text(4000), "The attributes that a capture had.", nullable=True),
                Column("loaded_at", INSTANT, "When it was loaded, by the shop's clock."),
            ),
            primary_key=("table_name", _DATE_KEY),
        )

    def table(self, name: str) -> Table:
        """The warehouse's table of that name. Raises KeyError."""
        return self._by_name[name]

    def lake_table(self, table: Table) -> Table:
        """The contract in the lake of a table of the warehouse."""
        return self._in_lake[table.name.table]

    @cached_property
    def lake_names(self) -> Mapping[TableName, Table]:
        """The daily tables of the lake by their full names."""
        return {table.name: table for table in self.lake_tables}

    @cached_property
    def _by_name(self) -> Mapping[str, Table]:
        return {table.name.table: table for table in self.tables}

    @cached_property
    def _in_lake(self) -> Mapping[str, Table]:
        return {table.name.table: table for table in self.lake_tables}

    def _kept(self, table: Table) -> Table:
        name = table.name.table
        for given in self.given:
            if given.name.table == name:
                return given
        if table.kind is TableKind.FACT:
            accumulating = {each.fact: each for each in self.accumulating}
            return warehouse_fact(table, self._version_keys, accumulating.get(name))
        if table.keeps_history:
            return versioned(table)
        return as_last_captured(table) if CAPTURED_AT in table.column_names else in_warehouse(table)

    @cached_property
    def _version_keys(self) -> Mapping[str, str]:
        """By the dimensions that keep history, what the key of their versions is called."""
        return {table.name.table: _version_key(table) for table in self.lake_tables if table.keeps_history}


def in_warehouse(table: Table) -> Table:
    """The same table in the warehouse: all days together."""
    return replace(table, name=table.name.in_layer(LAYER))


def versioned(dimension: Table) -> Table:
    """A dimension with its history (SCD type 2): a surrogate key, and the days on which each version holds.

    They are from `valid_from` (inclusive) to `valid_to` (exclusive). A key is the source's id times 100,000,000 plus
    the version's first day as YYYYMMDD, so it is the same on every rebuild.
    """
    entity = dimension.name.table.removeprefix("dim_")
    key = _version_key(dimension)
    captured_at = dimension.column(CAPTURED_AT)
    return replace(
        in_warehouse(dimension),
        grain=f"One row per version of a {entity} (SCD type 2).",
        columns=(
            Column(key, BIGINT, f"The version of the {entity}: id and first day.", renamed_from=_key_before(dimension)),
            *(column for column in dimension.columns if column is not captured_at),
            Column("valid_from", DATE, "First day of the version; 1900-01-01 for the first one known."),
            Column("valid_to", DATE, "The day after its last; 9999-12-31 while it holds."),
            Column("is_current", BOOLEAN, "Whether it is the newest version."),
            Column("is_backfilled", BOOLEAN, "Whether it is known only from a capture made later than the day after."),
            captured_at,
        ),
        primary_key=(key,),
        indexes=((dimension.primary_key[0], "valid_from"),),
    )


def as_last_captured(table: Table) -> Table:
    """A dimension or a bridge without history: of each member (or owner) the rows of the newest day that has it."""
    captured_at = table.column(CAPTURED_AT)
    return replace(
        in_warehouse(table),
        grain=table.grain.replace("captured for the day", "last captured"),
        columns=(
            *(column for column in table.columns if column is not captured_at),
            Column(AS_OF_DATE, DATE, "The newest loaded day that has the row."),
            captured_at,
        ),
    )


def warehouse_fact(fact: Table, version_keys: Mapping[str, str], accumulating: Accumulating | None = None) -> Table:
    """A fact of all days: with the keys of versions for the ids of members, and with what completes its rows.

    Keys then stand before what they are keys of. It has an index by its day, and those that its contract wants.
    """
    names = {column: version_keys[of] for column, of in fact.references.items() if of in version_keys}
    if len(set(names.values())) < len(names):
        raise ValueError(f"{fact.name} points at one dimension twice: its row in the warehouse has one key for both.")
    columns = tuple(_key_for(c, names[c.name]) if c.name in names else c for c in fact.columns)
    if accumulating:
        columns += accumulating.completed

    def renamed(of: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.get(column, column) for column in of)

    grain = accumulating.grain if accumulating else _OF_A_DAY.sub(".", fact.grain)
    table = replace(
        in_warehouse(fact),
        grain=grain if names or accumulating else fact.grain,
        columns=columns,
        primary_key=renamed(fact.primary_key),
        indexes=(fact.day_columns[:1], *(renamed(index) for index in fact.indexes)),
        rules=tuple(rule for rule in fact.rules if not columns_of(rule) & names.keys()),
        taken_from=None,
    )
    return replace(table, columns=_keys_first(table)) if names else table


def _key_for(member: Column, key: str) -> Column:
    """The key of a version for the id of a member; where that was called otherwise, the key was, too."""
    before = _key_of(member.renamed_from) if member.renamed_from else ""
    return replace(member, name=key, type=BIGINT, renamed_from=before if before != key else "", default=None)


def _keys_first(table: Table) -> tuple[Column, ...]:
    def place(column: Column) -> int:
        is_key = (
            column.name in table.primary_key,
            column.name in table.day_columns,
            column.name.endswith(_DATE_KEY),
            bool(column.references),
            column.name.endswith("_id"),
        )
        return is_key.index(True) if any(is_key) else len(is_key)

    return tuple(sorted(table.columns, key=place))


def _version_key(dimension: Table) -> str:
    return _key_of(dimension.primary_key[0])


def _key_before(dimension: Table) -> str:
    before = dimension.column(dimension.primary_key[0]).renamed_from
    return _key_of(before) if before else ""


def _key_of(member: str) -> str:
    return f"{member.removesuffix('_id')}_key"
