"""What the platform relies on in every session with MySQL, whatever the server or an account has for a default.

A default may cut a result (sql_select_limit), change it (div_precision_increment), refuse a statement
(sql_safe_updates) or end it (max_execution_time), all without a word. So all are set, and read back.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from pymysql.cursors import Cursor

CHARACTER_SET = "utf8mb4"
# Where nothing else decides. MySQL 8 and MariaDB both have it.
COLLATION = "utf8mb4_general_ci"
_UNLIMITED = 18446744073709551615
_STRICT = "TRADITIONAL"
# What that mode stands for; a server that keeps another one reads text and operators in another way.
_STRICT_MODES = {
    _STRICT,
    "STRICT_TRANS_TABLES",
    "STRICT_ALL_TABLES",
    "NO_ZERO_IN_DATE",
    "NO_ZERO_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "NO_AUTO_CREATE_USER",
    "NO_ENGINE_SUBSTITUTION",
}
_SETTINGS: dict[str, str | int] = {
    # TIMESTAMP columns are instants: read and written as UTC, whatever the server's own zone is.
    "time_zone": "+00:00",
    "sql_mode": _STRICT,
    # How many rows an answer has. In this order: max_join_size takes sql_big_selects back.
    "sql_select_limit": _UNLIMITED,
    "max_join_size": _UNLIMITED,
    "sql_big_selects": 1,
    "sql_safe_updates": 0,
    # What an answer says.
    "sql_auto_is_null": 0,
    "div_precision_increment": 4,
    "group_concat_max_len": 1 << 20,
    "max_sort_length": 1024,
    "default_week_format": 0,
    "lc_time_names": "en_US",
    # What is kept.
    "foreign_key_checks": 1,
    "unique_checks": 1,
    "completion_type": "NO_CHAIN",
    # How long one may be busy between two rows, idle between two statements, or wait for others.
    "net_read_timeout": 600,
    "net_write_timeout": 600,
    "wait_timeout": 28_800,
    "innodb_lock_wait_timeout": 50,
    "lock_wait_timeout": 86_400,
}
_MARIADB: dict[str, str | int] = {
    "tx_isolation": "REPEATABLE-READ",
    "tx_read_only": 0,
    "max_statement_time": 0,
    "idle_transaction_timeout": 0,
    "check_constraint_checks": 1,
}
_MYSQL: dict[str, str | int] = {
    "transaction_isolation": "REPEATABLE-READ",
    "transaction_read_only": 0,
    "max_execution_time": 0,
}
_BY_DRIVER = {
    "character_set_client": CHARACTER_SET,
    "character_set_connection": CHARACTER_SET,
    "character_set_results": CHARACTER_SET,
    "collation_connection": COLLATION,
}


def session_sql(server_version: str) -> str:
    """The one statement that sets a session, for a server that calls itself so."""
    settings = _settings(server_version)
    return "SET " + ", ".join(f"SESSION {name} = {_literal(value)}" for name, value in settings.items())


def unlike(cursor: Cursor, server_version: str, *, autocommit: bool) -> list[str]:
    """What the session has otherwise than it was set: `name is value, not value` each."""
    wanted = {**_settings(server_version), **_BY_DRIVER, "autocommit": int(autocommit)}
    cursor.execute("SELECT " + ", ".join(f"@@SESSION.{name}" for name in wanted))
    found = cursor.fetchone() or ()
    pairs = zip(wanted.items(), found, strict=True)
    return [f"{name} is {has}, not {value}" for (name, value), has in pairs if not _is_same(name, has, value)]


def _settings(server_version: str) -> dict[str, str | int]:
    return _SETTINGS | (_MARIADB if "mariadb" in server_version.lower() else _MYSQL)


def _literal(value: str | int) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def _is_same(name: str, has: object, value: str | int) -> bool:
    if name == "sql_mode":
        modes = set(str(has).split(","))
        return _STRICT in modes and modes <= _STRICT_MODES
    if isinstance(value, str):
        return str(has) == value
    try:
        return Decimal(str(has)) == value
    except InvalidOperation:
        return False
