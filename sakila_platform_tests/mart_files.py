"""Marts for tests of dashboards, without a shop: two periods of business, quiet months between, awkward names."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.dashboards.mart_contracts import read_mart_contracts
from sakila_platform.lake.files import Lake
from sakila_platform.model.naming import mart_file
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT

LAST_DAY = date(2006, 6, 10)
STORES = {1: "Lethbridge", 2: 'Wood"ridge & <b>Söns</b>'}
CATEGORIES = ["Action", "Children", "Sci-Fi", "</script><script>alert(1)</script>"]
CUSTOMERS = dict(enumerate(["ANA PEÑA", "JOE O'NEIL", "ANA PEÑA", "<!--X--> Y", "李 小龙", "Z, A"], 1))
FILMS = {n: (f"FILM {n:02}", CATEGORIES[n % 4]) for n in range(1, 21)}
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
HOLIDAY = date(2006, 5, 1)
_TYPES = {
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "varchar": pa.string(),
}


def write_marts(lake: Lake) -> None:
    """Publish the marts that dashboards read, each with the columns and types of its contract."""
    drawn = random.Random(42)
    rentals = list(_rentals(drawn))
    rows = {
        "rentals": rentals,
        "rentals_by_day": list(_by_day(rentals, drawn)),
        "rentals_by_film": list(_by_film(rentals)),
    }
    for mart, contract in read_mart_contracts(MARTS_PROJECT).items():
        if mart in rows:
            publish_mart(lake, mart, contract, rows[mart])


def publish_mart(lake: Lake, mart: str, contract: dict[str, str], rows: list[dict[str, Any]]) -> None:
    """Put these rows into the lake as that mart; a column that a row lacks is null."""
    schema = pa.schema([(name, _TYPES.get(kind) or pa.decimal128(18, 2)) for name, kind in contract.items()])
    table = pa.Table.from_pylist([{name: row.get(name) for name in contract} for row in rows], schema)
    content = io.BytesIO()
    pq.write_table(table, content)
    lake.publish(mart_file(mart), content.getvalue())


def _days() -> Iterator[date]:
    for first, length in ((date(2005, 6, 1), 45), (date(2006, 4, 27), 45)):
        for passed in range(length):
            # Days without business: a few here and there.
            if passed % 11 != 7:
                yield first + timedelta(days=passed)


def _rentals(drawn: random.Random) -> Iterator[dict[str, Any]]:
    rental_id = 0
    for day in _days():
        for _ in range(drawn.randrange(1, 30)):
            rental_id += 1
            film = drawn.randrange(1, 18)
            store, customer = drawn.choice(list(STORES)), drawn.choice(list(CUSTOMERS))
            yield {
                "rental_id": rental_id,
                "rental_date": day,
                "rental_hour": drawn.randrange(9, 21),
                "day_of_week": day.isoweekday(),
                "day_name": WEEKDAYS[day.weekday()],
                "customer_id": customer,
                "customer": CUSTOMERS[customer],
                "film_id": film,
                "category": FILMS[film][1],
                "store_id": store,
                "store": STORES[store],
                "amount": Decimal(drawn.randrange(99, 999)) / 100,
            }


def _by_day(rentals: list[dict[str, Any]], drawn: random.Random) -> Iterator[dict[str, Any]]:
    for day in _days():
        for store, name in STORES.items():
            for category in CATEGORIES:
                mine = [
                    r for r in rentals if (r["rental_date"], r["store_id"], r["category"]) == (day, store, category)
                ]
                returns = drawn.randrange(0, 9)
                yield {
                    "date": day,
                    "day_of_week": day.isoweekday(),
                    "day_name": WEEKDAYS[day.weekday()],
                    "is_weekend": day.isoweekday() > 5,
                    "is_holiday": day == HOLIDAY,
                    "holiday_name": "Día del Trabajo" if day == HOLIDAY else None,
                    "store_id": store,
                    "store": name,
                    "category": category,
                    "rentals": len(mine),
                    "returns": returns,
                    "late_returns": drawn.randrange(0, returns + 1),
                    "revenue": sum((r["amount"] for r in mine), Decimal(0)),
                    "rentals_7_day_mean": drawn.randrange(0, 99) / 7,
                }


def _by_film(rentals: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    months = sorted({r["rental_date"].replace(day=1) for r in rentals})
    for month in months:
        for film, (title, category) in FILMS.items():
            for store, name in STORES.items():
                mine = [r for r in rentals if (r["film_id"], r["store_id"]) == (film, store)]
                yield {
                    "month_start_date": month,
                    "film_id": film,
                    "title": title,
                    "category": category,
                    "rental_rate": Decimal("0.99") + film % 3,
                    "store_id": store,
                    "store": name,
                    "rentals": sum(r["rental_date"].replace(day=1) == month for r in mine),
                }


LARGE_FIRST_DAY, LARGE_DAYS, LARGE_RENTALS = date(2005, 5, 24), 730, 850_000
_LARGE_STORES, _LARGE_CATEGORIES, _LARGE_CUSTOMERS, _LARGE_FILMS = 2, 16, 599, 1_000
# Spread evenly and without a pattern by a hash, the same each time.
_LARGE = {
    "rentals": """
        SELECT *, 'Store ' || store_id AS store, 'CUSTOMER ' || customer_id AS customer,
            'Category ' || (1 + film_id % {categories}) AS category, dayname(rental_date) AS day_name,
            cast(isodow(rental_date) AS integer) AS day_of_week, 0.99 + film_id % 5 AS amount
        FROM (
            SELECT number AS rental_id, DATE '{first}' + cast(number * {days} // {rentals} AS integer) AS rental_date,
                cast(hash(number * 10 + 1) % 24 AS integer) AS rental_hour,
                cast(1 + hash(number * 10 + 2) % {customers} AS integer) AS customer_id,
                cast(1 + hash(number * 10 + 3) % {films} AS integer) AS film_id,
                cast(1 + hash(number * 10 + 4) % {stores} AS integer) AS store_id
            FROM range({rentals}) AS numbers(number)
        )""",
    "rentals_by_day": """
        SELECT rental_date AS date, day_of_week, day_name, day_of_week > 5 AS is_weekend, false AS is_holiday,
            store_id, store, category, count(*) AS rentals, count(*) AS returns, count(*) // 5 AS late_returns,
            sum(amount) AS revenue, count(*) / 7 AS rentals_7_day_mean
        FROM rentals GROUP BY ALL""",
    "rentals_by_film": """
        SELECT cast(date_trunc('month', rental_date) AS date) AS month_start_date, film_id, 'FILM ' || film_id AS title,
            category, 0.99 + film_id % 5 AS rental_rate, store_id, store, count(*) AS rentals
        FROM rentals GROUP BY ALL""",
}


def write_large_marts(lake: Lake) -> None:
    """The marts of rentals as a shop with 850,000 rentals in two years has them."""
    contracts = read_mart_contracts(MARTS_PROJECT)
    values = {
        "first": LARGE_FIRST_DAY,
        "days": LARGE_DAYS,
        "rentals": LARGE_RENTALS,
        "stores": _LARGE_STORES,
        "categories": _LARGE_CATEGORIES,
        "customers": _LARGE_CUSTOMERS,
        "films": _LARGE_FILMS,
    }
    with duckdb.connect() as connection:
        for mart, sql in _LARGE.items():
            connection.execute(f"CREATE TABLE {mart} AS {sql.format(**values)}")
            there = connection.sql(f"FROM {mart}").columns
            columns = [
                f"CAST({name if name in there else 'NULL'} AS {kind}) AS {name}"
                for name, kind in contracts[mart].items()
            ]
            content = io.BytesIO()
            found = connection.execute(f"SELECT {', '.join(columns)} FROM {mart}").fetch_arrow_table()
            pq.write_table(found, content, compression="zstd")
            lake.publish(mart_file(mart), content.getvalue())
