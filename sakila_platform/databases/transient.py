"""Database errors that pass by themselves: the same work may succeed a moment later."""

from __future__ import annotations

import psycopg
import pymysql
from pymysql.constants import CR, ER

# The server went away, the connection was lost, or another transaction held the rows: all of them pass.
_TRANSIENT = frozenset({CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, ER.LOCK_WAIT_TIMEOUT, ER.LOCK_DEADLOCK})
# The same of PostgreSQL, by SQLSTATE: connections lost, a server that stops or starts, rows that others hold.
_TRANSIENT_CLASSES = ("08", "40")
_TRANSIENT_STATES = frozenset({"55P03", "57P01", "57P02", "57P03"})


def is_transient(error: BaseException) -> bool:
    """Whether a database error passes by itself, so that the same work may succeed a moment later."""
    if isinstance(error, psycopg.OperationalError):
        # Without a state it is the driver that says so: the connection broke off.
        state = error.sqlstate or _TRANSIENT_CLASSES[0]
        return state.startswith(_TRANSIENT_CLASSES) or state in _TRANSIENT_STATES
    return isinstance(error, pymysql.err.OperationalError) and bool(error.args) and error.args[0] in _TRANSIENT
