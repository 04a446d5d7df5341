"""Collections from the stand-in of TMDB, as tests run them: here, or in a process that can be killed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sakila_platform.catalogue.raw.paths import RawSubject
from sakila_platform.catalogue.raw.zone import files_of_day
from sakila_platform.catalogue.tmdb.answer_cache import AnswerCache
from sakila_platform.catalogue.tmdb.client import Access, TmdbClient
from sakila_platform.catalogue.tmdb.collection import CollectionOutcome, CollectionWork, Scope, collect_day
from sakila_platform.catalogue.tmdb.wanted_titles import wanted_imdb_ids
from sakila_platform.catalogue.tmdb_stand_in.serving import TOKEN
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.raw_files import LakeFiles

SCOPE = Scope(first_year=2015, pages_per_year=5, refresh_days=30)


def access(url: str, token: str = TOKEN) -> Access:
    """The stand-in asked without waiting."""
    return Access(url, token, 100_000, timeout_seconds=5, back_off_seconds=0.01, longest_wait_seconds=2)


@dataclass(frozen=True)
class Place:
    """Where a collection is put, and what it is asked of."""

    lake: str
    url: str
    cache: Path | None

    @property
    def zone(self) -> LakeFiles:
        """Its raw zone."""
        return LakeFiles(open_lake(self.lake))

    def collect(self, day: date, scope: Scope = SCOPE, asked: Access | None = None) -> CollectionOutcome:
        """Collect a day."""
        cache = AnswerCache(self.cache, day)
        try:
            work = CollectionWork(self.zone, TmdbClient(asked or access(self.url)), cache, lambda _: None)
            return collect_day(work, day, scope, wanted_imdb_ids(self.zone, day))
        finally:
            cache.close()

    def records(self, about: RawSubject, day: date) -> list[Any]:
        """What raw has of a subject and day."""
        files = files_of_day(self.zone, about, day)
        return [record for file in files for record in json.loads(self.zone.read(file.path))]

    def contents(self) -> Mapping[str, bytes]:
        """Everything in raw, by path."""
        return {path: self.zone.read(path) for path in self.zone.paths("Raw/")}
