"""Generated sources put where vendors and the retailer put theirs: for the demonstration and for tests."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import psycopg

from sakila_platform.lake.files import Lake
from sakila_platform.reviews.generated.purchases import write_purchases
from sakila_platform.reviews.generated.vendor_files import write_vendor_files
from sakila_platform.reviews.purchases.lines import PurchaseFile
from sakila_platform.reviews.purchases.table import LoadedPurchases, load_purchases
from sakila_platform.reviews.source import VENDOR_FILES
from sakila_platform.reviews.vendors.raw import deliver, raw_path

DEMO_REVIEWS = 2_000
DEMO_PURCHASES = 20_000


def deliver_days(
    lake: Lake, days: Iterable[date], report: Callable[[str], None], reviews: int = DEMO_REVIEWS
) -> list[date]:
    """Vendors' files of these days, each with so many reviews; days that have another's file are left as they are.

    A day whose delivery was cut off gets what it lacks. Returns the days that were delivered.
    """
    delivered = []
    with tempfile.TemporaryDirectory() as folder:
        for day in days:
            if all(lake.exists(raw_path(vendor, day)) for vendor in VENDOR_FILES):
                continue
            files = write_vendor_files(Path(folder), day, reviews)
            if all(_is_free(lake, raw_path(vendor, day), file) for vendor, file in files.items()):
                for vendor, file in files.items():
                    deliver(lake, vendor, day, file, report)
                delivered.append(day)
    return delivered


def _is_free(lake: Lake, path: str, file: Path) -> bool:
    """Whether there is nothing yet, or this very file."""
    return not lake.exists(path) or lake.read(path) == file.read_bytes()


def purchase(
    connection: psycopg.Connection, days: tuple[date, date], report: Callable[[str], None], lines: int = DEMO_PURCHASES
) -> LoadedPurchases:
    """So many lines of purchases over these days, from the first to the last, in place of those in the table."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "purchases.csv"
        write_purchases(file, lines, *days)
        return load_purchases(connection, PurchaseFile.open(file), report)
