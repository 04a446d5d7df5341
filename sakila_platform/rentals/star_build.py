"""How the rental star is built from stage: its SQL and its contracts, for whatever engine computes it."""

from __future__ import annotations

from sakila_platform.lake.files import Lake
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.rentals.source import STAGE_TABLES
from sakila_platform.rentals.star import DAILY_TABLES
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.star.builds import StarBuild

FINAL_SQL = SQL_FOLDER / "rentals" / "final"


def star_build(lake: Lake) -> StarBuild:
    """How the rental star is built on this lake."""
    contracts = {table.name: table for table in (*STAGE_TABLES, *DAILY_TABLES)}
    return StarBuild(lake, FINAL_SQL, contracts, ALLOWED_BAD_SHARE.read())
