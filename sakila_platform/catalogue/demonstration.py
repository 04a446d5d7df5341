"""The demonstration of the catalogue: generated titles, as CSV files and behind a stand-in of TMDB.

Who has CSV files in their folder is shown those, and who has a token of TMDB's own what TMDB says of them. What is
generated is marked in the state folder, and never mixed with what TMDB says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path

from sakila_platform.catalogue.csv.files import CSV_FILES
from sakila_platform.catalogue.raw.zone import newest_files
from sakila_platform.catalogue.tmdb.record_files import RECORDS
from sakila_platform.catalogue.tmdb_stand_in.csv_rows import write_csv_files
from sakila_platform.catalogue.tmdb_stand_in.serving import TOKEN, served_titles
from sakila_platform.catalogue.tmdb_stand_in.titles import Title, generated_titles
from sakila_platform.catalogue.up_to_date_days import is_up_to_date
from sakila_platform.declarations.demonstration import Days, Demonstration, Report, Shown
from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import create_mart_view, open_duckdb
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.raw_files import LakeFiles
from sakila_platform.model.days import Clock
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE
from sakila_platform.settings.catalogue import (
    CATALOGUE_FOLDER,
    TMDB_REQUESTS_PER_SECOND,
    TMDB_TOKEN,
    TMDB_URL,
    catalogue_folder,
)
from sakila_platform.settings.every import put_in_environment
from sakila_platform.settings.places import HOME

_SEED = 2022
_FILMS, _SERIES = 1500, 400
# Of each kind of bad line two in a file: enough to be seen, and less than a day may set aside.
_BAD_LINES = 8
# What the mark in the state folder says is generated.
_ALL, _ANSWERS = "the CSV files and TMDB's answers", "TMDB's answers"
_SUBGENRES = """
SELECT
    subgenre,
    count(*) AS titles,
    round(avg(mean_rating), 2) AS mean_rating,
    cast(round(avg(vote_count)) AS BIGINT) AS votes_per_title,
    round(avg(popularity), 1) AS popularity,
    round(avg(profit_million_usd), 1) AS profit_million_usd
FROM marts.horror_title_subgenres
GROUP BY subgenre
ORDER BY mean_rating DESC, subgenre
"""


def _fill(report: Report, clock: Clock, recent_days: int) -> bool:
    folder = catalogue_folder()
    is_there = any((folder / file.file).exists() for file in CSV_FILES)
    if _is_tmdb_itself():
        _require_nothing_generated(folder, is_there)
    if is_there:
        report(f"the CSV files in {folder} are left as they are")
        if not _is_tmdb_itself() and not _mark().exists():
            _write_mark(_ANSWERS)
        return False
    _write_mark(_ALL)
    write_csv_files(folder, _titles(), _SEED, _BAD_LINES)
    report(f"{_FILMS + _SERIES:,} titles as CSV files in {folder}")
    return True


def _is_tmdb_itself() -> bool:
    return TMDB_TOKEN.read() not in ("", TOKEN)


def _require_nothing_generated(folder: Path, is_there: bool) -> None:
    if _mark().exists():
        raise PlatformError(
            f"What {HOME.read()} has of the catalogue is generated, and does not mix with what TMDB says. "
            f"Name another folder in {HOME.name}, and that of your CSV files in "
            f"{CATALOGUE_FOLDER.name}."
        )
    if not is_there:
        raise PlatformError(
            f"{folder} has no {' and '.join(file.file for file in CSV_FILES)}, and TMDB is not asked about titles made "
            f"up. Put yours there, or name their folder in {CATALOGUE_FOLDER.name}."
        )


def _mark() -> Path:
    """The file that says what of the catalogue is generated."""
    return HOME.read() / "catalogue_generated.txt"


def _write_mark(what: str) -> None:
    _mark().parent.mkdir(parents=True, exist_ok=True)
    _mark().write_text(f"{what}\n", encoding="utf-8")


def _chosen(clock: Clock, recent_days: int) -> list[Days]:
    # What TMDB says now is true of today, whichever days a newcomer asks for.
    return [Days("Today's catalogue", [clock.today()])]


def _is_up_to_date(day: date) -> bool:
    return is_up_to_date(open_lake(), catalogue_folder(), day)


@contextmanager
def _tmdb() -> Iterator[None]:
    """TMDB's stand-in, unless there is a token for TMDB itself."""
    if _is_tmdb_itself():
        yield
        return
    with served_titles(_titles()) as url:
        put_in_environment(
            {
                TMDB_URL.name: url,
                TMDB_TOKEN.name: TOKEN,
                TMDB_REQUESTS_PER_SECOND.name: "10000",
            }
        )
        yield


def _shown() -> Iterator[Shown]:
    lake, latest = open_lake(), Clock(TIME_ZONE.read(), CLOCK.read()).today()
    subjects = (*(file.raw for file in CSV_FILES), *RECORDS)
    files = [file.path for about in subjects for file in newest_files(LakeFiles(lake), about, latest)]
    yield Shown("Raw files of the newest day", files)
    with open_duckdb() as connection:
        create_mart_view(connection, lake, "horror_title_subgenres")
        found = connection.execute(_SUBGENRES)
        columns = [column[0] for column in found.description or ()]
        yield Shown("What the public prefers of horror, by sub-genre", (), columns, found.fetchall())


@lru_cache(maxsize=1)
def _titles() -> list[Title]:
    return generated_titles(_SEED, _FILMS, _SERIES)


def _origin() -> str:
    files = f"Films and series: the CSV files in {catalogue_folder()}"
    if _is_tmdb_itself():
        return f"{files}, and TMDB at {TMDB_URL.read()}"
    if _mark().read_text(encoding="utf-8").strip() == _ANSWERS:
        return f"{files}, and GENERATED answers (in the shape of TMDB's)"
    return "Films and series: GENERATED (in the shape of the CSV files' and of TMDB's)"


DEMONSTRATION = Demonstration(
    sources="CSV files of films and series",
    fill=_fill,
    chosen=_chosen,
    shown=_shown,
    origin=_origin,
    next_steps=(
        "make dashboards                            pages of charts in HOME/dashboards; open horror.html there",
        'sakila-platform query lake "SELECT * FROM refined_catalogue.unmatched_titles LIMIT 10"',
        "make dev                                   lineage, runs and checks on http://localhost:3000",
        "sakila-platform ingest-catalogue FOLDER    your own movies.csv and series.csv",
        "SAKILA_HOME=other SAKILA_CATALOGUE_FOLDER=FOLDER SAKILA_TMDB_TOKEN=... make demo DOMAIN=catalogue",
        "                                           your own files, and what TMDB itself says of them",
        "(sakila-platform is in .venv/bin)",
    ),
    is_up_to_date=_is_up_to_date,
    during=_tmdb,
)
