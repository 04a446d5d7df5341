"""Facts into the warehouse: the run's days replaced, members that changed pointed at anew, both sides compared."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from sakila_platform.databases.mysql.writer import load_batches
from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import sql_type
from sakila_platform.model.contracts import Table, arrow_schema
from sakila_platform.model.queries import Query
from sakila_platform.warehouse.history import KEY_FACTOR
from sakila_platform.warehouse.mysql.session import WarehouseSession
from sakila_platform.warehouse.star import Dimension

_ROWS_AT_ONCE = 100_000


def delete_days(session: WarehouseSession, fact: Table) -> None:
    """Remove the run's days of a fact."""
    day = fact.day_columns[0]
    session.execute(
        f"DELETE FROM `{fact.name.table}` WHERE `{day}` BETWEEN %s AND %s", [session.first_key, session.last_key]
    )


def load_fact(session: WarehouseSession, fact: Table, lake_table: Table, query: Query) -> None:
    """Add the run's days of a fact, as its query gives them. A row that stood on another day gives way to the run's.

    Raises PlatformError when a member has no version in the warehouse.
    """
    is_plain = not has_rows(session, fact) and _has_each_once(session, fact, lake_table)
    schema = arrow_schema(fact)
    columns = ", ".join(f'CAST("{f.name}" AS {sql_type(f.type)}) AS "{f.name}"' for f in schema)
    order = ", ".join(fact.primary_key)
    try:
        reader = session.duck.execute(f"SELECT {columns} FROM ({query.sql}\n) ORDER BY {order}").to_arrow_reader(
            _ROWS_AT_ONCE
        )
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise PlatformError(f"The rows of {fact.name} can't be computed: {reason}. Fix {query.where}.") from None
    batches = (_complete(fact, pa.Table.from_batches([batch])).cast(schema) for batch in reader)
    # Plain: no row can give way to another, and the server need not look for it.
    load_batches(session.connection, fact.name.table, batches, replace=not is_plain)


def has_rows(session: WarehouseSession, fact: Table) -> bool:
    """Whether a fact has any row, of whatever day."""
    return bool(session.fetch(f"SELECT 1 FROM `{fact.name.table}` LIMIT 1"))


def _has_each_once(session: WarehouseSession, fact: Table, lake_table: Table) -> bool:
    """Whether the run's days in the lake hold no row twice: a day may be out of date that a row has left since."""
    # Keys of versions follow from ids of members: rows that share the one share the other, on one day.
    keys = ", ".join(name for name in lake_table.primary_key)
    counted = session.duck.execute(f"SELECT count(*) = count(DISTINCT ({keys})) FROM {lake_table.name.sql}")
    (is_once,) = counted.fetchone() or (True,)
    return bool(is_once)


def _complete(fact: Table, rows: pa.Table) -> pa.Table:
    for column, dimension in fact.references.items():
        missing = rows[column].null_count
        if missing:
            raise PlatformError(
                f"{missing} rows of {fact.name} name members that {dimension} lacks in the warehouse. "
                f"Load warehouse/{fact.name.source}/{dimension} for these days with it."
            )
    return rows


def point_at_changed(
    session: WarehouseSession, facts: Sequence[Table], dimension: Dimension, members: Sequence[int]
) -> None:
    """Point the facts of these members at the version that holds on their day, whichever day that is."""
    if not members:
        return
    session.execute("CREATE TEMPORARY TABLE changed_member (first_key BIGINT PRIMARY KEY, id INT NOT NULL)")
    with session.connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO changed_member (first_key, id) VALUES (%s, %s)", [(m * KEY_FACTOR, m) for m in members]
        )
    for fact in facts:
        if dimension.key in fact.column_names:
            session.execute(_repoint_sql(fact, dimension))
    session.execute("DROP TEMPORARY TABLE changed_member")


def forget_vanished(
    session: WarehouseSession, facts: Sequence[Table], dimension: Dimension, members: Sequence[int]
) -> None:
    """Remove the versions of members that no capture knows any more, unless a fact still points at one of them."""
    pointing = [
        f"SELECT 1 FROM `{fact.name.table}` WHERE `{dimension.key}` BETWEEN %s AND %s"
        for fact in facts
        if dimension.key in fact.column_names
    ]
    for member in members:
        keys = (member * KEY_FACTOR, (member + 1) * KEY_FACTOR - 1)
        if not session.fetch(f"{' UNION ALL '.join(pointing)} LIMIT 1", keys * len(pointing)):
            session.execute(f"DELETE FROM `{dimension.warehouse.name.table}` WHERE `{dimension.id}` = %s", [member])


def _repoint_sql(fact: Table, dimension: Dimension) -> str:
    key, table, day = dimension.key, dimension.warehouse.name.table, fact.day_columns[0]
    return f"""
        UPDATE `{fact.name.table}` AS fact
        INNER JOIN changed_member AS member
            ON fact.`{key}` >= member.first_key AND fact.`{key}` < member.first_key + {KEY_FACTOR}
        INNER JOIN `{table}` AS version
            ON version.`{dimension.id}` = member.id
            AND fact.`{day}` >= CAST(DATE_FORMAT(version.valid_from, '%Y%m%d') AS UNSIGNED)
            AND fact.`{day}` < CAST(DATE_FORMAT(version.valid_to, '%Y%m%d') AS UNSIGNED)
        SET fact.`{key}` = version.`{key}`
        WHERE fact.`{key}` <> version.`{key}`
    """
