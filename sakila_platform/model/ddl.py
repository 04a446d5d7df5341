"""A contract as a table of MySQL, PostgreSQL and Redshift: CREATE TABLE, columns, types and indexes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pyarrow as pa

from sakila_platform.model.contracts import Column, ColumnType, Default, Table


def mysql_ddl(table: Table) -> str:
    """CREATE TABLE IF NOT EXISTS for MySQL 8 and MariaDB. Foreign keys are checked, not declared."""
    lines = [f"  {mysql_column(column)}" for column in table.columns]
    lines.append(f"  PRIMARY KEY ({_listed(table.primary_key)})")
    lines += [f"  {definition}" for definition in mysql_indexes(table).values()]
    body = ",\n".join(lines)
    return (
        f"CREATE TABLE IF NOT EXISTS `{table.name.table}` (\n{body}\n) "
        "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
    )


def mysql_column(column: Column) -> str:
    """A column as CREATE TABLE and ALTER TABLE of MySQL and MariaDB have it."""
    default = "" if column.default is None else sql_literal(column.default).replace("\\", "\\\\")
    if default and column.type.mysql == "TEXT":
        # MySQL takes no literal for it, but an expression.
        default = f"({default})"
    return f"`{column.name}` {column.type.mysql} {_constraints(column, default)}"


def mysql_indexes(table: Table) -> dict[str, str]:
    """The table's secondary indexes: name, and definition as CREATE TABLE and ALTER TABLE ADD take it."""
    names = {f"ix_{'_'.join(columns)}": columns for columns in table.indexes}
    return {name: f"KEY `{name}` ({_listed(columns)})" for name, columns in names.items()}


_POSTGRES_TYPES: Mapping[pa.DataType, str] = {
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.bool_(): "BOOLEAN",
    pa.date32(): "DATE",
    pa.timestamp("us"): "TIMESTAMP",
    pa.timestamp("us", tz="UTC"): "TIMESTAMPTZ",
}


def postgres_ddl(table: Table, bytes_per_character: int = 1) -> str:
    """CREATE TABLE IF NOT EXISTS for PostgreSQL, and for Redshift, which counts the bytes of a text: 4 of a character.

    Both take foreign keys for what is checked elsewhere, so none is declared.
    """
    lines = [f"  {postgres_column(column, bytes_per_character)}" for column in table.columns]
    if table.primary_key:
        lines.append("  PRIMARY KEY ({})".format(", ".join(f'"{column}"' for column in table.primary_key)))
    body = ",\n".join(lines)
    return f'CREATE TABLE IF NOT EXISTS "{table.name.table}" (\n{body}\n)'


def postgres_column(column: Column, bytes_per_character: int = 1) -> str:
    """A column as CREATE TABLE and ALTER TABLE of PostgreSQL and Redshift have it."""
    default = "" if column.default is None else sql_literal(column.default)
    return f'"{column.name}" {postgres_type(column.type, bytes_per_character)} {_constraints(column, default)}'


def postgres_type(of: ColumnType, bytes_per_character: int = 1) -> str:
    """What PostgreSQL and Redshift call a type."""
    if of.length is not None:
        return f"VARCHAR({of.length * bytes_per_character})"
    if pa.types.is_decimal(of.arrow):
        return f"NUMERIC({of.arrow.precision},{of.arrow.scale})"
    return _POSTGRES_TYPES[of.arrow]


def _constraints(column: Column, default: str) -> str:
    return f"{'NULL' if column.nullable else 'NOT NULL'}{f' DEFAULT {default}' if default else ''}"


def sql_literal(value: Default) -> str:
    """A value as standard SQL writes it, but null."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value).upper()
    escaped = str(value).replace("'", "''")
    return f"'{escaped}'"


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{column}`" for column in columns)
