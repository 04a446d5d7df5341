"""The SQL files of the project: one SELECT per file, its first line its grain; what it reads is read from the SQL."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import TableName

_PACKAGE = Path(__file__).resolve().parents[1]
# In the package of a release, which is all that a Glue job has; beside it in a checkout.
SQL_FOLDER = _PACKAGE / "sql" if (_PACKAGE / "sql").is_dir() else _PACKAGE.parent / "sql"
_GRAIN = "-- One row per "


@dataclass(frozen=True)
class Query:
    """A SELECT from a file: its name, its grain, its text, and the tables it reads (schema, table)."""

    name: str
    grain: str
    sql: str
    reads: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    where: str
    """The file, as messages call it."""

    @property
    def lake_inputs(self) -> tuple[TableName, ...]:
        """The lake tables it reads, named as `layer_source.table`."""
        parts = [(schema.partition("_"), table) for schema, table in self.reads if schema]
        return tuple(TableName(layer, source, table) for (layer, _, source), table in parts)


@cache
def read_query(path: Path, dialect: str) -> Query:
    """A query from its file. Raises PlatformError, naming file and fault, when it is not one SELECT with a grain."""
    where = f"sql/{path.relative_to(SQL_FOLDER)}" if path.is_relative_to(SQL_FOLDER) else str(path)
    try:
        sql = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PlatformError(f"{where} can't be read: {error}. Put the query there as UTF-8 text.") from None
    first_line = sql.splitlines()[0] if sql.strip() else ""
    if not first_line.startswith(_GRAIN):
        raise PlatformError(f"{where}: the first line must say the grain. Begin with `{_GRAIN}…`.")
    select = _one_select(sql, dialect, where)
    within = {cte.alias for cte in select.find_all(exp.CTE)}
    reads = {(table.db, table.name) for table in select.find_all(exp.Table) if table.db or table.name not in within}
    return Query(
        path.stem, first_line.removeprefix("-- ").strip(), sql, tuple(sorted(reads)), tuple(select.named_selects), where
    )


def require_contract(query: Query, table: Table, known: Collection[TableName], further: tuple[str, ...] = ()) -> None:
    """Raises PlatformError unless a query reads known tables alone, and gives a contract's columns and the further."""
    strangers = [str(name) for name in query.lake_inputs if name not in known]
    if strangers:
        raise PlatformError(
            f"{query.where} reads {', '.join(strangers)}, which no contract declares. "
            "Correct the name, or declare the table."
        )
    expected = {*table.column_names, *further}
    if set(query.columns) != expected:
        odd = sorted(expected ^ set(query.columns))
        wanted = " and ".join(("the contract's columns", *further))
        raise PlatformError(
            f"{query.where} and the contract of {table.name} differ in {', '.join(odd)}. Select exactly {wanted}."
        )


def _one_select(sql: str, dialect: str, where: str) -> exp.Query:
    try:
        statements = [statement for statement in sqlglot.parse(sql, dialect=dialect) if statement is not None]
    except SqlglotError as error:
        fault = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        line = f" line {fault['line']}:" if fault.get("line") else ""
        reason = fault.get("description") or str(error).splitlines()[0]
        raise PlatformError(f"{where}:{line} is not valid {dialect} SQL: {reason}. Fix the file.") from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise PlatformError(f"{where}: give exactly one SELECT; found {len(statements)} statements.")
    return statements[0]
