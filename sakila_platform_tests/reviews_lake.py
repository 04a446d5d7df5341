"""The star of reviews drawn by hand: small tables of reviews and purchases become days of `final` in a lake."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from sakila_platform.lake.files import Lake
from sakila_platform.lake.parquet_files import encode_parquet
from sakila_platform.model.contracts import UNKNOWN_TEXT, Table, arrow_schema
from sakila_platform.model.days import day_key
from sakila_platform.model.naming import data_file, day_partition
from sakila_platform.reviews import star

PLACES = {
    "California": ("West", "Pacific"),
    "Kansas": ("Midwest", "West North Central"),
    "New York": ("Northeast", "Middle Atlantic"),
    "Ohio": ("Midwest", "East North Central"),
    "Oregon": ("West", "Pacific"),
    "Puerto Rico": (None, None),
    "Texas": ("South", "West South Central"),
}
BROWSERS = {
    "Apple MacOs": "Safari",
    "Apple iOS": "Safari",
    "Google Android": "Chrome",
    "Linux": "Firefox",
    "Microsoft Windows": "Edge",
}


def write_day(lake: Lake, day: str, reviews: str = "", purchases: str = "") -> None:
    """Publish a day of the star.

    `reviews` is a drawn table with customer, written (day), device, location, os and good (1 or 0); `purchases` has
    customer (0: nobody knows) and amount. What a day lacks is an empty day.
    """
    of = date.fromisoformat(day)
    write_tables(lake, of, _tables(of, drawn(reviews), drawn(purchases)))


def drawn(text: str) -> list[dict[str, str]]:
    """The rows of a drawn table, by column."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def write_tables(lake: Lake, day: date, tables: Mapping[Table, list[dict[str, Any]]]) -> None:
    """Publish these rows as a day of these tables."""
    for of, rows in tables.items():
        content = encode_parquet(pa.Table.from_pylist(rows, arrow_schema(of)))
        lake.publish(data_file(of.name, day_partition(day)), content)


def key_of(name: str) -> int:
    """A member's key, the same on every day; 0 is Unknown's."""
    return 0 if name == UNKNOWN_TEXT else zlib.crc32(name.encode()) + 1


def _tables(
    day: date, reviews: list[dict[str, Any]], purchases: list[dict[str, Any]]
) -> dict[Table, list[dict[str, Any]]]:
    facts: dict[tuple, list[int]] = defaultdict(list)
    for row in reviews:
        written = day_key(date.fromisoformat(row["written"]))
        members = [row["device"], row["location"], row["os"], browser_of(row["os"])]
        facts[(int(row["customer"]), written, *map(key_of, members))].append(int(row["good"]))
    session = ("customer_id", "date_key", "device_key", "location_key", "os_key", "browser_key")
    spent: dict[int, list[Decimal]] = defaultdict(list)
    for row in purchases:
        spent[int(row["customer"])].append(Decimal(row["amount"]))
    named = {column: _members(row[column] for row in reviews) for column in ("device", "location", "os")}
    browsers = _members(browser_of(name) for name in named["os"])
    return {
        star.DIM_DEVICES: [{"device_key": key_of(n), "device": n} for n in named["device"]],
        star.DIM_LOCATION: [
            {"location_key": key_of(n), "location": n, "census_region": region, "census_division": division}
            for n in named["location"]
            for region, division in [PLACES.get(n, (None, None))]
        ],
        star.DIM_OS: [{"os_key": key_of(n), "os": n, "is_apple": n.startswith("Apple")} for n in named["os"]],
        star.DIM_BROWSER: [{"browser_key": key_of(n), "browser": n} for n in browsers],
        star.FACT_MOVIE_ANALYTICS: [
            {
                **dict(zip(session, key, strict=True)),
                "review_score": sum(good),
                "review_count": len(good),
                "insert_date": day,
            }
            for key, good in facts.items()
        ],
        star.FACT_CUSTOMER_SPENDING: [
            {"customer_id": who, "date_key": day_key(day), "amount_spent": sum(paid), "line_count": len(paid)}
            for who, paid in spent.items()
        ],
    }


def browser_of(os: str) -> str:
    """The browser of an operating system."""
    return BROWSERS.get(os, UNKNOWN_TEXT)


def _members(names: Iterable[str]) -> list[str]:
    return sorted({UNKNOWN_TEXT, *names})
