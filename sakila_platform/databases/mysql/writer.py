"""Arrow rows into a MySQL table by LOAD DATA: encoded while the server reads, never all in memory or on disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pymysql
from pymysql.constants import CR

from sakila_platform.databases.mysql import connection as mysql
from sakila_platform.databases.mysql.tab_separated import FORMAT, encode_rows, is_hexadecimal
from sakila_platform.databases.mysql.where import quoted
from sakila_platform.errors import PlatformError

_ROWS_AT_ONCE = 50_000
_INSERTED_AT_ONCE = 1_000
# The server or the client does not allow LOCAL: MySQL 5.7, MySQL 8, MariaDB.
_REFUSALS = {1148, 3948, 4166}
_AFTER = "Nothing of it is kept; correct it and run again."


def load_batches(
    connection: pymysql.Connection,
    table: str,
    batches: Iterable[pa.RecordBatch | pa.Table],
    *,
    replace: bool = False,
) -> int:
    """Add rows to the table's columns of the same names, in the connection's transaction; gives how many.

    With `replace` a row takes the place of those that share a key with it. The connection is made by mysql.connect with
    local_infile=True; where the server does not allow that, the rows go in by INSERT, which is slower.

    Raises PlatformError when the server warns of a value or leaves a row out, and whatever the batches raise. Some rows
    are then in the transaction: roll it back. The connection can be used further, unless the server is gone.
    """
    rows = _pieces(batches)
    first = next(rows, None)
    if first is None:
        return 0
    feed = _Feed(first.schema, chain([first], rows))
    try:
        with connection.cursor() as cursor:
            if _load(cursor, feed, table, replace):
                affected = cursor.rowcount
                _refuse_warnings(cursor, table)
            else:
                affected = _insert(cursor, table, feed, replace)
    except pymysql.err.MySQLError as error:
        reason = error.args[1] if len(error.args) > 1 else error
        raise PlatformError(f"{table} was not loaded: {reason}. {_AFTER}") from None
    if affected != feed.rows and not (replace and feed.rows <= affected <= 2 * feed.rows):
        raise PlatformError(
            f"{table} was not loaded: {feed.rows} rows were sent and MySQL took {affected}. "
            "Nothing of it is kept; look for rows that share a key."
        )
    return feed.rows


def _pieces(batches: Iterable[pa.RecordBatch | pa.Table]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        table = batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])
        for piece in table.to_batches(max_chunksize=_ROWS_AT_ONCE):
            if piece.num_rows:
                yield piece


class _Feed:
    """The rows on their way to the server: a thread encodes them into a named pipe once a reader has opened it."""

    def __init__(self, schema: pa.Schema, pieces: Iterator[pa.RecordBatch]) -> None:
        self.schema = schema
        self.pieces = pieces
        self.rows = 0
        self._is_wanted = True

    @contextmanager
    def pipe(self) -> Iterator[Path]:
        """A pipe that gives the encoded rows to its first reader; none are taken if it is never read.

        Leaving ends the thread, also when the reader left early, and raises what the rows raised.
        """
        with TemporaryDirectory(prefix="load-") as folder, ThreadPoolExecutor(1, "load") as threads:
            path = Path(folder) / "rows"
            os.mkfifo(path, 0o600)
            writing = threads.submit(self._write, path)
            try:
                yield path
            finally:
                self._is_wanted = False
                while not writing.done():
                    # A thread that waits for a reader gets one, and one that writes to a reader that left, an error.
                    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
                    wait([writing], timeout=0.01)
            writing.result()

    def _write(self, path: Path) -> None:
        try:
            with open(path, "wb") as pipe:
                while self._is_wanted and (piece := next(self.pieces, None)) is not None:
                    pipe.write(encode_rows(piece))
                    self.rows += piece.num_rows
        except BrokenPipeError:
            # The server gave up, and its statement says why.
            return


def _load(cursor: pymysql.cursors.Cursor, feed: _Feed, table: str, replace: bool) -> bool:
    """Have the server read the rows. False if it does not read from clients: no row has been taken then."""
    try:
        with feed.pipe() as pipe, mysql.sending(cursor, pipe):
            cursor.execute(_load_statement(table, feed.schema, replace), (str(pipe),))
    except pymysql.err.MySQLError as error:
        if error.args and error.args[0] in _REFUSALS:
            return False
        raise
    except AttributeError:
        # PyMySQL ends the file on a socket that it has just closed, because the server went away.
        if cursor.connection.open:
            raise
        raise pymysql.err.OperationalError(CR.CR_SERVER_GONE_ERROR, "MySQL server has gone away") from None
    return True


def _load_statement(table: str, schema: pa.Schema, replace: bool) -> str:
    target = quoted(table).replace("%", "%%")
    columns, assigned = [], []
    for n, field in enumerate(schema):
        name = quoted(field.name).replace("%", "%%")
        columns.append(f"@bytes{n}" if is_hexadecimal(field.type) else name)
        if is_hexadecimal(field.type):
            assigned.append(f"{name} = UNHEX(@bytes{n})")
    return (
        f"LOAD DATA LOCAL INFILE %s {'REPLACE ' if replace else ''}INTO TABLE {target} {FORMAT} "
        f"({', '.join(columns)}){' SET ' + ', '.join(assigned) if assigned else ''}"
    )


def _refuse_warnings(cursor: pymysql.cursors.Cursor, table: str) -> None:
    """LOCAL turns errors into warnings, and a duplicate key into a row left out: here they are errors again."""
    if not cursor.warning_count:
        return
    count = cursor.warning_count
    cursor.execute("SHOW WARNINGS LIMIT 1")
    warnings = cursor.fetchall()
    reason = warnings[0][2] if warnings else f"{count} warnings"
    raise PlatformError(f"{table} was not loaded: {reason}. {_AFTER}")


def _insert(cursor: pymysql.cursors.Cursor, table: str, feed: _Feed, replace: bool) -> int:
    """The rows by INSERT with bound values, a thousand at a time; gives how many rows MySQL says it changed."""
    names = ", ".join(quoted(name).replace("%", "%%") for name in feed.schema.names)
    values = ", ".join(["%s"] * len(feed.schema.names))
    target = quoted(table).replace("%", "%%")
    statement = f"{'REPLACE' if replace else 'INSERT'} INTO {target} ({names}) VALUES ({values})"
    affected = 0
    for piece in feed.pieces:
        for start in range(0, piece.num_rows, _INSERTED_AT_ONCE):
            rows = [tuple(row.values()) for row in piece.slice(start, _INSERTED_AT_ONCE).to_pylist()]
            affected += cursor.executemany(statement, rows) or 0
            feed.rows += len(rows)
    return affected
