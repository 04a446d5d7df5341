"""The rows of a fact in the warehouse: a SELECT on a run's days of the lake, made from contracts or from a file.

`sql/<domain>/warehouse/rows/<fact>.sql` is for a row of its own: what is not in the lake's row of the same name.
"""

from __future__ import annotations

from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.naming import DAY_PARTITION, TableName
from sakila_platform.model.queries import SQL_FOLDER, Query, read_query, require_contract
from sakila_platform.warehouse.load_rules import CALENDAR, key_rules
from sakila_platform.warehouse.star import Dimension, WarehouseStar


def rows_query(star: WarehouseStar, fact: Table) -> Query:
    """The SELECT, in DuckDB's dialect, that gives the columns of a fact's contract for all days that are readable.

    Raises PlatformError when its file and its contract differ, or when it needs a file that is not there.
    """
    path = SQL_FOLDER / star.domain / "warehouse" / "rows" / f"{fact.name.table}.sql"
    if not path.is_file():
        return _made(star, fact)
    query = read_query(path, "duckdb")
    require_contract(query, fact, {*star.lake_names, *(table.name for table in star.tables)})
    return query


def row_query(star: WarehouseStar, table: Table) -> Query | None:
    """The SELECT that makes a table's rows, where they are not the lake's as they are."""
    is_made = table.kind is TableKind.FACT and table.column_names != star.lake_table(table).column_names
    return rows_query(star, table) if is_made else None


def view_query(star: WarehouseStar, view: str, dialect: str) -> Query:
    """The SELECT of a view on the warehouse's tables, from its file."""
    return read_query(SQL_FOLDER / star.domain / "warehouse" / f"{view}.sql", dialect)


def date_keys(table: Table) -> tuple[str, ...]:
    """The columns that name a day of the Date dimension."""
    return tuple(rule.column for rule in key_rules(table) if rule.dimension == CALENDAR)


def inputs_of(star: WarehouseStar, table: Table) -> list[TableName]:
    """What a warehouse table is made of: its days in the lake; for a fact its dimensions and what its rows read."""
    inputs = {star.lake_table(table).name}
    if table.kind is TableKind.FACT:
        inputs |= {star.table(target).name for target in table.references.values()}
        inputs |= set(rows_query(star, table).lake_inputs)
    return sorted(inputs)


def _made(star: WarehouseStar, fact: Table) -> Query:
    lake = star.lake_table(fact)
    targets = {dimension.warehouse.name.table: dimension for dimension in star.dimensions}
    joined = {targets[of].key: (column, targets[of]) for column, of in lake.references.items() if of in targets}
    columns = []
    for name in fact.column_names:
        if name not in joined and name not in lake.column_names:
            raise PlatformError(
                f"{fact.name} has {name}, which its row in the lake has not. "
                f"Give its rows in sql/{star.domain}/warehouse/rows/{fact.name.table}.sql."
            )
        columns.append(f"    {joined[name][1].warehouse.name.table if name in joined else 'event'}.{name}")
    listed = ",\n".join(columns)
    joins = "".join(_join(column, dimension) for column, dimension in joined.values())
    names = [lake.name, *(dimension.warehouse.name for _, dimension in joined.values())]
    return Query(
        name=fact.name.table,
        grain=fact.grain,
        sql=f"SELECT\n{listed}\nFROM {lake.name.sql} AS event{joins}",
        reads=tuple(sorted((name.database, name.table) for name in names)),
        columns=fact.column_names,
        where=f"the contract of {lake.name}",
    )


def _join(column: str, dimension: Dimension) -> str:
    """The version that held on the day of the event."""
    name, day = dimension.warehouse.name, f"event.{DAY_PARTITION}"
    return (
        f"\nLEFT JOIN {name.sql} AS {name.table}\n    ON\n        event.{column} = {name.table}.{dimension.id}\n"
        f"        AND {day} >= {name.table}.valid_from AND {day} < {name.table}.valid_to"
    )
