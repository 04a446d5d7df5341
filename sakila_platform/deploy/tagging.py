"""Putting the tags right of something that is there, for the services that take a list of tags or a map of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tags import as_list, to_remove, to_set


@dataclass(frozen=True)
class Tagged:
    """A thing, as its service's operations (to tag, to untag) name it, and the shape in which they take tags."""

    service: str
    address: Mapping[str, str]
    operations: tuple[str, str] = ("tag_resource", "untag_resource")
    shape: Callable[[dict[str, str]], Any] = as_list


def ensure_tags(aws: Aws, change: Change, thing: Tagged) -> None:
    """Set the tags that are missing or wrong, and take off those that are strange."""
    tag, untag = thing.operations
    if missing := to_set(change):
        aws.call(thing.service, tag, **thing.address, Tags=thing.shape(missing))
    if strange := to_remove(change):
        aws.call(thing.service, untag, **thing.address, TagKeys=strange)
