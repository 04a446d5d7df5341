"""What the rows of a table must keep, as typed rules of its contract. Pure: how an engine asks is in `rule_sql`.

A rule has one name, by which quarantine, checks and messages call it, whatever engine judged. A null is no value, so
it breaks no rule but NotNull.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Relation = TypeVar("Relation")


@dataclass(frozen=True)
class NotNull:
    """These columns have a value: one column, or several that come together under a name of their own."""

    columns: tuple[str, ...]
    named: str = ""

    @property
    def name(self) -> str:
        """The rule as people read it."""
        return self.named or f"{' and '.join(self.columns)} is not null"


@dataclass(frozen=True)
class InRange:
    """A number is not below the minimum, or not above the maximum. Both are two rules, so that each has its name."""

    column: str
    minimum: int | None = None
    maximum: int | None = None

    def __post_init__(self) -> None:
        if (self.minimum is None) == (self.maximum is None):
            raise ValueError(f"InRange of {self.column} takes a minimum or a maximum.")

    @property
    def name(self) -> str:
        """The rule as people read it."""
        if self.minimum is not None:
            return f"{self.column} is at least {self.minimum}"
        return f"{self.column} is at most {self.maximum}"


@dataclass(frozen=True)
class OneOf:
    """A text is one of these, compared character by character: case and trailing spaces count."""

    column: str
    allowed: tuple[str, ...]

    @property
    def name(self) -> str:
        """The rule as people read it."""
        return f"{self.column} is one of {', '.join(self.allowed)}"


@dataclass(frozen=True)
class AtMostLong:
    """A text has at most so many characters (code points, not bytes)."""

    column: str
    characters: int

    @property
    def name(self) -> str:
        """The rule as people read it."""
        return f"{self.column} has at most {self.characters} characters"


@dataclass(frozen=True)
class Holds:
    """A condition on a row's own columns, in DuckDB's SQL; a null outcome counts as kept."""

    name: str
    condition: str


@dataclass(frozen=True)
class References:
    """A key is one of a dimension's, where there is one."""

    column: str
    dimension: str

    @property
    def name(self) -> str:
        """The rule as people read it."""
        return f"{self.column} names a row of {self.dimension}"


@dataclass(frozen=True)
class Unique:
    """No two rows have the same values of these columns."""

    columns: tuple[str, ...]
    named: str = ""

    @property
    def name(self) -> str:
        """The rule as people read it."""
        return self.named or f"one row per {', '.join(self.columns)}"


RowRule = NotNull | InRange | OneOf | AtMostLong | Holds
"""A rule that a row keeps or breaks by itself."""
Rule = RowRule | References | Unique


@dataclass(frozen=True)
class Members(Generic[Relation]):
    """A dimension's rows per `dt`, as an engine knows them, and the column that keys name: its primary key."""

    rows: Relation
    key: str
