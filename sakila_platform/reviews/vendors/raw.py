"""The raw zone of reviews: where vendors' files are, what they are called, and how one gets there whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from sakila_platform.lake.files import Lake
from sakila_platform.model.naming import DAY_PARTITION, day_partition
from sakila_platform.reviews.source import VENDOR_FILES, VendorFile

_PIECE = 1024**2


@dataclass(frozen=True, order=True)
class Delivery:
    """A vendor's file of a day, as the raw zone lists it. `version` changes when the file is written or replaced."""

    day: date
    vendor: VendorFile
    size: int
    version: str

    @property
    def path(self) -> str:
        """Where it is in the lake."""
        return raw_path(self.vendor, self.day)


def raw_folder(vendor: VendorFile, day: date | str) -> str:
    """The folder of a day's file within the lake, with its closing slash."""
    return f"{vendor.raw.path}/{day_partition(day)}/"


def raw_path(vendor: VendorFile, day: date | str) -> str:
    """Where a day's file is within the lake: `raw/reviews/movie_review/dt=2021-04-25/movie_review.csv`."""
    return vendor.path(day)


def deliveries(lake: Lake) -> tuple[list[Delivery], list[str]]:
    """Every file of the raw zone, in order of days; and the paths of files that are not what vendors deliver."""
    found: list[Delivery] = []
    strays: list[str] = []
    for vendor in VENDOR_FILES:
        for file in lake.files(f"{vendor.raw.path}/"):
            day = _day_of(file.path, vendor)
            if file.path.endswith("/"):
                # What consoles of S3 show as an empty folder.
                continue
            if day is None:
                strays.append(file.path)
            else:
                found.append(Delivery(day, vendor, file.size, file.version))
    return sorted(found, key=lambda delivery: (delivery.day, delivery.path)), sorted(strays)


def content_hash(lake: Lake, delivery: Delivery) -> str | None:
    """A text that is equal only for equal content; None when the file was replaced, written to or removed meanwhile."""
    try:
        with Path(lake.local_files([delivery.path])[0]).open("rb") as file:
            content = hash_of(file)
    except FileNotFoundError:
        return None
    after = _listed(lake, delivery)
    return content if after == (delivery.size, delivery.version) else None


def hash_of(file: BinaryIO) -> str:
    """A text that is equal only for equal content, of what is left of an open file."""
    digest = hashlib.blake2b(digest_size=16)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def deliver(lake: Lake, vendor: VendorFile, day: date, file: Path, report: Callable[[str], None]) -> bool:
    """Put a local file into the raw zone as a day's, whole or not at all. False when it was there already."""
    return lake.take_in(raw_path(vendor, day), file, report)


def _listed(lake: Lake, delivery: Delivery) -> tuple[int, str] | None:
    folder = raw_folder(delivery.vendor, delivery.day)
    return next(((file.size, file.version) for file in lake.files(folder) if file.path == delivery.path), None)


def _day_of(path: str, vendor: VendorFile) -> date | None:
    """The day whose file a path is; None for any other path."""
    for part in _partitions_in(path):
        try:
            day = date.fromisoformat(part)
        except ValueError:
            return None
        return day if path == raw_path(vendor, day) else None
    return None


def _partitions_in(path: str) -> Iterator[str]:
    prefix = f"{DAY_PARTITION}="
    return (part.removeprefix(prefix) for part in path.split("/") if part.startswith(prefix))
