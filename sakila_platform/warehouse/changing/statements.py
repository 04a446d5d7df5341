"""Changes to tables as statements of each kind of server. Pure.

A table's changes are as few statements as its server allows, since each may write the table anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sakila_platform.model.contracts import Table
from sakila_platform.model.ddl import postgres_ddl
from sakila_platform.warehouse.changing.differences import Change, Kind
from sakila_platform.warehouse.changing.found import MYSQL, POSTGRES, REDSHIFT, REDSHIFT_BYTES_PER_CHARACTER


def mysql_statements(changes: Sequence[Change]) -> list[str]:
    """One statement for each table, which MySQL 8 and MariaDB do whole or not at all."""
    return [
        f"ALTER TABLE `{table.name.table}` {', '.join(_mysql_clauses(of_table))}"
        for table, of_table in _by_table(changes)
    ]


def postgres_statements(changes: Sequence[Change]) -> list[str]:
    """Statements for the transaction of a load, without the views that read the tables."""
    statements: list[str] = []
    for table, of_table in _by_table(changes):
        name = POSTGRES.quoted(table.name.table)
        statements += _standard_renames(name, of_table)
        if clauses := list(_postgres_clauses(of_table)):
            statements.append(f"ALTER TABLE {name} {', '.join(clauses)}")
    return statements


def redshift_statements(changes: Sequence[Change]) -> list[list[str]]:
    """For each table the statements of a transaction, without the views that read it.

    Redshift changes no type within a transaction, and none but a text's at all: such a table is made anew and filled
    from the old one, as its documentation says to.
    """
    batches = []
    for table, of_table in _by_table(changes):
        if any(change.kind is Kind.CHANGED for change in of_table):
            batches.append(list(_made_anew(table, of_table)))
            continue
        name = REDSHIFT.quoted(table.name.table)
        added = [
            f"ALTER TABLE {name} ADD COLUMN {REDSHIFT.definition(change.column)}"
            for change in of_table
            if change.kind is Kind.ADDED
        ]
        batches.append([*_standard_renames(name, of_table), *added])
    return batches


def _by_table(changes: Sequence[Change]) -> Iterator[tuple[Table, list[Change]]]:
    for table, of_table in groupby(changes, key=lambda change: change.table):
        yield table, list(of_table)


def _mysql_clauses(changes: Sequence[Change]) -> Iterator[str]:
    renamed = {change.column.name for change in changes if change.kind is Kind.RENAMED}
    for change in changes:
        definition = MYSQL.definition(change.column)
        if change.kind is Kind.ADDED:
            place = f"AFTER {MYSQL.quoted(change.after)}" if change.after else "FIRST"
            yield f"ADD COLUMN {definition} {place}"
        elif change.kind is Kind.RENAMED:
            # With its definition, so that what else changes of it needs no clause of its own.
            yield f"CHANGE COLUMN {MYSQL.quoted(change.column.renamed_from)} {definition}"
        elif change.column.name not in renamed:
            yield f"MODIFY COLUMN {definition}"


def _standard_renames(name: str, changes: Sequence[Change]) -> list[str]:
    return [
        f"ALTER TABLE {name} RENAME COLUMN {POSTGRES.quoted(change.column.renamed_from)} "
        f"TO {POSTGRES.quoted(change.column.name)}"
        for change in changes
        if change.kind is Kind.RENAMED
    ]


def _postgres_clauses(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        column = POSTGRES.quoted(change.column.name)
        if change.kind is Kind.ADDED:
            yield f"ADD COLUMN {POSTGRES.definition(change.column)}"
        elif change.kind is Kind.CHANGED:
            yield f"ALTER COLUMN {column} TYPE {POSTGRES.type_name(change.column.type)}"
            if change.column.nullable:
                yield f"ALTER COLUMN {column} DROP NOT NULL"


def _made_anew(table: Table, changes: Sequence[Change]) -> Iterator[str]:
    name, aside = table.name.table, f"{table.name.table}_before"
    added = {change.column.name for change in changes if change.kind is Kind.ADDED}
    before = {change.column.name: change.column.renamed_from for change in changes if change.kind is Kind.RENAMED}
    kept = [column for column in table.column_names if column not in added]
    yield f"ALTER TABLE {REDSHIFT.quoted(name)} RENAME TO {REDSHIFT.quoted(aside)}"
    yield postgres_ddl(table, REDSHIFT_BYTES_PER_CHARACTER)
    yield (
        f"INSERT INTO {REDSHIFT.quoted(name)} ({REDSHIFT.listed(kept)}) "
        f"SELECT {REDSHIFT.listed(before.get(column, column) for column in kept)} FROM {REDSHIFT.quoted(aside)}"
    )
    yield f"DROP TABLE {REDSHIFT.quoted(aside)}"
