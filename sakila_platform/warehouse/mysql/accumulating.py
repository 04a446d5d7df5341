"""Accumulating facts (design rule 12): which of their rows a run touched, and those rows worked out again.

What touches a row is declared (`Accumulating`), so its SQL is made here; how a row is worked out is the fact's own
`sql/<domain>/warehouse/merge/<fact>.sql`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.warehouse.mysql.session import WarehouseSession
from sakila_platform.warehouse.star import Accumulating, Dimension, WarehouseStar

_ARRIVING = "arriving_row"


@dataclass(frozen=True)
class Touched:
    """The rows of an accumulating fact that a run touches: their keys, in a temporary table of the session."""

    session: WarehouseSession
    star: WarehouseStar
    of: Accumulating

    @property
    def fact(self) -> Table:
        """The accumulating fact."""
        return self.star.table(self.of.fact)

    @property
    def key(self) -> str:
        """Its key, which all facts that touch it carry."""
        return self.fact.primary_key[0]

    @property
    def table(self) -> str:
        """The temporary table, as the merge's SQL calls it."""
        return f"touched_{self.of.fact}"

    @property
    def facts(self) -> tuple[Table, ...]:
        """Itself, and the others that touch it."""
        return (self.fact, *(self.star.table(name) for name in self.of.touched_by))

    def create(self) -> None:
        """Begin with no row."""
        self.session.execute(f"DROP TEMPORARY TABLE IF EXISTS {self.table}")
        kind = self.fact.column(self.key).type.mysql
        self.session.execute(f"CREATE TEMPORARY TABLE {self.table} ({self.key} {kind} PRIMARY KEY)")

    def by_days(self) -> None:
        """Touch what the rows of the run's days are about, as they are in the warehouse now."""
        for fact in self.facts:
            self.session.execute(
                f"INSERT IGNORE INTO {self.table} SELECT `{self.key}` FROM `{fact.name.table}` "
                f"WHERE `{fact.day_columns[0]}` BETWEEN %s AND %s AND `{self.key}` IS NOT NULL",
                [self.session.first_key, self.session.last_key],
            )

    def by_arriving(self, selected: Collection[TableName]) -> None:
        """Touch what the rows that arrive were about on another day: they give way, and may have named another key."""
        for fact in self.facts:
            if fact.name in selected and fact.primary_key != (self.key,):
                self._by_arriving(fact)

    def _by_arriving(self, fact: Table) -> None:
        columns = ", ".join(f"`{name}` {fact.column(name).type.mysql}" for name in fact.primary_key)
        keys = ", ".join(f"`{name}`" for name in fact.primary_key)
        same = " AND ".join(f"arriving.`{name}` = stood.`{name}`" for name in fact.primary_key)
        self.session.execute(f"CREATE TEMPORARY TABLE {_ARRIVING} ({columns}, PRIMARY KEY ({keys}))")
        names = ", ".join(fact.primary_key)
        lake = self.star.lake_table(fact).name.sql
        arriving = self.session.duck.execute(f"SELECT DISTINCT {names} FROM {lake} ORDER BY {names}")
        load_batches(self.session.connection, _ARRIVING, arriving.to_arrow_reader())
        self.session.execute(
            f"INSERT IGNORE INTO {self.table} SELECT stood.`{self.key}` FROM {_ARRIVING} AS arriving "
            f"INNER JOIN `{fact.name.table}` AS stood ON {same} WHERE stood.`{self.key}` IS NOT NULL"
        )
        self.session.execute(f"DROP TEMPORARY TABLE {_ARRIVING}")

    def by_versions(self, changed: Mapping[Dimension, Sequence[int]]) -> None:
        """Touch the rows that point at versions of members that changed, where a row follows what a version says."""
        for dimension, members in changed.items():
            name = dimension.warehouse.name.table
            if name in self.of.follows and members:
                marks = ", ".join(["%s"] * len(members))
                self.session.execute(
                    f"INSERT IGNORE INTO {self.table} SELECT fact.`{self.key}` FROM `{name}` AS version "
                    f"INNER JOIN `{self.of.fact}` AS fact ON fact.`{dimension.key}` = version.`{dimension.key}` "
                    f"WHERE version.`{dimension.id}` IN ({marks})",
                    members,
                )

    def work_out(self) -> None:
        """Work out again the rows that were touched."""
        path = SQL_FOLDER / self.star.domain / "warehouse" / "merge" / f"{self.of.fact}.sql"
        self.session.execute(path.read_text(encoding="utf-8"))
