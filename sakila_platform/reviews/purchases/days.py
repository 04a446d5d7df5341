"""Purchases from PostgreSQL to stage, by the day of their invoice: a run's days in one look at one moment."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial

import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv

from sakila_platform.capture.captured_days import MATCHES_SOURCE, undated_rows, with_undated, with_unknown
from sakila_platform.databases.postgres.address import PostgresAddress, connect, ensure_database, first_line
from sakila_platform.errors import PlatformError
from sakila_platform.lake.audits.records import part_lines
from sakila_platform.lake.files import Lake
from sakila_platform.lake.publishing import Quarantine, publish_days
from sakila_platform.model.contracts import arrow_schema
from sakila_platform.model.naming import DAY_PARTITION, UNDATED, day_partition
from sakila_platform.model.outcomes import TableDay, judge
from sakila_platform.model.rejections import named_rows
from sakila_platform.reviews.purchases import sql as purchase_sql
from sakila_platform.reviews.purchases.source_columns import require_purchase_columns
from sakila_platform.reviews.purchases.totals import NO_LINES, Totals, disagreement
from sakila_platform.reviews.source import USER_PURCHASE


def capture_purchases(
    source: PostgresAddress, lake: Lake, days: Sequence[date], allowed_bad_share: float
) -> dict[date, TableDay]:
    """Publish these (consecutive) days of purchases, and set those of no day aside. An outcome for each day.

    Raises PlatformError when the source can't be queried.
    """
    lines, undated, totals, unknown = _read(source, days)
    outcomes: dict[date, TableDay] = {}
    quarantine = Quarantine(lake, USER_PURCHASE)
    for day, rows in _by_day(lines, days):
        parted = part_lines(rows, USER_PURCHASE)
        named = partial(named_rows, parted.rejected, USER_PURCHASE)
        outcome = judge(parted.kept.num_rows, parted.rejected.num_rows, parted.broken, allowed_bad_share, named)
        if not outcome.refused:
            quarantine.set_aside(day_partition(day), parted.rejected)
            publish_days(lake, USER_PURCHASE, [(day, parted.kept)])
            held = _totals([parted.kept, parted.rejected])
            outcome = replace(outcome, checks={MATCHES_SOURCE: disagreement(totals.get(day, NO_LINES), held)})
        outcomes[day] = with_undated(with_unknown(outcome, unknown), USER_PURCHASE, undated.num_rows)
    quarantine.set_aside(day_partition(UNDATED), undated_rows(USER_PURCHASE, undated))
    return outcomes


def _read(
    source: PostgresAddress, days: Sequence[date]
) -> tuple[pa.Table, pa.Table, Mapping[date, Totals], tuple[str, ...]]:
    """The days' lines with `dt`, the undated ones, the totals by day, all of one moment of the source; and the columns
    there that no contract knows.
    """
    ensure_database(source)
    connection = connect(source)
    try:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        unknown = require_purchase_columns(connection, source)
        condition = purchase_sql.within(days)
        lines = _copied(connection, purchase_sql.lines_sql(condition))
        undated = _copied(connection, purchase_sql.lines_sql(purchase_sql.UNDATED))
        rows = connection.execute(purchase_sql.totals_sql(condition)).fetchall()
    except (psycopg.ProgrammingError, psycopg.DataError, pa.ArrowInvalid) as error:
        found = first_line(error) if isinstance(error, psycopg.Error) else str(error).splitlines()[0]
        raise PlatformError(
            f"The purchases at {source} are not as the platform knows them: {found}. Give user_purchase the columns "
            "of docs/data_model_reviews.md, or load a file by `sakila-platform load-purchases FILE.csv`."
        ) from None
    finally:
        connection.close()
    return lines, undated.drop_columns([DAY_PARTITION]), {day: (count, amount) for day, count, amount in rows}, unknown


def _copied(connection: psycopg.Connection, query: str) -> pa.Table:
    """The rows of a query of purchases, by COPY: its text is typed by Arrow as the contract says."""
    fields = [field.with_nullable(True) for field in arrow_schema(USER_PURCHASE)]
    schema = pa.schema([*fields, pa.field(DAY_PARTITION, pa.date32())])
    texts = ", ".join(field.name for field in schema if pa.types.is_string(field.type))
    content = io.BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, FORCE_QUOTE ({texts}))") as copy,
    ):
        for piece in copy:
            content.write(piece)
    if not content.tell():
        return schema.empty_table()
    return csv.read_csv(
        pa.BufferReader(content.getbuffer()),
        csv.ReadOptions(column_names=schema.names),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def _by_day(lines: pa.Table, days: Sequence[date]) -> list[tuple[date, pa.Table]]:
    ordered = lines.sort_by([(DAY_PARTITION, "ascending"), ("line_number", "ascending")])
    places = ordered[DAY_PARTITION].cast(pa.int32()).to_numpy()
    epoch = date(1970, 1, 1)
    borders = np.searchsorted(places, [(day - epoch).days for day in days] + [(days[-1] - epoch).days + 1])
    rows = ordered.drop_columns([DAY_PARTITION])
    return [(day, rows.slice(borders[n], borders[n + 1] - borders[n])) for n, day in enumerate(days)]


def _totals(parts: Sequence[pa.Table]) -> Totals:
    count, amount = NO_LINES
    for rows in parts:
        quantity = rows["quantity"].cast(pa.decimal128(10, 0))
        amount += pc.sum(pc.multiply(quantity, rows["unit_price"])).as_py() or Decimal(0)
        count += rows.num_rows
    return count, amount
