"""Rows of a query in MySQL's binary protocol, decoded a column at a time.

Belongs here: packets and bytes. What a column means is for mysql_columns.py to say. PyMySQL opens the connection, sends
the statement and knows the errors; only the rows are taken off its socket here, because a Python object per value
costs forty times what the server needs to send it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pymysql
from pymysql.constants import COMMAND, CR
from pymysql.protocol import FieldDescriptorPacket

from sakila_platform.databases.mysql.reader.packets import (
    HEADER,
    RawColumn,
    ResultColumn,
    even_columns,
    even_row_bytes,
    uneven_columns,
)
from sakila_platform.errors import PlatformError

BLOCK_BYTES = 4 << 20
# More than the buffer of a socket file, so that the octets come straight from the socket.
_SPARE_BYTES = 64 << 10
_LONGEST_PACKET = 0xFFFFFF


def describe(connection: pymysql.Connection, query: str) -> list[ResultColumn]:
    """The columns that a query would give. Nothing is run. Raises pymysql.err.MySQLError."""
    statement, columns = _prepare(connection, query)
    _close(connection, statement)
    return columns


def stream(connection: pymysql.Connection, query: str) -> Iterator[list[RawColumn]]:
    """Run a query and yield its rows in blocks of about 4 MB, one RawColumn per column.

    Raises pymysql.err.MySQLError, also when the connection breaks before the last row. A stream that is left early
    closes its connection, since the rest of the rows would still be on their way.
    """
    statement, columns = _prepare(connection, query)
    _execute(connection, statement, len(columns))
    rows = _RowReader(connection, even_row_bytes(columns))
    try:
        while not rows.ended:
            starts = rows.receive_block()
            if starts is None:
                yield even_columns(rows.octets, rows.received_rows, columns)
            elif starts.size:
                yield uneven_columns(rows.octets, starts, columns)
    finally:
        if not rows.ended:
            connection.close()
    _close(connection, statement)


def _prepare(connection: Any, query: str) -> tuple[int, list[ResultColumn]]:
    connection._execute_command(COMMAND.COM_STMT_PREPARE, query)
    answer = connection._read_packet()
    if not answer.is_ok_packet():
        connection.close()
        raise pymysql.err.OperationalError(CR.CR_COMMANDS_OUT_OF_SYNC, "The server answers what was not asked")
    statement, columns = struct.unpack_from("<IH", answer.get_all_data(), 1)
    described = [connection._read_packet(FieldDescriptorPacket) for _ in range(columns)]
    connection._read_packet()
    return statement, [
        ResultColumn(one.name, one.type_code, one.flags, one.charsetnr, one.length, one.scale) for one in described
    ]


def _execute(connection: Any, statement: int, columns: int) -> None:
    """Start the rows. Their number of columns and its descriptions come again before them."""
    connection._execute_command(COMMAND.COM_STMT_EXECUTE, struct.pack("<IBI", statement, 0, 1))
    for _ in range(1 + columns + 1):
        connection._read_packet()


def _close(connection: Any, statement: int) -> None:
    connection._execute_command(COMMAND.COM_STMT_CLOSE, struct.pack("<I", statement))


class _RowReader:
    """Takes row packets off a connection, a block at a time, until the packet that ends the result.

    When every column is a number, rows without nulls are all equally long (`even`): then a glance at the last header
    replaces walking from row to row. Any row that breaks the beat makes its block a walked one.
    """

    def __init__(self, connection: Any, even: int) -> None:
        self._source = connection._rfile
        self._even = even
        self._even_header = max(even - HEADER, 0).to_bytes(3, "little")
        self._buffer = memoryview(bytearray(BLOCK_BYTES + _SPARE_BYTES))
        self._have = 0
        self._used = 0
        self._begun = False
        self.received_rows = 0
        self.ended = False

    @property
    def octets(self) -> npt.NDArray[np.uint8]:
        """The bytes that the rows' starts refer to, valid until the next block."""
        return np.frombuffer(self._buffer, np.uint8)

    def receive_block(self) -> npt.NDArray[np.int64] | None:
        """Where each row of the next block starts, or nothing when the rows are even and start at 0."""
        self._drop_used()
        while self._even and self._have < BLOCK_BYTES and self._keeps_the_beat():
            self._receive()
        at = self._even_prefix()
        even_rows = at // self._even if self._even else 0
        starts: list[int] = []
        while not (self._have >= BLOCK_BYTES and (even_rows or starts)):
            at = self._walk(starts, at)
            if self.ended:
                break
            if self._have < BLOCK_BYTES or not (even_rows or starts):
                self._receive()
        self._used = at
        self.received_rows = even_rows + len(starts)
        if even_rows and not starts:
            return None
        return np.concatenate([np.arange(even_rows, dtype=np.int64) * self._even, np.array(starts, np.int64)])

    def _receive(self) -> None:
        if len(self._buffer) - self._have < _SPARE_BYTES:
            larger = memoryview(bytearray(2 * len(self._buffer)))
            larger[: self._have] = self._buffer[: self._have]
            self._buffer = larger
        if self._begun:
            count = self._source.readinto1(self._buffer[self._have :])
        else:
            # What came along with the descriptions. readinto1 would hand it out only after waiting for more.
            first = self._source.read1(_SPARE_BYTES)
            count = len(first)
            self._buffer[:count] = first
            self._begun = True
        if not count:
            raise pymysql.err.OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
        self._have += count

    def _drop_used(self) -> None:
        rest = bytes(self._buffer[self._used : self._have])
        self._buffer[: len(rest)] = rest
        self._have, self._used = len(rest), 0

    def _keeps_the_beat(self) -> bool:
        """Whether the last whole row and the one that is arriving begin as even rows do."""
        arriving = self._have - self._have % self._even
        return self._is_even(arriving) and (arriving == 0 or self._is_even(arriving - self._even))

    def _is_even(self, at: int) -> bool:
        header = self._buffer[at : min(at + 5, self._have)]
        return len(header) < 5 or (header[:3] == self._even_header and header[4] == 0)

    def _even_prefix(self) -> int:
        """The length of the even rows, nulls in none, with which the received bytes begin."""
        rows = self._have // self._even if self._even else 0
        if not rows:
            return 0
        heads = self.octets[: rows * self._even].reshape(rows, self._even)
        expected = np.frombuffer(self._even_header, np.uint8)
        odd = np.flatnonzero((heads[:, :3] != expected).any(axis=1) | (heads[:, 4] != 0))
        return int(odd[0] if odd.size else rows) * self._even

    def _walk(self, starts: list[int], at: int) -> int:
        """Note where the whole rows from `at` on start; gives where the first that is not whole starts."""
        buffer, have = self._buffer, self._have
        while at + HEADER < have:
            size = buffer[at] | buffer[at + 1] << 8 | buffer[at + 2] << 16
            if at + HEADER + size > have:
                break
            if size == _LONGEST_PACKET:
                raise PlatformError("A row is larger than 16 MB. Leave its column out of the table's contract.")
            if buffer[at + HEADER]:
                self.ended = True
                if buffer[at + HEADER] == 0xFF:
                    pymysql.err.raise_mysql_exception(bytes(buffer[at + HEADER : at + HEADER + size]))
                break
            starts.append(at)
            at += HEADER + size
        return at
