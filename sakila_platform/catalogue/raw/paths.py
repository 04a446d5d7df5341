"""Where raw files of the catalogue are: `<zone>/<origin>/<format>/<subject>/<YYYY>/<MM>/<DD>/<file>`. Pure.

Paths are relative to the lake. `RawFile.path` makes one and `read_raw_path` reads one; nothing else knows the order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

RAW = "Raw"
CHECKPOINT = "Checkpoint"
LOCAL = "Local"
TMDB = "TMDB"
CSV = "CSV"
JSON = "JSON"

_WORD = r"[A-Za-z][A-Za-z0-9]*"
_PATH = re.compile(
    rf"(?P<zone>{_WORD})/(?P<origin>{_WORD})/(?P<format>{_WORD})/(?P<subject>{_WORD})"
    r"/(?P<year>[0-9]{4})/(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<file>[^/\x00-\x1f]+)",
    re.ASCII,
)


@dataclass(frozen=True, order=True)
class RawSubject:
    """What a folder of raw files is about: `Raw/Local/CSV/Movies`."""

    origin: str
    format: str
    subject: str
    zone: str = RAW

    @property
    def words(self) -> str:
        """The subject as file and asset names have it: `discovered_movies` for `DiscoveredMovies`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.subject).lower()

    @property
    def prefix(self) -> str:
        """The folder, with its closing slash."""
        return f"{self.zone}/{self.origin}/{self.format}/{self.subject}/"

    def day_prefix(self, day: date) -> str:
        """The folder of a day, with its closing slash."""
        return f"{self.prefix}{day:%Y/%m/%d}/" if day.year > 999 else f"{self.prefix}{day.year:04d}/{day:%m/%d}/"

    def file(self, day: date, name: str) -> RawFile:
        """A file of a day."""
        return RawFile(self, day, name)


@dataclass(frozen=True, order=True)
class RawFile:
    """A raw file: what it is about, the day it was taken in, and its name."""

    about: RawSubject
    day: date
    name: str

    @property
    def path(self) -> str:
        """Its path within the lake: `Raw/Local/CSV/Movies/2022/05/02/movies.csv`."""
        return self.about.day_prefix(self.day) + self.name


def read_raw_path(path: str) -> RawFile | None:
    """The raw file that a path within the lake names; None for any other path."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return RawFile(RawSubject(found["origin"], found["format"], found["subject"], found["zone"]), day, found["file"])
