"""Whether the source's table of purchases has the columns that stage reads, and what else it has.

Asked of PostgreSQL's catalogue, which hides no table from an account without rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import psycopg
import pyarrow as pa

from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Column
from sakila_platform.model.ddl import postgres_type
from sakila_platform.reviews.purchases.sql import TABLE
from sakila_platform.reviews.source import USER_PURCHASE

_COLUMNS = [column for column in USER_PURCHASE.columns if column.name != "line_number"]
_COLUMNS_SQL = """
    SELECT attribute.attname, format_type(attribute.atttypid, attribute.atttypmod), kind.typname, kind.typcategory,
        has_column_privilege(attribute.attrelid, attribute.attnum, 'SELECT')
    FROM pg_attribute AS attribute INNER JOIN pg_type AS kind ON attribute.atttypid = kind.oid
    WHERE attribute.attrelid = to_regclass(%s) AND attribute.attnum > 0 AND NOT attribute.attisdropped
    ORDER BY attribute.attnum
"""
# By category, since a domain has a name of its own. Of each, what can't be read as a contract's type.
_TEXT, _NUMBER, _MOMENT = "S", "N", "D"
_NO_NUMBER = "money"
_NO_MOMENTS = ("timestamptz", "time", "timetz")


@dataclass(frozen=True)
class _Found:
    """A column as the source describes it: its type in full and in short, what kind of type that is, who may read."""

    written: str
    name: str
    category: str
    is_readable: bool


def require_purchase_columns(connection: psycopg.Connection, source: PostgresAddress) -> tuple[str, ...]:
    """The columns of the source's table that the contract does not know (they are not carried).

    Raises PlatformError, naming what both sides have, when there is no such table, a column is missing or of a type
    that the contract can't hold, or the account may not read it.
    """
    found = {name: _Found(*about) for name, *about in connection.execute(_COLUMNS_SQL, [TABLE])}
    if not found:
        raise PlatformError(
            f"There are no purchases at {source} yet. Load them: `sakila-platform load-purchases FILE.csv`."
        )
    faults = list(_faults(found))
    if faults:
        raise PlatformError(
            f"The source's {TABLE} at {source} is not as its contract says: {'; '.join(faults)}. Nothing was "
            "published. Put the source right (docs/data_model_reviews.md has its columns), or change the contract in "
            "reviews/source.py."
        )
    unknown = _unknown(found)
    denied = [name for name, column in found.items() if name not in unknown and not column.is_readable]
    if denied:
        raise PlatformError(
            f"The account may not read {', '.join(denied)} of {TABLE} at {source}. Nothing was published. "
            f"GRANT SELECT ON {TABLE} TO {source.user}, then run the days again."
        )
    return unknown


def _faults(found: Mapping[str, _Found]) -> Iterator[str]:
    unknown = _unknown(found)
    for column in _COLUMNS:
        wanted = postgres_type(column.type).lower()
        if column.name not in found:
            hint = f", and {', '.join(unknown)} is there, which the contract does not know" if unknown else ""
            yield f"{column.name} is missing ({wanted} in the contract{hint})"
        elif not _is_held(found[column.name], column):
            yield f"{column.name} is {found[column.name].written}, and {wanted} in the contract"


def _unknown(found: Mapping[str, _Found]) -> tuple[str, ...]:
    known = {column.name for column in _COLUMNS}
    return tuple(name for name in found if name not in known)


def _is_held(found: _Found, column: Column) -> bool:
    """Whether the contract's type is for such a column; a value that does not fit it is reported when it is read."""
    arrow = column.type.arrow
    if pa.types.is_string(arrow):
        return found.category == _TEXT
    if pa.types.is_timestamp(arrow):
        return found.category == _MOMENT and found.name not in _NO_MOMENTS
    return found.category == _NUMBER and found.name != _NO_NUMBER
