"""Operating systems as vendors name them: the browser that comes with each, and who makes it. Pure.

A system is recognised by a word of its name, whatever its case: `Apple iOS` by `ios`, `Microsoft Windows 10` by
`windows`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

APPLE = ("apple", "ios", "ipados", "mac", "macos", "osx")
_WORD = re.compile(r"[^\W_]+")


def browser_of(system: str, table: Mapping[str, str]) -> str | None:
    """The browser of a system; None for one that the table does not know."""
    words = words_of(system)
    return next((browser for word, browser in table.items() if word in words), None)


def is_apple(system: str) -> bool:
    """Whether Apple makes the system, and with it the device."""
    return not words_of(system).isdisjoint(APPLE)


def words_of(system: str) -> set[str]:
    """The words of a system's name, lower case."""
    return set(_WORD.findall(system.lower()))


def is_apple_sql(system: str) -> str:
    """SQL for whether Apple makes the system that this SQL names."""
    return f"regexp_matches(lower({system}), '(^|[^a-z0-9])({'|'.join(APPLE)})([^a-z0-9]|$)')"
