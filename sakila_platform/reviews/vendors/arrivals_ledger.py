"""What has arrived and what of it was taken: each file once, a corrected one again, none missed. Pure.

A file is settled when two looks in a row see it alike: one that is still being written waits for the next look. What
others have run of files that no look has taken yet, as a run from a shell does, is learnt from stage.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from sakila_platform.reviews.source import VENDOR_FILES
from sakila_platform.reviews.vendors.raw import Delivery

# A day without one vendor's file is run without it when so much time has passed since the other's came.
PATIENCE_SECONDS = 3600.0


@dataclass(frozen=True)
class Entry:
    """What the ledger keeps of a path: what the last look saw and since when, its content, and the content taken."""

    size: int
    version: str
    since: float
    content: str = ""
    """Empty until it has settled and was read."""
    taken: str = ""
    """Empty when nothing of this path was taken yet."""

    @property
    def is_due(self) -> bool:
        """Whether it has settled with a content that was not taken."""
        return self.content not in ("", self.taken)


@dataclass(frozen=True)
class Ledger:
    """Entries by path, and how often each day was requested."""

    entries: dict[str, Entry] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> Ledger:
        """From the text that `written` gave; an empty ledger for none."""
        if not text:
            return cls()
        kept = json.loads(text)
        return cls({path: Entry(*fields) for path, fields in kept["files"].items()}, dict(kept["turns"]))

    def written(self) -> str:
        """The ledger as a text."""
        files = {path: [e.size, e.version, e.since, e.content, e.taken] for path, e in self.entries.items()}
        return json.dumps({"files": files, "turns": self.turns}, separators=(",", ":"))

    def content(self, delivery: Delivery) -> str:
        """The content that was last read of a file."""
        return self.entries[delivery.path].content


@dataclass(frozen=True)
class Look:
    """What a look found: the ledger after it, the days to be run with the files taken for them, the paths that wait.

    And the paths that others have run already.
    """

    ledger: Ledger
    days: dict[date, list[Delivery]]
    waiting: list[str]
    run_by_others: list[str]


@dataclass(frozen=True)
class Reading:
    """What a look reads: the content of a settled file (None: not known yet), and what stage has, by path."""

    content_of: Callable[[Delivery], str | None]
    taken_by_stage: Callable[[Sequence[Delivery]], Mapping[str, str]]


def look(ledger: Ledger, found: Sequence[Delivery], now: float, reading: Reading) -> Look:
    """Compare the raw zone with the ledger, and what no look has taken yet with stage."""
    entries = dict(ledger.entries)
    for delivery in found:
        entries[delivery.path] = _seen(entries.get(delivery.path), delivery, now, reading.content_of)
    # A path that a look has taken may have a run that goes on yet, so what stage has of it is not the last word.
    unknown = [file for file in found if entries[file.path].is_due and not entries[file.path].taken]
    taken = reading.taken_by_stage(unknown) if unknown else {}
    known = [file.path for file in unknown if taken.get(file.path) == entries[file.path].content]
    entries |= {path: replace(entries[path], taken=entries[path].content) for path in known}
    turns = dict(ledger.turns)
    days: dict[date, list[Delivery]] = {}
    waiting: list[str] = []
    for day, group in groupby(found, key=lambda delivery: delivery.day):
        files = list(group)
        due = [file for file in files if entries[file.path].is_due]
        unsettled = [file.path for file in files if not entries[file.path].content]
        if unsettled or not due:
            waiting += unsettled
        elif _is_complete(files) or _has_waited([entries[file.path] for file in files], now):
            days[day] = due
            turns[str(day)] = turns.get(str(day), 0) + 1
            entries |= {f.path: replace(entries[f.path], taken=entries[f.path].content) for f in due}
        else:
            waiting += [file.path for file in due]
    return Look(Ledger(entries, turns), days, waiting, known)


def _seen(before: Entry | None, delivery: Delivery, now: float, content_of: Callable[[Delivery], str | None]) -> Entry:
    if before is None:
        return Entry(delivery.size, delivery.version, now)
    if (before.size, before.version) != (delivery.size, delivery.version):
        return Entry(delivery.size, delivery.version, now, taken=before.taken)
    return before if before.content else replace(before, content=content_of(delivery) or "")


def _is_complete(files: Sequence[Delivery]) -> bool:
    """Whether every vendor has delivered. An empty file is one that has only been begun."""
    return len(files) == len(VENDOR_FILES) and all(file.size for file in files)


def _has_waited(entries: Sequence[Entry], now: float) -> bool:
    return max(entry.since for entry in entries) <= now - PATIENCE_SECONDS
