"""What a table's rows are made by, as a fingerprint: equal as long as the same rows would be made. Pure.

What changes no row changes no fingerprint: descriptions, the order of columns, formatting and comments in SQL.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import sqlglot

from sakila_platform.model.contracts import Table

_DIGITS = 12
_METADATA = b"sakila.version"


@dataclass(frozen=True)
class Version:
    """What made a table's rows: its contract, the SQL and its functions ("": none), the settings used ("": none)."""

    contract: str
    sql: str = ""
    settings: str = ""

    def __str__(self) -> str:
        """One text for all: of 12 hexadecimal digits."""
        return _fingerprint([self.contract, self.sql, self.settings])

    def differences(self, other: Version) -> list[str]:
        """What of the two is not the same, in the words of people."""
        named = {"contract": "contract", "sql": "SQL", "settings": "settings"}
        return [name for part, name in named.items() if getattr(self, part) != getattr(other, part)]


def version_of(
    table: Table, sql: str = "", functions: Sequence[str] = (), settings: Mapping[str, str] | None = None
) -> Version:
    """What makes a table's rows: `sql` and the bodies of the functions that it may call, in DuckDB's dialect."""
    return Version(
        contract_version(table),
        _fingerprint([normal_sql(text) for text in (sql, *functions)]) if sql else "",
        _fingerprint(sorted(settings.items())) if settings else "",
    )


def contract_version(table: Table) -> str:
    """The fingerprint of a contract: what its rows are typed as, keyed by, and must keep."""
    columns = [
        {
            "name": column.name,
            "type": str(column.type.arrow),
            "length": column.type.length,
            "nullable": column.nullable,
            "minimum": column.minimum,
            "maximum": column.maximum,
            "allowed": column.allowed,
            "references": column.references,
            "present_when": column.present_when,
            "default": column.default,
        }
        for column in sorted(table.columns, key=lambda column: column.name)
    ]
    rules = sorted(repr(rule) for rule in table.rules)
    return _fingerprint([table.kind.value, columns, table.primary_key, table.day_columns, table.taken_from, rules])


@cache
def normal_sql(sql: str, dialect: str = "duckdb") -> str:
    """A query, or an expression, as its meaning alone: parsed and written again, without comments."""
    return sqlglot.parse_one(sql, read=dialect).sql(dialect=dialect, comments=False)


def in_metadata(version: Version) -> dict[bytes, bytes]:
    """A version as a Parquet file carries it: among its key-value metadata."""
    return {_METADATA: json.dumps(asdict(version)).encode()}


def from_metadata(metadata: Mapping[bytes, bytes] | None) -> Version | None:
    """The version that a Parquet file carries; None where it was written before files carried any."""
    content = (metadata or {}).get(_METADATA)
    return Version(**json.loads(content)) if content else None


def _fingerprint(of: Any) -> str:
    return hashlib.blake2b(json.dumps(of, default=str).encode(), digest_size=_DIGITS // 2).hexdigest()
