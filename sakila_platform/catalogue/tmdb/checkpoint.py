"""How far a day's collection from TMDB has come: what is in raw, so that nobody asks for it again.

It is a file beside raw, `Checkpoint/TMDB/JSON/Day/2022/05/02/checkpoint.json`, written after each file of records. One
that died between the two has its last file written again, under the same name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sakila_platform.catalogue.raw.paths import CHECKPOINT, JSON, TMDB, RawSubject
from sakila_platform.catalogue.raw.zone import RawZone, days_with_files
from sakila_platform.errors import PlatformError

DAYS = RawSubject(TMDB, JSON, "Day", CHECKPOINT)
_FILE = "checkpoint.json"


@dataclass
class Checkpoint:
    """What a day has: files and records by subject, and each subject's answered questions, with what they led to."""

    day: date
    is_complete: bool = False
    files: dict[str, int] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    answered: dict[str, dict[str, Any]] = field(default_factory=dict)

    def led_to(self, subject: str) -> Mapping[str, Any]:
        """What each answered question of a subject led to."""
        return self.answered.get(subject, {})

    def add_file(self, subject: str, records: Mapping[str, Any]) -> None:
        """A file was published, with these questions' answers in it."""
        self.files[subject] = self.files.get(subject, 0) + 1
        self.records[subject] = self.records.get(subject, 0) + len(records)
        self.answered.setdefault(subject, {}).update(records)

    def save(self, zone: RawZone) -> None:
        """Put it into the lake."""
        content = {
            "is_complete": self.is_complete,
            "files": self.files,
            "records": self.records,
            "answered": self.answered,
        }
        zone.publish(DAYS.file(self.day, _FILE).path, json.dumps(content, separators=(",", ":")).encode())


def checkpoint_of(zone: RawZone, day: date) -> Checkpoint:
    """The checkpoint of a day; an empty one for a day that was not begun. Raises PlatformError when it is damaged."""
    path = DAYS.file(day, _FILE).path
    if path not in zone.paths(DAYS.day_prefix(day)):
        return Checkpoint(day)
    try:
        content = json.loads(zone.read(path))
        return Checkpoint(day, content["is_complete"], content["files"], content["records"], content["answered"])
    except (ValueError, KeyError, TypeError):
        raise PlatformError(
            f"{path} is damaged. Remove it and the files of that day below Raw/TMDB, then run {day} again."
        ) from None


def checkpoints_before(zone: RawZone, day: date, days: int) -> Iterable[Checkpoint]:
    """The checkpoints of so many days before a day, the oldest first."""
    first = day - timedelta(days=days)
    return [checkpoint_of(zone, each) for each in days_with_files(zone, DAYS) if first <= each < day]
