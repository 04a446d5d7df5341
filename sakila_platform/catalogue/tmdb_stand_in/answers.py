"""Generated titles as TMDB's JSON has films and series: in a list, in detail, found by an IMDb id. Pure."""

from __future__ import annotations

from typing import Any

from sakila_platform.catalogue.tmdb_stand_in import words
from sakila_platform.catalogue.tmdb_stand_in.titles import Part, Title

Document = dict[str, Any]


def listed(title: Title) -> Document:
    """A title as an entry of a page."""
    document: Document = {
        "adult": False,
        "backdrop_path": None,
        "genre_ids": [genre["id"] for genre in _genres(title)],
        "id": title.tmdb_id,
        "original_language": "en",
        "overview": "",
        "popularity": title.popularity,
        "poster_path": None,
        "vote_average": title.rating,
        "vote_count": title.votes,
    }
    if title.is_series:
        dated: Document = {"first_air_date": title.released.isoformat(), "origin_country": ["US"]}
        return document | dated | {"name": title.name, "original_name": title.original_name}
    dated = {"release_date": title.released.isoformat(), "video": False}
    return document | dated | {"title": title.name, "original_title": title.original_name}


def page_of(titles: list[Title], page: int, size: int) -> Document:
    """A page of titles, the most popular first. It tells of all pages, also of those that are not shown."""
    ordered = sorted(titles, key=lambda title: (-title.popularity, title.tmdb_id))
    return {
        "page": page,
        "results": [listed(title) for title in ordered[(page - 1) * size : page * size]],
        "total_pages": -(-len(titles) // size),
        "total_results": len(titles),
    }


def detailed(title: Title, appended: set[str]) -> Document:
    """A title by its id, with what was asked to be appended."""
    document = {key: value for key, value in listed(title).items() if key != "genre_ids"} | {"genres": _genres(title)}
    document |= _of_series(title) if title.is_series else _of_film(title)
    also = {
        "credits": {"cast": _cast(title), "crew": _crew(title)},
        "keywords": {
            "results" if title.is_series else "keywords": [{"id": id_, "name": name} for id_, name in title.keywords]
        },
        "external_ids": {"imdb_id": _shown_imdb_id(title), "wikidata_id": None, "facebook_id": None},
    }
    return document | {name: also[name] for name in also if name in appended}


def found(title: Title | None) -> Document:
    """What is found by an IMDb id."""
    empty: Document = {
        "movie_results": [],
        "person_results": [],
        "tv_results": [],
        "tv_episode_results": [],
        "tv_season_results": [],
    }
    if title is None:
        return empty
    name, kind = ("tv_results", "tv") if title.is_series else ("movie_results", "movie")
    return empty | {name: [listed(title) | {"media_type": kind}]}


def _of_film(title: Title) -> Document:
    return {
        "belongs_to_collection": None,
        "budget": title.budget,
        "homepage": "",
        "imdb_id": _shown_imdb_id(title),
        "production_companies": [],
        "production_countries": [{"iso_3166_1": "US", "name": "United States of America"}],
        "revenue": title.revenue,
        "runtime": title.minutes,
        "spoken_languages": [{"english_name": "English", "iso_639_1": "en", "name": "English"}],
        "status": "Released",
        "tagline": "",
    }


def _of_series(title: Title) -> Document:
    seasons = (title.end_year or title.released.year) - title.released.year + 1
    return {
        "created_by": [],
        "episode_run_time": [title.minutes] if title.minutes else [],
        "homepage": "",
        "in_production": title.end_year is None,
        "languages": ["en"],
        "last_air_date": f"{title.end_year}-12-01" if title.end_year else None,
        "networks": [],
        "number_of_episodes": seasons * 8,
        "number_of_seasons": seasons,
        "status": "Ended" if title.end_year else "Returning Series",
        "tagline": "",
        "type": "Scripted",
    }


def _genres(title: Title) -> list[Document]:
    if not title.is_series:
        return [{"id": words.TMDB_FILM_GENRES[genre], "name": genre} for genre in title.tmdb_genres]
    named = dict.fromkeys(words.AS_SERIES_GENRE.get(genre, genre) for genre in title.tmdb_genres)
    known = words.TMDB_SERIES_GENRES
    return [{"id": known[genre], "name": genre} for genre in named if genre in known]


def _cast(title: Title) -> list[Document]:
    played = [part for part in title.parts if part.character]
    return [
        _person(part) | {"cast_id": place, "character": part.character, "order": place}
        for place, part in enumerate(played)
    ]


def _crew(title: Title) -> list[Document]:
    return [
        _person(part) | {"department": "Directing" if part.job == "Director" else "Production", "job": part.job}
        for part in title.parts
        if part.job
    ]


def _person(part: Part) -> Document:
    return {
        "adult": False,
        "credit_id": f"{part.person.person_id:024x}",
        "gender": part.person.gender,
        "id": part.person.person_id,
        "known_for_department": "Acting" if part.character else "Production",
        "name": part.person.name,
        "original_name": part.person.name,
        "popularity": 1.0,
        "profile_path": None,
    }


def _shown_imdb_id(title: Title) -> str | None:
    return title.imdb_id if title.is_linked else None
