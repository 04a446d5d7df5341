"""Days run as a schedule runs them: each in the night after it, so that its captures are timely."""

from __future__ import annotations

from datetime import date, timedelta

from sakila_platform.model.days import days_between
from sakila_platform_tests.platform import Platform


def run_nightly(platform: Platform, first: str, last: str = "") -> None:
    """Run each of these days by itself, at 02:00 of the day after."""
    for day in days_between(date.fromisoformat(first), date.fromisoformat(last or first)):
        platform.clock_stands_at(f"{day + timedelta(days=1)} 02:00")
        platform.run(str(day))


def rebuild_warehouse(platform: Platform, *runs: tuple[str, str]) -> None:
    """Drop the warehouse and load these ranges of days into a fresh one, in this order."""
    platform.warehouse(f"DROP DATABASE `{platform.warehouse_address.database}`")
    for first, last in runs:
        platform.run(first, last, layers=["warehouse"])
