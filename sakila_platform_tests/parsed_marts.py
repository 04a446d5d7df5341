"""dbt's project, parsed once in a process: that takes longer than most tests, and each has a state folder of its own.

Not for tests of how it is parsed, or of what happens at a first start.
"""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sakila_platform.marts.dbt_project import DbtProject
from sakila_platform.orchestration.layers.marts import MARTS_PROJECT, marts_project


def bring_parsed_marts() -> None:
    """Leave the state folder of the settings as one in which the marts' project was parsed before."""
    parsed = DbtProject(MARTS_PROJECT, Path(_kept().name)).parsed()
    place = marts_project().state / parsed.name
    if not place.exists():
        shutil.copytree(parsed, place)


@cache
def _kept() -> TemporaryDirectory[str]:
    """A folder that is removed when the process ends."""
    return TemporaryDirectory(prefix="sakila-parsed-")
