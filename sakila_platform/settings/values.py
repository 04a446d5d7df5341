"""What the texts of settings mean: each function here reads one kind of text, or says what to give instead.

They raise ValueError; `settings` adds which setting it is and what it is for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        value = int(text) if text.lstrip("-").isdigit() else None
        if value is None or not low <= value <= high:
            raise ValueError(f"give a whole number from {low} to {high}")
        return value

    return parse


def share(text: str) -> float:
    """A share from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise ValueError("give a share from 0 to 1, such as 0.01")
    return value


def day(text: str) -> date:
    """A day, as ISO 8601 writes it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("give a day as YYYY-MM-DD") from None


def time_zone(text: str) -> ZoneInfo:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("give an IANA time zone, such as America/Bogota") from None


def optional_instant(text: str) -> datetime | None:
    """An instant with its offset; None for an empty text."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("give an instant such as 2005-06-01T12:00:00+00:00") from None
    if instant.tzinfo is None:
        raise ValueError("give the instant with its offset, such as +00:00")
    return instant


def hours(text: str) -> tuple[int, int]:
    """Opening and closing hour, such as 9-21."""
    opens, _, closes = text.partition("-")
    if not (opens.isdigit() and closes.isdigit() and 0 <= int(opens) < int(closes) <= 24):
        raise ValueError("give opening and closing hour, such as 9-21")
    return int(opens), int(closes)


def matching(pattern: str, usage: str) -> Callable[[str], str]:
    """A text that matches a pattern as a whole."""

    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(usage)
        return text

    return parse


def state_folder(text: str) -> Path:
    """A folder in which Dagster can keep its runs: it writes the path into SQLite's address, where a '?' ends it."""
    folder = Path(text)
    if "?" in str(folder.resolve()):
        raise ValueError(
            f"a '?' can't be in the path of the state folder, which is {folder.resolve()}; name another folder"
        )
    return folder


def plain_text(text: str) -> str:
    """Any text."""
    return text


def signing_key(text: str) -> str:
    """A key that is long enough to sign with, or none."""
    if text and len(text) < 32:
        raise ValueError("give at least 32 random characters, or leave it empty")
    return text


def origins(text: str) -> tuple[str, ...]:
    """Origins of web pages, comma-separated."""
    named = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    for origin in named:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("give origins such as https://shop.example, separated by commas")
    return named


def identifiers(pattern: str, usage: str) -> Callable[[str], tuple[str, ...]]:
    """Names that each match a pattern, comma-separated."""

    def parse(text: str) -> tuple[str, ...]:
        names = tuple(name.strip() for name in text.split(",") if name.strip())
        if not all(re.fullmatch(pattern, name) for name in names):
            raise ValueError(usage)
        return names

    return parse


def yes_or_no(text: str) -> bool:
    """A switch."""
    if text.lower() not in ("yes", "no"):
        raise ValueError("give yes or no")
    return text.lower() == "yes"


def browsers(text: str) -> dict[str, str]:
    """The browser that comes with each operating system, by a word of the system's name, lower case."""
    table: dict[str, str] = {}
    for pair in (part.strip() for part in text.split(",") if part.strip()):
        system, _, browser = (part.strip() for part in pair.partition("="))
        if not (browser and re.fullmatch(r"[A-Za-z0-9]+", system)) or system.lower() in table:
            raise ValueError("give a word of each system's name, once, and its browser: windows=Edge,linux=Firefox")
        table[system.lower()] = browser
    return table
