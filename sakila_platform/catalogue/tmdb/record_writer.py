"""Records on their way to raw: gathered by subject, published in files, noted in the checkpoint once they are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sakila_platform.catalogue.raw.paths import RawSubject
from sakila_platform.catalogue.raw.zone import RawZone
from sakila_platform.catalogue.tmdb.checkpoint import Checkpoint
from sakila_platform.catalogue.tmdb.record_files import MOST_BYTES, MOST_RECORDS, content_of, one_line

_BETWEEN = len(b",\n")
_AROUND = len(b"[\n\n]\n")


@dataclass
class _Gathered:
    records: list[str] = field(default_factory=list)
    led_to: dict[str, Any] = field(default_factory=dict)
    size: int = _AROUND


class RecordWriter:
    """Gathers a day's records. What was added counts as had only when its file is published."""

    def __init__(self, zone: RawZone, checkpoint: Checkpoint) -> None:
        self._zone = zone
        self._checkpoint = checkpoint
        self._gathered: dict[RawSubject, _Gathered] = {}

    def add(self, about: RawSubject, question: str, text: str, led_to: Any) -> None:
        """Add a record (a JSON text), the question that it answers, and what that leads to."""
        record = one_line(text)
        size = len(record.encode()) + _BETWEEN
        if self._gathered.get(about, _Gathered()).size + size > MOST_BYTES:
            self._publish(about)
        gathered = self._gathered.setdefault(about, _Gathered())
        gathered.records.append(record)
        gathered.led_to[question] = led_to
        gathered.size += size
        if len(gathered.records) == MOST_RECORDS:
            self._publish(about)

    def flush(self) -> None:
        """Publish all that was gathered."""
        for about in list(self._gathered):
            self._publish(about)

    def _publish(self, about: RawSubject) -> None:
        gathered = self._gathered.pop(about, None)
        if gathered is None:
            return
        number = self._checkpoint.files.get(about.subject, 0) + 1
        file = about.file(self._checkpoint.day, f"{about.words}_{number:04d}.json")
        self._zone.publish(file.path, content_of(gathered.records))
        self._checkpoint.add_file(about.subject, gathered.led_to)
        self._checkpoint.save(self._zone)
