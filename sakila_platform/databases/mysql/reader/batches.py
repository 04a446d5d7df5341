"""MySQL tables as streams of Arrow record batches, typed as a contract says, in bounded memory.

What is read and how: mysql_columns.py; how rows come off the wire: mysql_rows.py; which rows: mysql_where.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pymysql
from pymysql.constants import ER

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.reader.columns import Mask, ReadColumn, column
from sakila_platform.databases.mysql.reader.packets import RawColumn
from sakila_platform.databases.mysql.reader.rows import describe, stream
from sakila_platform.databases.mysql.where import Where, quoted
from sakila_platform.errors import PlatformError


def read_batches(
    source: mysql.Address | pymysql.Connection,
    table: str,
    schema: pa.Schema,
    where: Where | None = None,
    *,
    unusable_dates: str | None = None,
) -> Iterator[pa.RecordBatch]:
    """The rows of a table, in batches of some ten thousand; columns and types are the schema's.

    Given an address, a connection is opened and closed. Given a connection (made by mysql.connect), it is used, so that
    several tables can be read in one consistent snapshot; a stream left before its end closes that connection.

    A date that no calendar has ('0000-00-00', '2005-00-10') arrives as null. With `unusable_dates` each batch ends in a
    string column of that name: the date columns of the row to which this happened, joined by commas, or null.

    Raises PlatformError for a missing table or column, a type that does not fit, or a connection that breaks.
    """
    if isinstance(source, mysql.Address):
        connection = mysql.connect(source)
        try:
            yield from _read(connection, table, schema, where, unusable_dates)
        finally:
            if connection.open:
                connection.close()
    else:
        yield from _read(source, table, schema, where, unusable_dates)


def _read(
    connection: pymysql.Connection, table: str, schema: pa.Schema, where: Where | None, unusable_dates: str | None
) -> Iterator[pa.RecordBatch]:
    try:
        columns = _columns(connection, table, schema)
        expressions = ", ".join(expression for one in columns for expression in one.expressions)
        condition = f" WHERE {where.sql()}" if where else ""
        for raw in stream(connection, f"SELECT {expressions} FROM {quoted(table)}{condition}"):
            yield _batch(table, raw, columns, unusable_dates)
    except pymysql.err.MySQLError as error:
        raise PlatformError(f"{_place(connection, table)} could not be read: {_reason(error)}") from None


def _columns(connection: pymysql.Connection, table: str, schema: pa.Schema) -> list[ReadColumn]:
    names = ", ".join(quoted(name) for name in schema.names)
    described = describe(connection, f"SELECT {names} FROM {quoted(table)}")
    try:
        return [column(field, source) for field, source in zip(schema, described, strict=True)]
    except PlatformError as error:
        raise PlatformError(f"{_place(connection, table)}: {error}. Nothing of it was kept.") from None


def _place(connection: pymysql.Connection, table: str) -> str:
    """The table with its database, which says whether it is the shop's or the warehouse's."""
    database = connection.db.decode() if isinstance(connection.db, bytes) else connection.db
    return f"{database}.{table}" if database else table


def _batch(
    table: str, raw: list[RawColumn], columns: Sequence[ReadColumn], unusable_dates: str | None
) -> pa.RecordBatch:
    arrays, masks, at = [], {}, 0
    for one in columns:
        try:
            array, mask = one.decode(raw[at : at + len(one.expressions)])
        except pa.ArrowInvalid as error:
            raise PlatformError(
                f"{table} holds a value that its contract's type cannot, in {one.field.name}: {error}. "
                "Correct the value, or the column's type in the contract."
            ) from None
        at += len(one.expressions)
        arrays.append(array)
        if mask is not None:
            masks[one.field.name] = mask
    fields = [one.field for one in columns]
    if unusable_dates:
        arrays.append(_named(masks, len(arrays[0])))
        fields.append(pa.field(unusable_dates, pa.string()))
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields))


def _named(masks: dict[str, Mask], rows: int) -> pa.Array:
    """Per row the names of the columns that are marked, joined by commas; null where none is."""
    if not masks:
        return pa.nulls(rows, pa.string())
    names: list[str | None] = [None] * rows
    for row in np.flatnonzero(np.logical_or.reduce(list(masks.values()))):
        names[row] = ",".join(name for name, mask in masks.items() if mask[row])
    return pa.array(names, pa.string())


def _reason(error: pymysql.err.MySQLError) -> str:
    code = error.args[0] if error.args else 0
    reason = error.args[1] if len(error.args) > 1 else error
    if code in (ER.BAD_FIELD_ERROR, ER.NO_SUCH_TABLE):
        return f"{reason}. The table there and its contract differ: put right the one that is wrong."
    if code in (ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR):
        return f"{reason}. Grant the account SELECT on it, then run it again."
    return f"{reason}. Nothing of it was kept; run it again."
