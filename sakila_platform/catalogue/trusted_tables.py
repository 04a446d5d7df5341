"""The trusted tables and their contracts: what the raw files say, typed, in the glossary's names, nothing twice. Pure.

Of the CSV files the newest delivery counts, whole. TMDB's answers are kept by the day of their collection (`dt`).
"""

from __future__ import annotations

from sakila_platform.model.contracts import (
    BIGINT,
    BOOLEAN,
    DATE,
    INTEGER,
    SMALLINT,
    Column,
    Table,
    TableKind,
    decimal,
    text,
)
from sakila_platform.model.naming import TableName

SOURCE = "catalogue"
FILM, SERIES = "film", "series"
TITLE_TYPES = (FILM, SERIES)
CAST, CREW = "cast", "crew"
RATING = decimal(5, 3)
POPULARITY = decimal(14, 4)
FIRST_YEAR, LAST_YEAR = 1800, 2200
"""Years outside of these are none, whatever a file says."""

_TITLE_TYPE = Column("title_type", text(6), "film or series.", allowed=TITLE_TYPES)
_TMDB_ID = Column("tmdb_id", INTEGER, "TMDB's id; films and series are counted by themselves.", minimum=1)


def trusted(table: str) -> TableName:
    """The name of a trusted table of the catalogue."""
    return TableName("trusted", SOURCE, table)


def _year(name: str, description: str) -> Column:
    return Column(name, SMALLINT, description, nullable=True, minimum=FIRST_YEAR, maximum=LAST_YEAR)


TITLES = Table(
    trusted("titles"),
    TableKind.SNAPSHOT,
    "One row per title of the newest movies.csv and series.csv, as most of its lines tell it.",
    (
        Column("title_id", text(12), "IMDb's id: tt and seven digits or more."),
        _TITLE_TYPE,
        Column("title", text(500), "The title it goes by."),
        Column("original_title", text(500), "The title in its own language.", nullable=True),
        _year("start_year", "Year of release; of a series, of its first episode."),
        _year("end_year", "Of a series: year of its last episode; null while it goes on."),
        Column("runtime_minutes", INTEGER, "Running time in minutes.", nullable=True, minimum=1),
        Column("genres", text(500), "IMDb's genres, comma-separated, as the file has them.", nullable=True),
        Column("mean_rating", RATING, "Mean of IMDb's votes, 1 to 10.", nullable=True, minimum=0, maximum=10),
        Column("vote_count", INTEGER, "IMDb's votes.", nullable=True, minimum=0),
    ),
    ("title_id",),
)
TITLE_ARTISTS = Table(
    trusted("title_artists"),
    TableKind.SNAPSHOT,
    "One row per title, artist and role of the newest movies.csv and series.csv.",
    (
        Column("title_id", text(12), "IMDb's id of the title."),
        Column("artist_id", text(520), "Name and, where it is known, year of birth: the files have no id of artists."),
        Column("role", text(100), "actor or actress, as the file has it; unknown where it says nothing."),
        Column("artist_name", text(500), "Name."),
        _year("birth_year", "Year of birth."),
        _year("death_year", "Year of death."),
        Column("characters", text(2_000), "Characters played, comma-separated.", nullable=True),
        Column("professions", text(500), "What the artist is known as, comma-separated.", nullable=True),
        Column("known_for", text(500), "IMDb ids of the artist's best-known titles, comma-separated.", nullable=True),
    ),
    ("title_id", "artist_id", "role"),
)
CSV_TABLES = (TITLES, TITLE_ARTISTS)

