"""The fields that TMDB's films and series are known to have, and what an answer has that is not so. Pure.

What is read by trusted has its types here; what is not read only its name. A new field, or one of another type, is
reported and stays in raw as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_ANY = "any"


@dataclass(frozen=True)
class Shape:
    """What a value may be: JSON types, and below it the fields of an object or the items of an array."""

    types: frozenset[str]
    fields: Mapping[str, Shape] = field(default_factory=dict)
    items: Shape | None = None


@dataclass(frozen=True)
class Odd:
    """A field that is not as it is known: its path, the type it has, whether it is new, and its value."""

    path: str
    seen_type: str
    is_new: bool
    value: Any


def _is(*types: str) -> Shape:
    return Shape(frozenset(types))


def _object(fields: Mapping[str, Shape], *also: str) -> Shape:
    return Shape(frozenset(("object", *also)), fields)


def _array(items: Shape) -> Shape:
    return Shape(frozenset(("array",)), items=items)


def _not_read(*names: str) -> dict[str, Shape]:
    return dict.fromkeys(names, _is(_ANY))


_INTEGER, _TEXT, _TEXT_OR_NULL = _is("integer"), _is("string"), _is("string", "null")
_NUMBER = _is("integer", "number")
_INTEGER_OR_NULL = _is("integer", "null")
_NAMED = _object({"id": _INTEGER, "name": _TEXT})
_PERSON = {
    "id": _INTEGER,
    "name": _TEXT,
    "credit_id": _TEXT,
    **_not_read("adult", "gender", "known_for_department", "original_name", "popularity", "profile_path"),
}
_CREDITS = _object(
    {
        "cast": _array(
            _object({**_PERSON, "character": _TEXT_OR_NULL, "order": _INTEGER_OR_NULL, **_not_read("cast_id")})
        ),
        "crew": _array(_object({**_PERSON, "department": _TEXT_OR_NULL, "job": _TEXT_OR_NULL})),
    }
)
_EXTERNAL_IDS = _object(
    {
        "imdb_id": _TEXT_OR_NULL,
        **_not_read(
            "id",
            "facebook_id",
            "freebase_id",
            "freebase_mid",
            "instagram_id",
            "tvdb_id",
            "tvrage_id",
            "twitter_id",
            "wikidata_id",
        ),
    }
)
_OF_BOTH = {
    "id": _INTEGER,
    "original_language": _TEXT_OR_NULL,
    "status": _TEXT_OR_NULL,
    "vote_average": _NUMBER,
    "vote_count": _INTEGER,
    "popularity": _NUMBER,
    "genres": _array(_NAMED),
    "credits": _CREDITS,
    "external_ids": _EXTERNAL_IDS,
    **_not_read(
        "adult",
        "backdrop_path",
        "homepage",
        "origin_country",
        "overview",
        "poster_path",
        "production_companies",
        "production_countries",
        "softcore",
        "spoken_languages",
        "tagline",
    ),
}
FILM = _object(
    {
        **_OF_BOTH,
        "imdb_id": _TEXT_OR_NULL,
        "title": _TEXT,
        "original_title": _TEXT_OR_NULL,
        "release_date": _TEXT_OR_NULL,
        "runtime": _INTEGER_OR_NULL,
        "budget": _INTEGER,
        "revenue": _INTEGER,
        "keywords": _object({"keywords": _array(_NAMED), **_not_read("id")}),
        **_not_read("belongs_to_collection", "video"),
    }
)
SERIES = _object(
    {
        **_OF_BOTH,
        "name": _TEXT,
        "original_name": _TEXT_OR_NULL,
        "first_air_date": _TEXT_OR_NULL,
        "last_air_date": _TEXT_OR_NULL,
        "episode_run_time": _array(_INTEGER),
        "keywords": _object({"results": _array(_NAMED), **_not_read("id")}),
        **_not_read(
            "created_by",
            "in_production",
            "languages",
            "last_episode_to_air",
            "networks",
            "next_episode_to_air",
            "number_of_episodes",
            "number_of_seasons",
            "seasons",
            "type",
        ),
    }
)


def odd_fields(document: Mapping[str, Any], shape: Shape) -> dict[tuple[str, str], Odd]:
    """What of a film or series is not as it is known, by path and type; the first of each."""
    found: dict[tuple[str, str], Odd] = {}
    for odd in _odd(document, shape, ""):
        found.setdefault((odd.path, odd.seen_type), odd)
    return found


def json_type(value: Any) -> str:
    """What JSON calls the type of a value; a number without a fraction is an integer."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"


def _odd(value: Any, shape: Shape, path: str) -> Iterator[Odd]:
    if _ANY in shape.types:
        return
    seen = json_type(value)
    if seen not in shape.types:
        yield Odd(path, seen, False, value)
    elif seen == "object":
        for name, inner in value.items():
            below = f"{path}.{name}" if path else name
            if name in shape.fields:
                yield from _odd(inner, shape.fields[name], below)
            else:
                yield Odd(below, json_type(inner), True, inner)
    elif shape.items:
        for item in value:
            yield from _odd(item, shape.items, f"{path}[]")
