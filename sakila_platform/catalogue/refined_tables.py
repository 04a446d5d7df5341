"""The refined tables and their contracts: a star of horror titles. Pure.

Keys are natural: IMDb's id of a title, or TMDB's where there is none; names of genres and sub-genres; TMDB's ids of
keywords and people. They are the same on every rebuild.
"""

from __future__ import annotations

from sakila_platform.catalogue.trusted_tables import (
    FIRST_YEAR,
    LAST_YEAR,
    POPULARITY,
    RATING,
    SOURCE,
    TITLE_TYPES,
)
from sakila_platform.model.contracts import BIGINT, BOOLEAN, DATE, INTEGER, SMALLINT, Column, Table, TableKind, text
from sakila_platform.model.naming import TableName
from sakila_platform.model.rules import Holds

OTHER = "Other"
"""The sub-genre of titles that no term fits."""
_SOURCES = ("imdb", "tmdb")


def refined(table: str) -> TableName:
    """The name of a refined table of the catalogue."""
    return TableName("refined", SOURCE, table)


def _title(references: str = "dim_title") -> Column:
    return Column("title_id", text(40), "IMDb's id, else `tmdb:film/` and TMDB's.", references=references)


def _year(name: str, description: str) -> Column:
    return Column(name, SMALLINT, description, nullable=True, minimum=FIRST_YEAR, maximum=LAST_YEAR)


def _amount(name: str, description: str) -> Column:
    return Column(name, BIGINT, description, nullable=True)


_TITLE_TYPE = Column("title_type", text(6), "film or series.", allowed=TITLE_TYPES)
_DATE_KEY = Column("release_date_key", INTEGER, "When it was released.", references="dim_date")

