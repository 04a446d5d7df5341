"""Migrations of a warehouse: what no load may do by itself, declared as SQL files, each done once, in order. Pure.

`sql/<domain>/migrations/NNNN_<what>.sql` has one statement in the words of the warehouse's server, since MySQL commits
whenever a definition changes. Which were done is in a ledger of the warehouse. One that begins has the tables of today,
so that all of them count as done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import INSTANT, Column, Table, TableKind, text
from sakila_platform.model.naming import TableName
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.warehouse.star import LAYER, WarehouseStar

MIGRATIONS = "warehouse_migrations"
_NAMED = re.compile(r"(\d{4})_[a-z0-9_]+")
_COMMENT = re.compile(r"^\s*--.*$", re.MULTILINE)


@dataclass(frozen=True)
class Migration:
    """One statement, by the name of its file, and a checksum of what the file says."""

    name: str
    statement: str

    @property
    def checksum(self) -> str:
        """Equal for files that say the same."""
        return hashlib.sha256(self.statement.encode()).hexdigest()


def migrations_table(star: WarehouseStar) -> Table:
    """The ledger's table. A row is begun before its statement, and has when it was applied once that is done."""
    dates = star.lake_dates.name
    return Table(
        name=TableName(LAYER, dates.source, MIGRATIONS, dates.business),
        kind=TableKind.EVENT,
        grain="One row per migration of the warehouse that was begun.",
        columns=(
            Column("name", text(200), "The file's name."),
            Column("checksum", text(64), "What the file said."),
            Column("applied_at", INSTANT, "When it was done; null until then.", nullable=True),
        ),
        primary_key=("name",),
    )


def migrations_of(domain: str) -> tuple[Migration, ...]:
    """A domain's migrations, in their order. Raises PlatformError, naming the file that is not as one should be."""
    return tuple(_read(path) for path in sorted((SQL_FOLDER / domain / "migrations").glob("*.sql")))


def pending(migrations: Sequence[Migration], applied: Iterable[tuple[str, str, object]]) -> list[Migration]:
    """The migrations still to be done; `applied` has name, checksum and when (None: begun) of those in the ledger.

    Raises PlatformError, by name, for one that was changed after it was applied, or comes before one that was.
    """
    known: Mapping[str, tuple[str, object]] = {name: (checksum, at) for name, checksum, at in applied}
    done = [name for name, (_, at) in known.items() if at is not None]
    due = []
    for migration in migrations:
        checksum, at = known.get(migration.name, ("", None))
        if at is not None and checksum != migration.checksum:
            raise PlatformError(
                f"The migration {migration.name} was changed after it was applied. Nothing was touched. Put the file "
                "back as it was, and say what else is to be done in a migration of its own."
            )
        if at is None:
            if later := [name for name in done if name > migration.name]:
                raise PlatformError(
                    f"The migration {migration.name} comes before {max(later)}, which was applied already. Nothing was "
                    "touched. Give it a later number."
                )
            due.append(migration)
    return due


def _read(path: Path) -> Migration:
    statement = _COMMENT.sub("", path.read_text(encoding="utf-8")).strip().removesuffix(";").strip()
    if not _NAMED.fullmatch(path.stem):
        raise PlatformError(f"{path.name} is not named as a migration: NNNN_<what>.sql, such as 0001_drop_fax.sql.")
    if not statement or re.search(r";\s*$", statement, re.MULTILINE):
        raise PlatformError(f"{path.name} must have one statement: a migration is done whole or not at all. Part it.")
    return Migration(path.stem, statement)
