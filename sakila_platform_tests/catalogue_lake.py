"""A lake of the catalogue that tests fill with lines and answers one can see, and read as tables one can see."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from sakila_platform.catalogue.csv.files import CSV_FILES, NULL
from sakila_platform.catalogue.csv.history_build import build_history
from sakila_platform.catalogue.raw.paths import RawSubject
from sakila_platform.catalogue.refined_build import build_refined
from sakila_platform.catalogue.tmdb import record_files
from sakila_platform.catalogue.tmdb.trusted_tmdb import publish_tmdb_days
from sakila_platform.catalogue.trusted_tables import TMDB_TABLES
from sakila_platform.lake.location import open_lake
from sakila_platform.model.naming import TableName, data_file, day_partition
from sakila_platform.model.outcomes import Outcomes, TableDay
from sakila_platform_tests.tables import Rows

DAY = date(2022, 5, 2)
# Beside one bad line a test has no ninety-nine good ones; what a share does is tested by itself.
SHARE = 0.75
HORROR, COMEDY = {"id": 27, "name": "Horror"}, {"id": 35, "name": "Comedy"}
_FILES = {file.name: file for file in CSV_FILES}


@dataclass(frozen=True)
class CatalogueLake:
    """A lake in a folder, with the layers of the catalogue."""

    folder: Path

    def given_csv(self, name: str, drawn: str, day: date = DAY) -> None:
        """Put movies or series into raw: a drawn table of some of the file's columns; the others are null."""
        file = _FILES[name]
        columns, *rows = ([cell.strip() for cell in line.split("|")] for line in drawn.strip().splitlines())
        reported = [dict(zip(columns, row, strict=True)) for row in rows]
        lines = ["|".join(row.get(column, NULL) for column in file.columns) for row in reported]
        self.given_lines(name, "\n".join(lines).encode(), day)

    def given_lines(self, name: str, lines: bytes, day: date = DAY) -> None:
        """Put movies or series into raw: its header, and these lines as they are."""
        file = _FILES[name]
        self.given_raw(file.raw, file.file, file.header.encode() + b"\n" + lines + b"\n", day)

    def given_films(self, *films: dict[str, Any], day: date = DAY) -> None:
        """Put TMDB's answers about films into raw; a film has a title, is horror and has no more, but where it says."""
        self.given_records(record_files.MOVIES, *({**_FILM, "title": f"Film {f['id']}", **f} for f in films), day=day)

    def given_series(self, *series: dict[str, Any], day: date = DAY) -> None:
        """The same of series."""
        self.given_records(
            record_files.SERIES, *({**_SERIES, "name": f"Series {s['id']}", **s} for s in series), day=day
        )

    def given_records(self, about: RawSubject, *records: dict[str, Any], day: date = DAY) -> None:
        """Put records into raw as they are."""
        content = record_files.content_of([json.dumps(record) for record in records])
        self.given_raw(about, f"{about.subject.lower()}_0001.json", content, day)

    def given_raw(self, about: RawSubject, name: str, content: bytes, day: date = DAY) -> None:
        """Put a file into raw."""
        open_lake(str(self.folder)).publish(about.file(day, name).path, content)

    def trusted_csv(self, until: date = DAY) -> dict[TableName, TableDay]:
        """Make the CSV-born tables."""
        return build_history(open_lake(str(self.folder)), until)

    def trusted_tmdb(self, *days: date) -> Outcomes:
        """Publish the TMDB-born tables of these days (none: of DAY)."""
        return publish_tmdb_days(open_lake(str(self.folder)), TMDB_TABLES, days or (DAY,), SHARE)

    def refined(self) -> dict[TableName, TableDay]:
        """Make trusted of DAY where there is something, then the star."""
        lake = open_lake(str(self.folder))
        if any(lake.files(file.raw.prefix) for file in CSV_FILES):
            self.trusted_csv()
        self.trusted_tmdb()
        return build_refined(lake)

    def rows(self, path: str, day: date | None = None) -> Rows:
        """The rows of a table, `trusted/catalogue/titles`, of a day where it has days; none where it has no file."""
        file = self.folder / data_file(TableName(*path.split("/")), day_partition(day) if day else "")
        return Rows(pq.read_table(file, partitioning=None).to_pylist()) if file.exists() else Rows()


_NOTHING = {"id": None, "vote_average": 0.0, "vote_count": 0, "popularity": 0.5, "original_language": "en"}
_CREDITS = {"credits": {"cast": [], "crew": []}}
_FILM: dict[str, Any] = {
    **_NOTHING,
    **_CREDITS,
    "imdb_id": None,
    "genres": [HORROR],
    "keywords": {"keywords": []},
    "release_date": "1980-06-01",
    "budget": 0,
    "revenue": 0,
}
_SERIES: dict[str, Any] = {
    **_NOTHING,
    **_CREDITS,
    "genres": [],
    "keywords": {"results": [{"id": 8087, "name": "horror"}]},
    "external_ids": {"imdb_id": None},
    "first_air_date": "1990-01-05",
}
