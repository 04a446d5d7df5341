"""What Spark is given of the project's SQL, of keys to read, and of days to publish: no session needed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pytest
import sqlglot
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlglot import exp

from sakila_platform.model.contracts import Table
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.rentals.source import RENTAL, STAGE_TABLES
from sakila_platform.rentals.star import DAILY_TABLES
from sakila_platform.spark.lake_views import spark_sql
from sakila_platform.spark.publishing import whole_days
from sakila_platform.spark.source.columns import file_schema, source_query
from sakila_platform.spark.source.jdbc import key_ranges


@pytest.mark.parametrize("table", DAILY_TABLES, ids=lambda table: table.name.table)
def test_a_query_of_final_reads_sessions_views_and_gives_the_contracts_columns(table: Table) -> None:
    query = (SQL_FOLDER / "rentals" / "final" / f"{table.name.table}.sql").read_text(encoding="utf-8")
    rendered = sqlglot.parse_one(spark_sql(query), read="spark")
    assert isinstance(rendered, exp.Query)
    assert set(rendered.named_selects) == {"dt", *table.column_names}
    within = {cte.alias for cte in rendered.find_all(exp.CTE)}
    read = [found for found in rendered.find_all(exp.Table) if found.name not in within]
    assert read
    assert all(found.name.startswith("stage_sakila__") and not found.db for found in read)


@pytest.mark.parametrize("table", STAGE_TABLES, ids=lambda table: table.name.table)
def test_the_source_is_asked_in_words_that_mysql_knows(table: Table) -> None:
    asked = sqlglot.parse_one(source_query(table, "`rental_id` > 5"), read="mysql")
    carried = [name for name in table.column_names if name != "captured_at"]
    assert isinstance(asked, exp.Query)
    assert asked.named_selects == [*carried, "partition_key"]


def test_a_contracts_types_are_the_same_in_arrow_and_spark() -> None:
    reported = {field.name: field.dataType.simpleString() for field in file_schema(RENTAL)}
    assert reported == {
        "rental_id": "int",
        "rental_date": "timestamp_ntz",
        "inventory_id": "int",
        "customer_id": "int",
        "return_date": "timestamp_ntz",
        "staff_id": "int",
        "last_update": "timestamp",
        "dt": "date",
    }


@given(st.integers(-10, 10**9), st.integers(0, 10**9), st.integers(1, 40), st.lists(st.integers(-(10**10), 10**10)))
def test_each_key_is_in_one_range_also_one_that_came_later(low: int, more: int, most: int, keys: list[int]) -> None:
    ranges = list(key_ranges((low, low + more), most))
    assert 1 <= len(ranges) <= most
    for key in [*keys, low, low + more]:
        held = [condition for condition in ranges if _holds(condition, key)]
        assert len(held) == 1


def _holds(condition: str, key: int) -> bool:
    tests = {">=": lambda bound: key >= bound, "<": lambda bound: key < bound, "=": lambda _: True}
    return all(tests[part.split()[1]](int(part.split()[2])) for part in condition.split(" AND "))


@hypothesis_settings(deadline=None)
@given(
    st.lists(st.tuples(st.one_of(st.none(), st.dates(date(2005, 5, 24), date(2005, 5, 30))), st.integers(0, 9))),
    st.lists(st.integers(1, 5), min_size=1),
)
def test_sorted_rows_are_given_back_day_by_day_however_they_come_in(
    rows: Sequence[tuple[date | None, int]], sizes: list[int]
) -> None:
    ordered = sorted(rows, key=lambda row: (row[0] is not None, row[0] or date.min))
    schema = pa.schema([("dt", pa.date32()), ("n", pa.int64())])
    batches, start = [], 0
    while start < len(ordered):
        size = sizes[len(batches) % len(sizes)]
        piece = ordered[start : start + size]
        batches.append(pa.RecordBatch.from_pylist([{"dt": day, "n": n} for day, n in piece], schema))
        start += size

    given_back = list(whole_days(batches))

    assert [day for day, _ in given_back] == list(dict.fromkeys(day for day, _ in ordered))
    assert [(day, n) for day, found in given_back for n in found["n"].to_pylist()] == ordered
