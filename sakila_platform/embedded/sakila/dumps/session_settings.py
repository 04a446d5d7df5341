"""The SET statements of a dump: which are carried out, which are left out, and how rows stay strict under them."""

from __future__ import annotations

import re

from sakila_platform.embedded.sakila.dumps.lexemes import FLAGS, QUOTED_NAME, STRING
from sakila_platform.embedded.sakila.dumps.statements import DumpStatement
from sakila_platform.errors import PlatformError

# Whatever the dump's own mode is, a value that a column can't keep is an error, not a warning.
STAY_STRICT = "SET sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_ALL_TABLES')"

_ITEM = re.compile(rf"(?:{STRING}|{QUOTED_NAME}|[^,'\"`])+", FLAGS)
_NAMES = re.compile(r"(?:NAMES|CHARACTER\s+SET|CHARSET)\b", FLAGS)
_ASSIGNMENT = re.compile(
    r"(?:@@)?(?:(?P<scope>GLOBAL|SESSION|LOCAL|PERSIST|PERSIST_ONLY)(?:\s*\.\s*|\s+))?(?P<name>@?[\w$]+)\s*:?=\s*(?P<value>.+)",
    FLAGS,
)
_VALUE = re.compile(rf"(?P<string>{STRING})|-?\w+|@\w+|@@(?:session\.|local\.)?\w+", FLAGS)
_ZONE = re.compile(r"\btime_zone\s*:?=\s*['\"]([^'\"]*)['\"]", FLAGS)
_KEPT = re.compile(
    r"@\w+|sql_mode|foreign_key_checks|unique_checks|autocommit|time_zone|sql_notes|note_verbosity"
    r"|(?:default_)?storage_engine|sql_quote_show_create|sql_auto_is_null",
    FLAGS,
)
# The connection's character set is the file's already; the server's replication is none of a dump's business.
_LEFT_OUT = re.compile(r"character_set_\w+|collation_\w+|gtid_purged|sql_log_bin", FLAGS)
# Under these the same text is read in another way than it was checked.
_REREADING = {"ANSI", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ORACLE", "MSSQL", "DB2", "MAXDB", "POSTGRESQL"}
# MySQL 8 knows it no more, and dumps of other servers set it before each trigger.
_FORGOTTEN = "NO_AUTO_CREATE_USER"


def carried_out(statement: DumpStatement) -> str:
    """The SET statement with what a dump may set; nothing when none of it is carried out.

    Raises PlatformError, at file and line, for a setting that no Sakila needs.
    """
    items = [item.strip() for item in _ITEM.findall(statement.plain[len("SET") :])]
    kept = [text for item in items if (text := _kept(statement, item))]
    return f"SET {', '.join(kept)}" if kept else ""


def require_readable_mode(statement: DumpStatement, mode: str) -> None:
    """Raises PlatformError when the session's mode has become one under which text is read in another way."""
    if reread := _REREADING.intersection(mode.upper().split(",")):
        raise _refused(statement, "sql_mode", f"its text would be read otherwise under {min(reread)}")


def sets_mode(text: str) -> bool:
    """Whether a SET statement changes what the server is strict about."""
    return "sql_mode" in text.lower()


def named_zone(text: str) -> str | None:
    """The time zone that a SET statement has instants read in, when it names one."""
    zone = _ZONE.search(text)
    return zone[1] if zone else None


def _kept(statement: DumpStatement, item: str) -> str:
    if _NAMES.match(item):
        return ""
    assignment = _ASSIGNMENT.fullmatch(item)
    name = assignment["name"].lower() if assignment else ""
    if assignment is None:
        raise _refused(statement, item, "it is no setting that a dump of Sakila needs")
    if _LEFT_OUT.fullmatch(name):
        return ""
    value = _VALUE.fullmatch(assignment["value"].strip())
    scope = (assignment["scope"] or "").upper()
    if value is None or scope not in ("", "SESSION", "LOCAL") or not _KEPT.fullmatch(name):
        raise _refused(statement, item, "it is no setting that a dump of Sakila needs")
    if not value["string"]:
        return item
    words = value["string"][1:-1].upper().split(",")
    require_readable_mode(statement, ",".join(words))
    if name == "sql_mode":
        return f"{item[: assignment.start('value')]}'{','.join(word for word in words if word != _FORGOTTEN)}'"
    return item


def _refused(statement: DumpStatement, item: str, reason: str) -> PlatformError:
    return statement.file.fault(
        statement.line, f"`SET {item[:60]}` is not run: {reason}. Take the official Sakila dump, or remove it."
    )
