"""The contract of TMDB as far as the platform knows it: what may be asked, and what an answer has at least. Pure.

The client asks by it and holds answers against it; the stand-in serves it. A field that is not named here is let
through: answers are kept as they come.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

HORROR_GENRE = 27
"""TMDB's genre of films. It has none for series."""
HORROR_KEYWORD = 8087
"""The keyword by which horror series are found."""
PAGE_TITLES = 20
MOST_PAGES = 500
"""TMDB shows no more pages of a search, however many it has."""
APPENDED = "credits,keywords,external_ids"


@dataclass(frozen=True)
class Endpoint:
    """A kind of question: its path, with at most one `{…}`, its parameters, and what its answer has, with types."""

    name: str
    path: str
    parameters: tuple[str, ...]
    answers: Mapping[str, type]

    def request(self, place: str | int = "", **parameters: str | int) -> Request:
        """A question of this kind. Parameters are named as TMDB does, but with `__` for the dot in some."""
        named = {name.replace("__", "."): str(value) for name, value in parameters.items()}
        unknown = set(named) - set(self.parameters)
        if unknown:
            raise ValueError(f"{self.name} has no parameter {', '.join(sorted(unknown))}")
        return Request(self, re.sub(r"\{\w+\}", str(place), self.path), tuple(sorted(named.items())))

    def fault_of(self, document: Any) -> str:
        """What an answer lacks of what is relied on; empty when nothing is."""
        if not isinstance(document, dict):
            return f"the answer is a {type(document).__name__}, not an object"
        for name, kind in self.answers.items():
            if name not in document:
                return f"the answer has no {name}"
            if not isinstance(document[name], kind) or isinstance(document[name], bool):
                return f"{name} is a {type(document[name]).__name__}, not a {kind.__name__}"
        return ""


@dataclass(frozen=True)
class Request:
    """One question: the same text for the same question."""

    endpoint: Endpoint
    path: str
    parameters: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.path}?{urlencode(self.parameters)}" if self.parameters else self.path


DISCOVER_MOVIES = Endpoint(
    "discover movies",
    "/discover/movie",
    ("with_genres", "primary_release_year", "sort_by", "include_adult", "page", "language"),
    {"page": int, "results": list, "total_pages": int},
)
DISCOVER_SERIES = Endpoint(
    "discover series",
    "/discover/tv",
    ("with_keywords", "first_air_date_year", "sort_by", "include_adult", "page", "language"),
    {"page": int, "results": list, "total_pages": int},
)
MOVIE = Endpoint("a film", "/movie/{movie_id}", ("append_to_response", "language"), {"id": int})
SERIES = Endpoint("a series", "/tv/{series_id}", ("append_to_response", "language"), {"id": int})
FIND = Endpoint(
    "a title by its IMDb id",
    "/find/{external_id}",
    ("external_source", "language"),
    {"movie_results": list, "tv_results": list},
)
ENDPOINTS = (DISCOVER_MOVIES, DISCOVER_SERIES, MOVIE, SERIES, FIND)


def horror_films(year: int, page: int) -> Request:
    """A page of a year's horror films, the most popular first."""
    return DISCOVER_MOVIES.request(
        with_genres=HORROR_GENRE,
        primary_release_year=year,
        sort_by="popularity.desc",
        include_adult="false",
        page=page,
    )


def horror_series(page: int) -> Request:
    """A page of the series with the horror keyword, the most popular first."""
    return DISCOVER_SERIES.request(
        with_keywords=HORROR_KEYWORD, sort_by="popularity.desc", include_adult="false", page=page
    )


def film(tmdb_id: int) -> Request:
    """A film with its credits, keywords and external ids."""
    return MOVIE.request(tmdb_id, append_to_response=APPENDED)


def series(tmdb_id: int) -> Request:
    """A series with its credits, keywords and external ids."""
    return SERIES.request(tmdb_id, append_to_response=APPENDED)


def title_of(imdb_id: str) -> Request:
    """Which film or series of TMDB an IMDb id is."""
    return FIND.request(imdb_id, external_source="imdb_id")
