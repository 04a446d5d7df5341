"""The raw zone as the catalogue reads and writes it: files of a subject by day. On a lake, or on a bucket alone.

A Lambda function has no room for what the lake's Parquet needs, so it stands on the bucket; both are seen alike here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import BinaryIO, Protocol

from sakila_platform.catalogue.raw.paths import RawFile, RawSubject, read_raw_path


class RawZone(Protocol):
    """Files by their paths within the lake. Every method raises PlatformError, in one line, when it can't."""

    def paths(self, prefix: str) -> Iterable[str]:
        """The paths of all files below a folder, given with its closing slash."""

    def read(self, path: str) -> bytes:
        """A file's content."""

    def opened(self, path: str) -> BinaryIO:
        """A file's content to be read piece by piece; close it."""

    def publish(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all."""


def days_with_files(zone: RawZone, about: RawSubject) -> dict[date, list[RawFile]]:
    """The raw files of a subject by the day they were taken in, days and files in order."""
    found = sorted(file for file in map(read_raw_path, zone.paths(about.prefix)) if file and file.about == about)
    days: dict[date, list[RawFile]] = {}
    for file in found:
        days.setdefault(file.day, []).append(file)
    return days


def files_of_day(zone: RawZone, about: RawSubject, day: date) -> list[RawFile]:
    """The raw files of a subject that were taken in on a day, in order."""
    found = (read_raw_path(path) for path in zone.paths(about.day_prefix(day)))
    return sorted(file for file in found if file and file.about == about)


def newest_files(zone: RawZone, about: RawSubject, until: date) -> list[RawFile]:
    """The raw files of a subject's newest day, not after `until`; none where there is no such day."""
    days = {day: files for day, files in days_with_files(zone, about).items() if day <= until}
    return days[max(days)] if days else []
