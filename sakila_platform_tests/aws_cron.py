"""AWS's cron expressions, checked as AWS does: moto takes any text."""

from __future__ import annotations

import re

_FIELDS = (
    ("minutes", 0, 59),
    ("hours", 0, 23),
    ("day", 1, 31),
    ("month", 1, 12),
    ("weekday", 1, 7),
    ("year", 1970, 2199),
)


def cron_faults(expression: str) -> list[str]:
    """Everything that is wrong with `cron(...)`; empty for one that AWS would take."""
    found = re.fullmatch(r"cron\((.+)\)", expression)
    if not found:
        return [f"{expression!r} is not cron(...)"]
    fields = found[1].split(" ")
    if len(fields) != len(_FIELDS):
        return [f"{expression!r} has {len(fields)} fields, not {len(_FIELDS)}"]
    is_one_open = (fields[2], fields[4]).count("?") == 1
    faults = [] if is_one_open else [f"{expression!r}: one of day and weekday must be ?, the other not"]
    for text, (name, low, high) in zip(fields, _FIELDS, strict=True):
        if text in ("*", "?") and not (text == "?" and name not in ("day", "weekday")):
            continue
        if not (text.isdigit() and low <= int(text) <= high):
            faults.append(f"{expression!r}: {name} {text!r}")
    return faults
