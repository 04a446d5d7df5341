"""Source against stage, per day: row counts and checksums of an event table, computed by both sides in the same way.

A day's rows are those of design rule 4: whatever happened on the day, as of its end. The checksum is the sum over rows
of each number and time of the row, weighted by its column, modulo a prime: exact integers in MySQL and DuckDB alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pymysql

from sakila_platform.databases.mysql.where import Undated, Within
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import DAY_PARTITION

_PRIME = 2_147_483_647
# MySQL counts days and seconds from the year 0, Python's ordinals from 1 January of the year 1, as day 1.
_DAYS_BEFORE_ORDINALS = 365
_SECONDS_TO_1970 = 62_167_219_200
_WEIGHTS = (1_000_003, 10_007, 100_019, 1_009, 1_000_033, 101, 10_039, 1_013)


@dataclass(frozen=True)
class DayChecksum:
    """Rows of a table's day and their checksum."""

    rows: int
    checksum: int


NO_ROWS = DayChecksum(0, 0)


def source_checksums(connection: pymysql.Connection, table: Table, days: Sequence[date]) -> dict[date, DayChecksum]:
    """What the source says of each day; one scan of the table.

    Rows are summed by all their days at once (taken on, returned on); what such a group adds to one of its days follows
    from that: a later day column that lies after the day counts as null there.
    """
    found: dict[int, DayChecksum] = {}
    for group in _groups(connection, table, days):
        for number in {number for number in group.days if number is not None}:
            known = found.get(number, NO_ROWS)
            checksum = (known.checksum + group.as_of(number)) % _PRIME
            found[number] = DayChecksum(known.rows + group.rows, checksum)
    return {day: found.get(day.toordinal() + _DAYS_BEFORE_ORDINALS, NO_ROWS) for day in days}


@dataclass(frozen=True)
class _Group:
    """Rows of the source that share their days, as MySQL counts days; null where a later day is not known yet."""

    days: Sequence[int | None]
    rows: int
    checksum: int
    later: Sequence[int]
    """What each later day column adds to the checksum."""

    def as_of(self, number: int) -> int:
        """The checksum of the group as of the end of a day."""
        known = zip(self.days[1:], self.later, strict=True)
        return self.checksum + sum(part for day, part in known if day is not None and day <= number)


def _groups(connection: pymysql.Connection, table: Table, days: Sequence[date]) -> Iterator[_Group]:
    numbers = [f"TO_DAYS(`{column}`)" for column in table.day_columns]
    later = [_source_sum(table, column) for column in table.day_columns[1:]]
    sums = ", ".join(f"SUM({terms})" for terms in (_source_sum(table), *later))
    happened = Within(table.day_columns, days[0], days[-1] + timedelta(days=1)).sql()
    undated = Undated(table.day_columns[0]).sql()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(numbers)}, COUNT(*), {sums} FROM `{table.name.table}` "
            f"WHERE ({happened}) AND NOT ({undated}) GROUP BY {', '.join(numbers)}"
        )
        at = len(numbers)
        for row in cursor.fetchall():
            yield _Group(row[:at], int(row[at]), int(row[at + 1]), [int(part) for part in row[at + 2 :]])


def stage_checksums_sql(table: Table, rows: str) -> str:
    """The query (DuckDB's dialect) that sums up staged rows, `dt` beside the columns carried: day, rows, checksum."""
    return (
        f"SELECT {DAY_PARTITION}, count(*) AS row_count, sum({_duckdb_row_sum(table)}) % {_PRIME} AS checksum "
        f"FROM ({rows}) AS staged GROUP BY 1"
    )


def staged_checksums(found: Iterable[tuple[date, int, int]], days: Iterable[date]) -> dict[date, DayChecksum]:
    """What that query answered, for each of these days."""
    counted = {day: DayChecksum(count, int(checksum) % _PRIME) for day, count, checksum in found}
    return {day: counted.get(day, NO_ROWS) for day in days}


def disagreements(source: Mapping[date, DayChecksum], stage: Mapping[date, DayChecksum]) -> dict[date, str]:
    """The days on which both sides differ, and how."""
    found = {}
    for day, staged in stage.items():
        here = source[day]
        if here.rows != staged.rows:
            found[day] = f"the source has {here.rows} rows, stage {staged.rows}"
        elif here.checksum != staged.checksum:
            found[day] = f"the same {here.rows} rows differ in content"
    return found


def _source_sum(table: Table, later: str = "") -> str:
    """The weighted numbers and times of a row: without the later day columns, or one of these alone."""
    terms = []
    for weight, column in _weighted(table):
        arrow, value = table.column(column).type.arrow, f"`{column}`"
        if column == later if later else column not in table.day_columns[1:]:
            if pa.types.is_timestamp(arrow):
                # Three times as fast as TIMESTAMPDIFF.
                value = f"TO_SECONDS({value}) - {_SECONDS_TO_1970}"
            elif pa.types.is_decimal(arrow):
                value = f"CAST({value} * {10**arrow.scale} AS SIGNED)"
            terms.append(f"COALESCE({value}, 0) * {weight}")
    return " + ".join(terms)


def _duckdb_row_sum(table: Table) -> str:
    terms = []
    for weight, column in _weighted(table):
        arrow, value = table.column(column).type.arrow, f'"{column}"'
        if pa.types.is_timestamp(arrow):
            value = f"date_diff('second', TIMESTAMP '1970-01-01', {value})"
        elif pa.types.is_decimal(arrow):
            value = f"CAST({value} * {10**arrow.scale} AS BIGINT)"
        terms.append(f"coalesce(CAST({value} AS BIGINT), 0) * {weight}")
    return f"({' + '.join(terms)}) % {_PRIME}"


def _weighted(table: Table) -> list[tuple[int, str]]:
    """Numbers and wall-clock times with their weights; `last_update` is not content (design rule 2)."""
    columns = [
        column.name
        for column in table.columns
        if column.name != "last_update"
        and (
            pa.types.is_integer(column.type.arrow)
            or pa.types.is_decimal(column.type.arrow)
            or pa.types.is_timestamp(column.type.arrow)
        )
    ]
    return list(zip(_WEIGHTS, columns, strict=False))
