"""The tags by which a thing is known as ours, in the two shapes that AWS's services have for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sakila_platform.deploy.declarations import Change, Exactly

OWNER = "sakila:managed-by"
OWNER_VALUE = "sakila-platform"
ENVIRONMENT = "sakila:environment"
TAGS = "Tags"


def environment_tags(environment: str) -> Exactly:
    """What everything of an environment is tagged with."""
    return Exactly({OWNER: OWNER_VALUE, ENVIRONMENT: environment})


def as_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as a list of names and values."""
    return [{key: name, value: text} for name, text in tags.items()]


def as_mapping(tags: Iterable[Mapping[str, str]] | None, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Tags from a list of names and values; AWS's own are left out, nobody can change them."""
    return {tag[key]: tag[value] for tag in tags or () if not tag[key].startswith("aws:")}


def to_set(change: Change) -> dict[str, str]:
    """The tags that are missing or wrong."""
    present = (change.present or {}).get(TAGS) or {}
    return {name: text for name, text in change.wanted[TAGS].items() if present.get(name) != text}


def to_remove(change: Change) -> list[str]:
    """The tags that shall not be there."""
    present: Mapping[str, Any] = (change.present or {}).get(TAGS) or {}
    return sorted(present.keys() - change.wanted[TAGS].keys())
