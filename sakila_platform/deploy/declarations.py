"""What a declaration of the inventory is: one thing in AWS, as it shall be. Pure; they are in `inventory`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

State = Mapping[str, Any]
"""A thing as it is or shall be: parts by name, in the shapes that AWS's API has for them."""


class Exactly(dict):
    """A map of names that people could add to by hand: a name that is not declared is a difference too."""


class Secret(str):
    """A text that is compared, and sent where it belongs, but never shown."""

    def __repr__(self) -> str:
        return "(secret)"


@dataclass(frozen=True)
class Later:
    """A part of another thing's state that AWS makes up when it creates it, such as a database's address."""

    kind: str
    name: str
    part: str
    shape: str = "{}"
    """How the value is written, such as jdbc:mysql://{}:3306."""

    def __repr__(self) -> str:
        return f"(known once {self.kind} {self.name} is there)"


@dataclass(frozen=True)
class Declaration:
    """One thing, of a kind that `kinds` lists: its name and its parts.

    `wanted` is compared with what there is and brought about; `at_creation` is sent to AWS at creation only.
    """

    kind: str
    name: str
    wanted: State
    at_creation: State = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Change:
    """What an `ensure_` function is asked for: all of it where nothing is present, else the parts that differ."""

    name: str
    wanted: State
    present: State | None
    parts: tuple[str, ...]
    at_creation: State = field(default_factory=dict)

    @property
    def is_creation(self) -> bool:
        """Whether there is nothing of that name yet."""
        return self.present is None

    def concerns(self, *parts: str) -> bool:
        """Whether one of these parts differs (at a creation, all do)."""
        return bool(set(parts) & set(self.parts))

    def asked(self, *parts: str) -> dict[str, Any]:
        """These parts as they shall be; those that shall be nothing are left out."""
        return {part: self.wanted[part] for part in parts if self.wanted.get(part) not in (None, "", [], {})}
