"""The titles of the CSV files that TMDB is asked about: those of horror, as raw has the files."""

from __future__ import annotations

from datetime import date

from sakila_platform.catalogue.csv.files import CSV_FILES, titles_of_genre
from sakila_platform.catalogue.raw.zone import RawZone, newest_files

GENRE = "Horror"


def wanted_imdb_ids(zone: RawZone, day: date) -> list[str]:
    """The IMDb ids of horror titles, each once, of the newest files that were taken in until a day.

    Without files there are none: TMDB is then asked for what its own searches name.
    """
    found: dict[str, None] = {}
    for csv_file in CSV_FILES:
        for file in newest_files(zone, csv_file.raw, day):
            if file.name == csv_file.file:
                with zone.opened(file.path) as opened:
                    found.update(dict.fromkeys(titles_of_genre(opened, csv_file, GENRE)))
    return list(found)
