"""What a domain shows to a newcomer: how its sources are filled, which days are run, and what is shown at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

from sakila_platform.model.days import Clock

Report = Callable[[str], None]
"""Who hears, line by line, how work goes on."""


@dataclass(frozen=True)
class Days:
    """Days that are run together, and what people call them."""

    title: str
    days: list[date]


@dataclass(frozen=True)
class Shown:
    """Something shown at the end: lines, or a table of rows, under a heading."""

    heading: str
    lines: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()


@dataclass(frozen=True)
class Demonstration:
    """A domain's part of `demo`. Every function may be called again: what is there already is left as it is."""

    sources: str
    """What its sources are called while they are filled."""
    fill: Callable[[Report, Clock, int], bool]
    """Fills the sources up to a number of days before today; True when nothing had been there before."""
    chosen: Callable[[Clock, int], list[Days]]
    """The days to run."""
    origin: Callable[[], str]
    """Whose data they are, in a line that says plainly when they are generated."""
    next_steps: tuple[str, ...]
    """Where to look next; HOME/ stands for the state folder."""
    shown: Callable[[], Iterable[Shown]] = lambda: ()
    """What is shown of the domain beside the answers to its questions."""
    is_up_to_date: Callable[[date], bool] = lambda day: False
    """Whether a day that was run before it ended has all that its sources have by now."""
    during: Callable[[], AbstractContextManager[None]] = nullcontext
    """What is open while its days are run, such as a server that they ask."""
