"""What the platform relies on in every session with PostgreSQL, whatever the server, a database or a role has set.

A role's default may hide rows (row_security), end a statement (statement_timeout) or change how dates are read, all
without a word. So all are set, and read back. What a release of the server does not know is left out.
"""

from __future__ import annotations

_SETTINGS = {
    "TimeZone": "UTC",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    # A policy that hides rows makes a query fail, in place of leaving them out.
    "row_security": "off",
    "default_transaction_isolation": "read committed",
    "default_transaction_deferrable": "off",
    # How long a statement, or a pause between two, may take.
    "statement_timeout": "0",
    "transaction_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
}
_WANTED = "(VALUES {}) AS wanted (name, value) JOIN pg_settings USING (name)".format(
    ", ".join(f"('{name}', '{value}')" for name, value in _SETTINGS.items())
)
SESSION_SQL = f"SELECT set_config(name, value, false) FROM {_WANTED}"
"""The one statement that sets a session."""
UNLIKE_SQL = (
    f"SELECT name, current_setting(name, true), value FROM {_WANTED} "
    "WHERE lower(current_setting(name, true)) <> lower(value)"
)
"""What the session has otherwise: name, what it is, what it should be."""
