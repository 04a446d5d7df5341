"""Lambda: the warehouse's dim_date for years to come. Called twice, it leaves the same rows."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import pymysql

from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.lambdas.log_lines import write_line
from sakila_platform.lambdas.logins import open_database
from sakila_platform.lambdas.scheduled_time import clock_of
from sakila_platform.rentals.dates.calendar import date_rows
from sakila_platform.settings.calendar import HOLIDAY_COUNTRY, HOLIDAY_LANGUAGE, HOLIDAY_SUBDIVISION

_DATABASE = "datawarehouse_sakila"
_DDL = "dim_date.sql"


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Replace the event's years: `years`, else that of `scheduled_at` and the next, in one transaction.

    Returns the years and how many days they have. Raises PlatformError, so that Lambda tries again, when the database
    can't be reached.
    """
    years = _years_of(event)
    rows = [row for year in years for row in _rows(year)]
    with closing(open_database(_DATABASE)) as connection:
        _replace(connection, years, rows)
    result = {"years": years, "days": len(rows)}
    write_line(context, f"dim_date: {len(rows)} days", **result)
    return result


def _years_of(event: Mapping[str, Any]) -> list[int]:
    given = event.get("years")
    if not given:
        this_year = clock_of(event).today().year
        return [this_year, this_year + 1]
    try:
        return sorted({int(year) for year in given})
    except (TypeError, ValueError):
        raise UsageError(f"years is {given!r}. Give a list such as [2005, 2006].") from None


def _rows(year: int) -> list[dict[str, Any]]:
    return date_rows(
        year,
        HOLIDAY_COUNTRY.read(),
        HOLIDAY_SUBDIVISION.read(),
        HOLIDAY_LANGUAGE.read(),
    )


def _replace(connection: pymysql.Connection, years: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> None:
    columns = list(rows[0])
    listed, places = ", ".join(f"`{column}`" for column in columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.execute(_ddl())
        connection.begin()
        cursor.execute("DELETE FROM dim_date WHERE year IN %s", [tuple(years)])
        cursor.executemany(f"INSERT INTO dim_date ({listed}) VALUES ({places})", [tuple(row.values()) for row in rows])
    connection.commit()


def _ddl() -> str:
    """The table as its contract has it: written into the archive when that is made."""
    try:
        found = pkgutil.get_data(__package__ or "", _DDL)
    except OSError:
        found = None
    if found is None:
        raise PlatformError(f"{_DDL} is not beside the handler. Run it from the archive that `deploy` makes.")
    return found.decode()
