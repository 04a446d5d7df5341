"""Purchases of reviews' customers, loaded from a file."""

from __future__ import annotations

from pathlib import Path

from sakila_platform.databases.postgres.address import connected
from sakila_platform.declarations.demonstration import Report
from sakila_platform.reviews.databases import PURCHASES_DATABASE
from sakila_platform.reviews.purchases.lines import PurchaseFile
from sakila_platform.reviews.purchases.table import load_purchases


def load_purchase_file(file: Path, report: Report) -> str:
    """Replace the purchases by a file's. Returns what was loaded, for people. Raises PlatformError."""
    # Before a server is started for it.
    purchases = PurchaseFile.open(file)
    report(f"{file} is read as {purchases.form.quoting.value}")
    with connected(PURCHASES_DATABASE.address(report)) as connection:
        loaded = load_purchases(connection, purchases, report)
    if not (loaded.first and loaded.last):
        return f"{file} has no purchases; there are none now."
    first, last = loaded.first.date(), loaded.last.date()
    return (
        f"{loaded.rows:,} lines of purchases, {first} to {last}. "
        f"Run their days: `sakila-platform run reviews --from {first} --to {last}`."
    )
