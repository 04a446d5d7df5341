"""Every setting there is, subject by subject, and what is done to all of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches

from sakila_platform.settings import aws, calendar, catalogue, dashboards, desk, places, rentals, reviews, runs
from sakila_platform.settings.setting import Setting

_SUBJECTS = (places, calendar, rentals, reviews, runs, desk, dashboards, aws, catalogue)


_PREFIX = "SAKILA_"
# The prefix is alike already, so what comes after it must be, too.
_LIKENESS = 0.8


def all_settings() -> tuple[Setting, ...]:
    """Every setting, in the order of its subject and, within it, of its module."""
    declared = (value for subject in _SUBJECTS for value in vars(subject).values() if isinstance(value, Setting))
    return tuple(dict.fromkeys(declared))


def require_usable() -> None:
    """Raises UsageError for the first setting that can't be understood, or a calendar without a day.

    Better before the work than in its middle.
    """
    for setting in all_settings():
        setting.read()
    calendar.require_a_day()


def unknown_variables() -> dict[str, str]:
    """Variables that are called as settings are and are none, by name, with the setting nearest to it ("": none is)."""
    names = [setting.name for setting in all_settings()]
    unknown = sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in names)
    return {name: next(iter(get_close_matches(name, names, n=1, cutoff=_LIKENESS)), "") for name in unknown}


def put_in_environment(variables: Mapping[str, str]) -> None:
    """Set variables for this process and those it starts: Dagster reads its own from there."""
    os.environ.update(variables)