DIM_TITLE = Table(
    refined("dim_title"),
    TableKind.DIMENSION,
    "One row per horror title of the CSV files and of TMDB: those of one IMDb id are one title.",
    (
        _title(references=""),
        _TITLE_TYPE,
        Column("title", text(500), "The title it goes by; IMDb's word counts before TMDB's."),
        Column("original_title", text(500), "The title in its own language.", nullable=True),
        Column("original_language", text(10), "Its language, as ISO 639-1; TMDB's.", nullable=True),
        Column("release_date", DATE, "Day of release; of a series, of its first episode. TMDB's.", nullable=True),
        _year("start_year", "Year of release."),
        _year("end_year", "Of a series: year of its last episode."),
        Column("runtime_minutes", INTEGER, "Running time in minutes.", nullable=True, minimum=1),
        Column("tmdb_type", text(6), "What TMDB has it for: its ids count by it.", nullable=True, allowed=TITLE_TYPES),
        Column("tmdb_id", INTEGER, "TMDB's id; null where TMDB does not have it.", nullable=True),
        Column("collected_on", DATE, "Day of TMDB's newest answer about it.", nullable=True),
        Column("is_in_imdb", BOOLEAN, "Whether the CSV files have it."),
        Column("is_in_tmdb", BOOLEAN, "Whether TMDB has it."),
        Column("is_imdb_horror", BOOLEAN, "Whether Horror is among IMDb's genres of it."),
        Column("is_tmdb_horror", BOOLEAN, "Whether TMDB has it for horror: genre 27 of films, keyword 8087 of series."),
    ),
    ("title_id",),
    rules=(Holds("one of the two sources has it for horror", "is_imdb_horror OR is_tmdb_horror"),),
)
DIM_DATE = Table(
    refined("dim_date"),
    TableKind.DIMENSION,
    "One row per day of release, or year where no day is known, that a horror title has; key 0 where nothing is known.",
    (
        Column("date_key", INTEGER, "20050524; 20050000 where only the year is known; 0 where nothing is."),
        Column("date", DATE, "The day.", nullable=True),
        _year("year", "The year."),
        Column("month", SMALLINT, "The month, 1 to 12.", nullable=True, minimum=1, maximum=12),
        Column("decade", SMALLINT, "The decade's first year: 1980.", nullable=True),
        Column("decade_name", text(10), "1980s, or Unknown."),
        Column("year_start_date", DATE, "1 January of the year.", nullable=True),
    ),
    ("date_key",),
)
DIM_GENRE = Table(
    refined("dim_genre"),
    TableKind.DIMENSION,
    "One row per genre that a title of either source has, in one spelling.",
    (
        Column("genre_id", text(100), "The genre's name, as genres.csv spells it."),
        Column("subgenre_id", text(100), "The sub-genre that it makes of horror, if any.", nullable=True),
    ),
    ("genre_id",),
)
DIM_SUBGENRE = Table(
    refined("dim_subgenre"),
    TableKind.DIMENSION,
    "One row per sub-genre of horror in subgenres.csv, and one for titles that none of its terms fits.",
    (
        Column("subgenre_id", text(100), "The sub-genre's name; Other where no term fits."),
        Column("terms", text(10_000), "The co-genres and keywords that stand for it."),
    ),
    ("subgenre_id",),
)
DIM_KEYWORD = Table(
    refined("dim_keyword"),
    TableKind.DIMENSION,
    "One row per TMDB keyword that a horror title has.",
    (
        Column("keyword_id", INTEGER, "TMDB's id of the keyword."),
        Column("keyword_name", text(200), "Its name."),
    ),
    ("keyword_id",),
)
DIM_PERSON = Table(
    refined("dim_person"),
    TableKind.DIMENSION,
    "One row per person with a part in a horror title. TMDB's people and those of the CSV files are never matched "
    "by name.",
    (
        Column("person_id", text(540), "`tmdb:` and TMDB's id, or `imdb:`, name and year of birth."),
        Column("person_name", text(500), "Name."),
        Column("source", text(4), "imdb (the CSV files) or tmdb.", allowed=_SOURCES),
        _year("birth_year", "Year of birth; the CSV files'."),
        _year("death_year", "Year of death; the CSV files'."),
    ),
    ("person_id",),
)
BRIDGE_TITLE_GENRE = Table(
    refined("bridge_title_genre"),
    TableKind.BRIDGE,
    "One row per horror title and genre, as either source has it.",
    (
        _title(),
        Column("genre_id", text(100), "The genre.", references="dim_genre"),
        Column("is_of_imdb", BOOLEAN, "Whether IMDb says so."),
        Column("is_of_tmdb", BOOLEAN, "Whether TMDB says so."),
    ),
    ("title_id", "genre_id"),
)
BRIDGE_TITLE_KEYWORD = Table(
    refined("bridge_title_keyword"),
    TableKind.BRIDGE,
    "One row per horror title and TMDB keyword.",
    (_title(), Column("keyword_id", INTEGER, "The keyword.", references="dim_keyword")),
    ("title_id", "keyword_id"),
)
BRIDGE_TITLE_SUBGENRE = Table(
    refined("bridge_title_subgenre"),
    TableKind.BRIDGE,
    "One row per horror title and sub-genre that a genre or keyword of it stands for; `Other` alone where none does.",
    (
        _title(),
        Column("subgenre_id", text(100), "The sub-genre.", references="dim_subgenre"),
        Column("evidence", text(10_000), "The genres and keywords of the title that say so."),
    ),
    ("title_id", "subgenre_id"),
)
FACT_TITLE = Table(
    refined("fact_title"),
    TableKind.FACT,
    "One row per horror title: how it was received, and what it cost and earned where that is known.",
    (
        _title(),
        _DATE_KEY,
        Column("mean_rating", RATING, "IMDb's mean of votes, else TMDB's.", nullable=True, minimum=0, maximum=10),
        Column("vote_count", INTEGER, "The votes behind it.", nullable=True, minimum=0),
        Column("rating_source", text(4), "Whose mean it is.", nullable=True, allowed=_SOURCES),
        Column("imdb_mean_rating", RATING, "IMDb's mean of votes.", nullable=True),
        Column("imdb_vote_count", INTEGER, "IMDb's votes.", nullable=True),
        Column("tmdb_mean_rating", RATING, "TMDB's mean of votes.", nullable=True),
        Column("tmdb_vote_count", INTEGER, "TMDB's votes.", nullable=True),
        Column("popularity", POPULARITY, "TMDB's popularity on the day of collection.", nullable=True),
        _amount("budget_usd", "Budget in US dollars; null where nobody knows."),
        _amount("revenue_usd", "Box office in US dollars; null where nobody knows."),
        _amount("profit_usd", "Box office less budget; null unless both are known."),
    ),
    ("title_id",),
    rules=(
        Holds(
            "profit_usd is there where budget and revenue both are",
            "(profit_usd IS NULL) = (budget_usd IS NULL OR revenue_usd IS NULL)",
        ),
    ),
)
FACT_PARTICIPATION = Table(
    refined("fact_participation"),
    TableKind.FACT,
    "One row per horror title, person and role: of TMDB where it has credits, else of the CSV files.",
    (
        _title(),
        Column("person_id", text(540), "The person.", references="dim_person"),
        Column("role", text(200), "cast, or the job: director, writer …"),
        _DATE_KEY,
        Column("characters", text(10_000), "Characters played, comma-separated.", nullable=True),
        Column("billing_order", INTEGER, "First place in TMDB's credits, from 0.", nullable=True),
    ),
    ("title_id", "person_id", "role"),
)
BRIDGE_TITLE_PERSON = Table(
    refined("bridge_title_person"),
    TableKind.BRIDGE,
    "One row per horror title, person and role.",
    (
        _title(),
        Column("person_id", text(540), "The person.", references="dim_person"),
        Column("role", text(200), "cast, or the job: director, writer …"),
    ),
    ("title_id", "person_id", "role"),
)
UNMATCHED_TITLES = Table(
    refined("unmatched_titles"),
    TableKind.FACT,
    "One row per horror title that only one of the CSV files and TMDB has, and per title of TMDB left out: the reason.",
    (
        Column("unmatched_id", text(40), "IMDb's id, or `tmdb:film/` and TMDB's."),
        Column("source", text(4), "Who has it: imdb (the CSV files) or tmdb.", allowed=_SOURCES),
        _TITLE_TYPE,
        Column("title", text(500), "The title it goes by."),
        _year("start_year", "Year of release."),
        Column("reason", text(1_000), "Why it has no match."),
    ),
    ("source", "unmatched_id"),
)
# Upstream first.
REFINED_TABLES = (
    DIM_TITLE,
    DIM_DATE,
    DIM_GENRE,
    DIM_SUBGENRE,
    DIM_KEYWORD,
    DIM_PERSON,
    BRIDGE_TITLE_GENRE,
    BRIDGE_TITLE_KEYWORD,
    BRIDGE_TITLE_SUBGENRE,
    FACT_TITLE,
    FACT_PARTICIPATION,
    BRIDGE_TITLE_PERSON,
    UNMATCHED_TITLES,
)
