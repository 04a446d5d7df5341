"""The film and series catalogue, and TMDB."""

from __future__ import annotations

from pathlib import Path

from sakila_platform.settings.places import HOME
from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import matching, plain_text, whole_number

CATALOGUE_FOLDER = Setting(
    "SAKILA_CATALOGUE_FOLDER",
    "",
    "the folder of movies.csv and series.csv that are taken into raw (empty: catalogue/ under SAKILA_HOME)",
    plain_text,
)
SUBGENRES = Setting(
    "SAKILA_SUBGENRES",
    "",
    "a CSV file of sub-genres of horror, with genres and keywords, to use instead of the one in sql/catalogue/refined",
    plain_text,
)
TMDB_TOKEN = Setting(
    "SAKILA_TMDB_TOKEN",
    "",
    "TMDB's API read access token (v4), for the film and series catalogue",
    matching(r"[\x21-\x7e]*", "give the token as TMDB shows it, without spaces"),
    is_secret=True,
)
TMDB_SECRET = Setting(
    "SAKILA_TMDB_SECRET", "", "Secrets Manager secret that holds that token, for a Lambda function", plain_text
)
TMDB_URL = Setting(
    "SAKILA_TMDB_URL",
    "https://api.themoviedb.org/3",
    "TMDB's address, or that of a stand-in",
    matching(r"https?://[^\s/]+(/[^\s?#]*)?", "give an address such as https://api.themoviedb.org/3"),
)
TMDB_TIMEOUT_SECONDS = Setting(
    "SAKILA_TMDB_TIMEOUT_SECONDS", "15", "how long TMDB may take for an answer", whole_number(1, 300)
)
TMDB_REQUESTS_PER_SECOND = Setting(
    "SAKILA_TMDB_REQUESTS_PER_SECOND", "20", "most requests to TMDB within a second", whole_number(1, 10_000)
)
TMDB_FIRST_YEAR = Setting(
    "SAKILA_TMDB_FIRST_YEAR", "1970", "the first year whose horror films are looked for", whole_number(1874, 2200)
)
TMDB_PAGES_PER_YEAR = Setting(
    "SAKILA_TMDB_PAGES_PER_YEAR",
    "5",
    "pages of 20 horror films, the most popular first, that are looked at for each year",
    whole_number(1, 500),
)
TMDB_REFRESH_DAYS = Setting(
    "SAKILA_TMDB_REFRESH_DAYS", "30", "days before a title is asked for again", whole_number(0, 180)
)


def catalogue_folder() -> Path:
    """Where the catalogue's CSV files are: as the setting says, else in catalogue/ under the state folder."""
    return Path(CATALOGUE_FOLDER.read() or HOME.read().resolve() / "catalogue")
