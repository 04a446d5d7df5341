"""Files of records: JSON arrays with a record on a line, of one structure, at most 100 records and 10 MB. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sakila_platform.catalogue.raw.paths import JSON, TMDB, RawSubject

MOST_RECORDS = 100
MOST_BYTES = 10_000_000

DISCOVERED_MOVIES = RawSubject(TMDB, JSON, "DiscoveredMovies")
DISCOVERED_SERIES = RawSubject(TMDB, JSON, "DiscoveredSeries")
MOVIES = RawSubject(TMDB, JSON, "Movies")
SERIES = RawSubject(TMDB, JSON, "Series")
FOUND = RawSubject(TMDB, JSON, "Found")
MISSING = RawSubject(TMDB, JSON, "Missing")
UNUSABLE = RawSubject(TMDB, JSON, "Unusable")
RECORDS = {
    DISCOVERED_MOVIES: "One record per page of a year's horror films, as TMDB answered it.",
    DISCOVERED_SERIES: "One record per page of the series with the horror keyword, as TMDB answered it.",
    MOVIES: "One record per film, with its credits, keywords and external ids, as TMDB answered it.",
    SERIES: "One record per series, with its credits, keywords and external ids, as TMDB answered it.",
    FOUND: "One record per IMDb id looked for: `imdb_id`, and as `answer` what TMDB answered.",
    MISSING: "One record per question that TMDB answered with 404: `request`, and that `answer`.",
    UNUSABLE: "One record per question without a usable answer: `request` and the `reason`.",
}
"""What each file of a subject holds."""


def one_line(text: str) -> str:
    """A JSON text on one line: as it came, but for the line breaks, which JSON has between its words only."""
    return text.strip().replace("\r", " ").replace("\n", " ")


def content_of(records: Sequence[str]) -> bytes:
    """The file of some records, each a JSON text on one line."""
    return ("[\n" + ",\n".join(records) + "\n]\n").encode("utf-8")


@dataclass(frozen=True)
class Records:
    """What a file holds: its records, and the lines that are none with the reason."""

    records: list[Any]
    rejected: list[tuple[str, str]] = field(default_factory=list)


def records_of(content: bytes) -> Records:
    """The records of a file. Of one that was cut off or damaged, those lines that are whole."""
    text = content.decode("utf-8", errors="replace")
    try:
        document = json.loads(text)
    except ValueError:
        return _whole_lines(text)
    return Records(document if isinstance(document, list) else [document])


def _whole_lines(text: str) -> Records:
    found = Records([])
    lines = [line.strip() for line in text.strip().split("\n")]
    for line in lines:
        bare = line.removesuffix(",")
        if bare in ("", "[", "]"):
            continue
        try:
            found.records.append(json.loads(bare))
        except ValueError:
            # Where in the line is no part of the reason: reasons are counted.
            found.rejected.append((line, "the line is no JSON"))
    if not lines or lines[-1] != "]":
        found.rejected.append(("", "the file was cut off"))
    return found
