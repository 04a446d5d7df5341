"""How what there is differs from what shall be, part by part. Pure.

AWS answers more than it was sent (defaults, times, versions), so a structure is compared by the names that are
declared; a map that is declared `Exactly`, and every list, is compared whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from sakila_platform.deploy.declarations import Exactly, Later, Secret, State

_NOTHING: tuple[Any, ...] = (None, "", False)
_MOST_CHARACTERS = 160
_CHARACTERS_BEFORE = 20


@dataclass(frozen=True)
class Difference:
    """One place where what there is is not what shall be."""

    path: str
    present: Any
    wanted: Any

    def __str__(self) -> str:
        if isinstance(self.wanted, Secret):
            return f"{self.path}: (secret) differs"
        alike = _characters_alike(self.present, self.wanted)
        return f"{self.path}: {_shown(self.present, alike)} -> {_shown(self.wanted, alike)}"


def differences(wanted: State, present: State) -> list[Difference]:
    """Every difference, in the order of declaration; empty when there is nothing to do."""
    return list(_of_mapping("", wanted, present))


def changed_parts(found: list[Difference]) -> tuple[str, ...]:
    """The top-level parts that differences are in."""
    return tuple(dict.fromkeys(difference.path.split(".")[0].split("[")[0] for difference in found))


def _of_mapping(path: str, wanted: Mapping[str, Any], present: Mapping[str, Any]) -> Iterator[Difference]:
    for name, value in wanted.items():
        yield from _of_value(f"{path}.{name}" if path else name, value, present.get(name))
    if isinstance(wanted, Exactly):
        for name in present.keys() - wanted.keys():
            yield Difference(f"{path}.{name}", present[name], None)


def _of_value(path: str, wanted: Any, present: Any) -> Iterator[Difference]:
    if wanted and isinstance(wanted, Mapping) and isinstance(present, Mapping):
        yield from _of_mapping(path, wanted, present)
    elif isinstance(wanted, list) and isinstance(present, list) and len(wanted) == len(present):
        for number, (ours, theirs) in enumerate(zip(wanted, present, strict=True)):
            yield from _of_value(f"{path}[{number}]", ours, theirs)
    elif wanted != present and not (_is_nothing(wanted) and _is_nothing(present)):
        yield Difference(path, present, wanted)


def _is_nothing(value: Any) -> bool:
    """Whether a value says nothing: AWS answers empty lists and texts for what was never set."""
    if isinstance(value, Mapping):
        return all(_is_nothing(each) for each in value.values())
    return value == [] or value in _NOTHING


def _characters_alike(present: Any, wanted: Any) -> int:
    """How much of the beginning of two long texts can be left out, because it is the same."""
    if not (isinstance(present, str) and isinstance(wanted, str)):
        return 0
    same = takewhile(lambda pair: pair[0] == pair[1], zip(present, wanted, strict=False))
    alike = sum(1 for _ in same) - _CHARACTERS_BEFORE
    return alike if alike > _CHARACTERS_BEFORE else 0


def _shown(value: Any, left_out: int) -> str:
    if _is_nothing(value) and value is not False:
        return "(nothing)"
    if isinstance(value, Later | Secret):
        return repr(value)
    text = value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    text = f"... {text[left_out:]}" if left_out else text
    return text if len(text) <= _MOST_CHARACTERS else text[:_MOST_CHARACTERS] + " ..."
