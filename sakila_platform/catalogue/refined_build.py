"""How the refined star is built from trusted: its SQL, contracts, terms and checks. In this process, by DuckDB."""

from __future__ import annotations

from sakila_platform.catalogue.declared_terms import (
    GENRE_NAMES,
    REFINED_SQL,
    SUBGENRE_TERMS,
    genre_names,
    subgenre_terms,
)
from sakila_platform.catalogue.refined_tables import (
    BRIDGE_TITLE_SUBGENRE,
    FACT_TITLE,
    REFINED_TABLES,
    UNMATCHED_TITLES,
)
from sakila_platform.catalogue.trusted_tables import TITLES, TMDB_TITLES, TRUSTED_TABLES
from sakila_platform.errors import PlatformError
from sakila_platform.lake.duckdb import open_duckdb
from sakila_platform.lake.files import Lake, held_partitions
from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import TableDay
from sakila_platform.model.queries import SQL_FOLDER
from sakila_platform.settings.runs import ALLOWED_BAD_SHARE
from sakila_platform.star.table_checks import TableCheck
from sakila_platform.star.unpartitioned_builds import UnpartitionedBuild, build_unpartitioned

_CHECKS_SQL = SQL_FOLDER / "catalogue" / "checks"
CHECKS = (
    TableCheck(
        FACT_TITLE.name,
        "Each title counts once, however many people, genres and keywords it has.",
        _CHECKS_SQL / "averages_once.sql",
    ),
    TableCheck(
        BRIDGE_TITLE_SUBGENRE.name,
        "Each title has a sub-genre, be it Other.",
        _CHECKS_SQL / "titles_in_a_subgenre.sql",
    ),
    TableCheck(
        UNMATCHED_TITLES.name,
        "Each title is in the CSV files and in TMDB. Those that are not are in this table.",
        _CHECKS_SQL / "titles_are_matched.sql",
        is_warning=True,
    ),
)


def refined_build(lake: Lake) -> UnpartitionedBuild:
    """How the star is built on this lake."""
    return UnpartitionedBuild(
        lake,
        REFINED_SQL,
        {table.name: table for table in (*TRUSTED_TABLES, *REFINED_TABLES)},
        ALLOWED_BAD_SHARE.read(),
        frozenset((SUBGENRE_TERMS, GENRE_NAMES)),
        CHECKS,
    )


def build_refined(lake: Lake) -> dict[TableName, TableDay]:
    """Make the whole star anew of what trusted has.

    Raises PlatformError when trusted has no titles at all, or a table of terms is broken.
    """
    if not any(held_partitions(lake, name) for name in (TITLES.name, TMDB_TITLES.name)):
        raise PlatformError(
            f"The lake has neither {TITLES.name} nor {TMDB_TITLES.name} yet. "
            "Run the catalogue first: `sakila-platform run catalogue --from DAY --to DAY`."
        )
    with open_duckdb() as connection, lake.steady():
        for name, rows in ((SUBGENRE_TERMS, subgenre_terms()), (GENRE_NAMES, genre_names())):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.database}")
            connection.register("declared_rows", rows)
            connection.execute(f"CREATE TABLE {name.sql} AS FROM declared_rows")
            connection.unregister("declared_rows")
        return build_unpartitioned(connection, refined_build(lake), REFINED_TABLES)
