"""How the rental star is built from stage: its SQL and its contracts, for whatever engine computes it."""

from __future__ import annotations

from sakila_platform import settings
from sakila_platform.engine.queries import SQL_FOLDER
from sakila_platform.engine.star_builds import StarBuild
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.rentals.star import DAILY_TABLES
from sakila_platform.resources.lake_files import Lake

FINAL_SQL = SQL_FOLDER / "final"


def star_build(lake: Lake) -> StarBuild:
    """How the rental star is built on this lake."""
    contracts = {table.name: table for table in (*STAGE_TABLES, *DAILY_TABLES)}
    return StarBuild(lake, FINAL_SQL, contracts, settings.ALLOWED_BAD_SHARE.read())
