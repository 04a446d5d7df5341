"""Whether a day that has not ended has all that its sources have by now: files, TMDB's answers, sub-genres."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pyarrow.parquet as pq

from sakila_platform.catalogue.csv.files import CSV_FILES
from sakila_platform.catalogue.declared_terms import subgenre_terms
from sakila_platform.catalogue.raw.zone import RawZone
from sakila_platform.catalogue.refined_tables import DIM_SUBGENRE, OTHER
from sakila_platform.catalogue.tmdb.checkpoint import checkpoint_of
from sakila_platform.lake.files import Lake
from sakila_platform.lake.raw_files import LakeFiles
from sakila_platform.model.naming import data_file

_CHUNK = 1024**2


def is_up_to_date(lake: Lake, folder: Path, day: date) -> bool:
    """Whether raw has the folder's CSV files and a complete collection of the day, and the star its sub-genres.

    Raises PlatformError when the lake, or the table of sub-genres, can't be read.
    """
    zone = LakeFiles(lake)
    return checkpoint_of(zone, day).is_complete and _has_files(zone, folder, day) and _has_terms(lake)


def _has_files(zone: RawZone, folder: Path, day: date) -> bool:
    for file in CSV_FILES:
        here, raw = folder / file.file, file.raw.file(day, file.file).path
        if not here.exists() or raw not in zone.paths(file.raw.day_prefix(day)):
            return False
        with here.open("rb") as one, zone.opened(raw) as other:
            if not _are_same(one, other):
                return False
    return True


def _are_same(one: BinaryIO, other: BinaryIO) -> bool:
    while (chunk := one.read(_CHUNK)) == other.read(_CHUNK):
        if not chunk:
            return True
    return False


def _has_terms(lake: Lake) -> bool:
    path = data_file(DIM_SUBGENRE.name)
    if not any(file.path == path for file in lake.files(path.rpartition("/")[0] + "/")):
        return False
    declared: dict[str, list[str]] = {OTHER: []}
    for row in subgenre_terms().to_pylist():
        declared.setdefault(row["subgenre"], []).append(f"{row['kind']} {row['term'].lower()}")
    there = pq.read_table(io.BytesIO(lake.read(path))).to_pylist()
    return {row["subgenre_id"]: row["terms"] for row in there} == {
        subgenre: ", ".join(sorted(terms)) for subgenre, terms in declared.items()
    }
