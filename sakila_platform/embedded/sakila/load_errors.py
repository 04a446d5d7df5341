"""What a server's refusal means while Sakila is loaded, and what helps against this one."""

from __future__ import annotations

import re

import pymysql
from pymysql.constants import CR, ER

_COMMANDS = re.compile(r"^(?P<right>[A-Z ,]+?) command denied")
_NEEDED = re.compile(r"you need (?:\(at least one of\) )?the (?P<right>.+?) privilege")
# A routine needs a right of its database, and the server's message names the database only.
_RIGHTS = (
    (re.compile(r"CREATE\b.*\b(?:PROCEDURE|FUNCTION)\b", re.DOTALL | re.IGNORECASE), "CREATE ROUTINE"),
    (re.compile(r"DROP\s+(?:PROCEDURE|FUNCTION)\b", re.IGNORECASE), "ALTER ROUTINE"),
    (re.compile(r"CREATE\s+(?:DATABASE|SCHEMA|TABLE)\b", re.IGNORECASE), "CREATE"),
    (re.compile(r"DROP\b", re.IGNORECASE), "DROP"),
)
_DENIED = (
    ER.DBACCESS_DENIED_ERROR,
    ER.TABLEACCESS_DENIED_ERROR,
    ER.COLUMNACCESS_DENIED_ERROR,
    ER.SPECIFIC_ACCESS_DENIED_ERROR,
    ER.PROCACCESS_DENIED_ERROR,
)
_BINARY_LOG = (ER.BINLOG_UNSAFE_ROUTINE, ER.BINLOG_CREATE_ROUTINE_NEED_SUPER)
_LOST = (CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST)


def reason_of(error: pymysql.MySQLError) -> str:
    """The server's message in one line: it quotes statements with their line breaks."""
    return " ".join(str(error.args[-1]).split()) if error.args else "it gave no reason"


def remedy_for(error: pymysql.MySQLError, statement: str, database: str) -> str:
    """What helps, as a sentence or two; nothing where the error is about the statement itself."""
    number = error.args[0] if error.args else None
    if number in _BINARY_LOG:
        return (
            "The server writes a binary log, and then wants SUPER of whoever creates triggers and routines. "
            "Have its administrator run SET GLOBAL log_bin_trust_function_creators = 1 (on RDS: in the parameter "
            "group), or load with an account that has SUPER; then load again."
        )
    if number in _DENIED:
        right = _missing_right(reason_of(error), statement)
        return (
            f"The account lacks the right {right}. Have it granted, by GRANT ALL PRIVILEGES ON `{database}`.* "
            "TO the account of SAKILA_MYSQL_URL, then load again."
        )
    if number == ER.TRUNCATED_WRONG_VALUE_FOR_FIELD and "string value" in reason_of(error):
        return "The text there is not UTF-8: dump with --default-character-set=utf8mb4, then load again."
    if number == ER.OPTION_PREVENTS_STATEMENT:
        return "The server takes no writes. Name its primary in SAKILA_MYSQL_URL, then load again."
    if number == ER.NET_PACKET_TOO_LARGE:
        return "Raise the server's max_allowed_packet to 64M, then load again."
    if number in _LOST:
        return "Look at the server's log, then load again."
    if number in (ER.LOCK_WAIT_TIMEOUT, ER.LOCK_DEADLOCK):
        return f"Another session works on {database}: end it, then load again."
    if number in (ER.DISK_FULL, ER.RECORD_FILE_FULL):
        return "The server's disk is full: make room, then load again."
    return ""


def _missing_right(reason: str, statement: str) -> str:
    named = _COMMANDS.search(reason) or _NEEDED.search(reason)
    if named:
        return named["right"]
    return next((right for pattern, right in _RIGHTS if pattern.match(statement)), "that this needs")
