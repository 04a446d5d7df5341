"""Where the databases of reviews are, by the settings: on a PostgreSQL of the user's, or on the private one."""

from __future__ import annotations

from collections.abc import Callable

from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.embedded.postgres.server import ensure_postgres, say_nothing
from sakila_platform.settings.places import HOME, POSTGRES_URL
from sakila_platform.settings.reviews import REVIEWS_WAREHOUSE_URL

SOURCE_DATABASE = "reviews"
WAREHOUSE_DATABASE = "datawarehouse_reviews"


def postgres_server(
    url: str, setting: str = POSTGRES_URL.name, report: Callable[[str], None] = say_nothing
) -> PostgresAddress:
    """The server at that URL; for an empty one, the private server under the state folder, started if need be.

    Raises PlatformError when there is none, UsageError, naming the setting, when the URL is none.
    """
    return PostgresAddress.parse(url, setting) if url else ensure_postgres(HOME.read(), report)


def reviews_source_address(report: Callable[[str], None] = say_nothing) -> PostgresAddress:
    """The database of purchases, as the settings say."""
    return postgres_server(POSTGRES_URL.read(), report=report).on(SOURCE_DATABASE)


def reviews_warehouse_address(report: Callable[[str], None] = say_nothing) -> PostgresAddress:
    """The warehouse of reviews, as the settings say."""
    other = REVIEWS_WAREHOUSE_URL.read()
    if other:
        return postgres_server(other, REVIEWS_WAREHOUSE_URL.name).on(WAREHOUSE_DATABASE)
    return reviews_source_address(report).on(WAREHOUSE_DATABASE)


def is_redshift_chosen() -> bool:
    """Whether the warehouse of reviews is on Redshift: redshift://workgroup/database, which is no PostgreSQL."""
    return REVIEWS_WAREHOUSE_URL.read().startswith("redshift://")