TMDB_TITLES = Table(
    trusted("tmdb_titles"),
    TableKind.SNAPSHOT,
    "One row per film or series that TMDB was asked about on the day.",
    (
        _TITLE_TYPE,
        _TMDB_ID,
        Column("imdb_id", text(12), "IMDb's id; null where TMDB knows none.", nullable=True),
        Column("title", text(500), "The title it goes by."),
        Column("original_title", text(500), "The title in its own language.", nullable=True),
        Column("original_language", text(10), "Its language, as ISO 639-1.", nullable=True),
        Column("status", text(50), "Released, Ended, Returning Series …", nullable=True),
        Column("release_date", DATE, "Day of release; of a series, of its first episode.", nullable=True),
        Column("last_air_date", DATE, "Of a series: day of its last episode so far.", nullable=True),
        Column("runtime_minutes", INTEGER, "Running time, of a series of an episode.", nullable=True, minimum=1),
        Column("mean_rating", RATING, "Mean of TMDB's votes; null without any.", nullable=True, minimum=0, maximum=10),
        Column("vote_count", INTEGER, "TMDB's votes.", nullable=True, minimum=0),
        Column("popularity", POPULARITY, "TMDB's measure of how much a title is looked at.", nullable=True, minimum=0),
        Column("budget_usd", BIGINT, "Budget in US dollars; null where TMDB has 0.", nullable=True, minimum=1),
        Column("revenue_usd", BIGINT, "Box office in US dollars; null where TMDB has 0.", nullable=True, minimum=1),
    ),
    ("title_type", "tmdb_id"),
)
TMDB_GENRES = Table(
    trusted("tmdb_genres"),
    TableKind.SNAPSHOT,
    "One row per title that TMDB was asked about on the day, and genre.",
    (
        _TITLE_TYPE,
        _TMDB_ID,
        Column("genre_id", INTEGER, "TMDB's id of the genre."),
        Column("genre_name", text(100), "Its name."),
    ),
    ("title_type", "tmdb_id", "genre_id"),
)
TMDB_KEYWORDS = Table(
    trusted("tmdb_keywords"),
    TableKind.SNAPSHOT,
    "One row per title that TMDB was asked about on the day, and keyword.",
    (
        _TITLE_TYPE,
        _TMDB_ID,
        Column("keyword_id", INTEGER, "TMDB's id of the keyword."),
        Column("keyword_name", text(200), "Its name."),
    ),
    ("title_type", "tmdb_id", "keyword_id"),
)
TMDB_CREDITS = Table(
    trusted("tmdb_credits"),
    TableKind.SNAPSHOT,
    "One row per title that TMDB was asked about on the day, and part that a person had in it.",
    (
        _TITLE_TYPE,
        _TMDB_ID,
        Column("credit_type", text(4), "cast or crew.", allowed=(CAST, CREW)),
        Column(
            "credit_id",
            text(50),
            "TMDB's id of the credit; `made-…`, of the part itself, where an older answer has none.",
        ),
        Column("person_id", INTEGER, "TMDB's id of the person.", minimum=1),
        Column("person_name", text(500), "Name."),
        Column("department", text(100), "Of crew: the department.", nullable=True),
        Column("job", text(200), "Of crew: the job.", nullable=True),
        Column("character", text(2_000), "Of cast: the character.", nullable=True),
        Column("billing_order", INTEGER, "Of cast: the place in the credits, from 0.", nullable=True),
    ),
    ("title_type", "tmdb_id", "credit_type", "credit_id"),
)
TMDB_UNANSWERED = Table(
    trusted("tmdb_unanswered"),
    TableKind.SNAPSHOT,
    "One row per question of the day that TMDB had no answer to: ids that it does not know, answers of no use.",
    (
        Column("request", text(500), "What was asked: the path of the question."),
        Column("imdb_id", text(12), "The IMDb id that was looked for, if one was.", nullable=True),
        Column("reason", text(1_000), "Why there is no answer."),
    ),
    ("request",),
)
TMDB_FIELDS = Table(
    trusted("tmdb_fields"),
    TableKind.SNAPSHOT,
    "One row per field of the day's answers that is not as it is known: new, or of another type.",
    (
        _TITLE_TYPE,
        Column("field", text(500), "The field's path in a film or series: `credits.cast[].character`."),
        Column("seen_type", text(20), "Its type in the answers, as JSON has it."),
        Column("is_new", BOOLEAN, "Whether no such field is known; false when only its type is another."),
        Column("title_count", INTEGER, "How many titles have it so.", minimum=1),
        Column("example", text(200), "A value of it, as JSON, cut short.", nullable=True),
    ),
    ("title_type", "field", "seen_type"),
)
TMDB_TABLES = (TMDB_TITLES, TMDB_GENRES, TMDB_KEYWORDS, TMDB_CREDITS, TMDB_UNANSWERED, TMDB_FIELDS)
TRUSTED_TABLES = (*CSV_TABLES, *TMDB_TABLES)

# What can't be made a row of a table at all is set aside as it came: these two exist in quarantine only.
CSV_LINES = Table(
    trusted("csv_lines"),
    TableKind.SNAPSHOT,
    "One row per line of the newest CSV files that was not taken.",
    (
        Column("raw_file", text(500), "The file, as a path within the lake."),
        Column("line_number", BIGINT, "The line's number in it; the header is 1.", minimum=1),
        Column("line", text(100_000), "The line as it came."),
    ),
    ("raw_file", "line_number"),
)
TMDB_RECORDS = Table(
    trusted("tmdb_records"),
    TableKind.SNAPSHOT,
    "One row per record, or piece of a record, of the day's JSON files that can't be read.",
    (
        Column("raw_file", text(500), "The file, as a path within the lake."),
        Column("record_number", INTEGER, "Which of the file's faults it is, from 1.", minimum=1),
        Column("record", text(10_000_000), "What is there, as it came."),
    ),
    ("raw_file", "record_number"),
)
