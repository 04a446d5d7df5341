"""Where the databases of reviews are, by the settings: on a PostgreSQL of the user's, or on the private one."""

from __future__ import annotations

from sakila_platform import settings
from sakila_platform.embedded.postgres.server import ensure_postgres
from sakila_platform.postgres import PostgresAddress

SOURCE_DATABASE = "reviews"
WAREHOUSE_DATABASE = "datawarehouse_reviews"


def postgres_server(url: str, setting: str = settings.POSTGRES_URL.name) -> PostgresAddress:
    """The server at that URL; for an empty one, the private server under the state folder, started if need be.

    Raises PlatformError when there is none, UsageError, naming the setting, when the URL is none.
    """
    return PostgresAddress.parse(url, setting) if url else ensure_postgres(settings.HOME.read())


def reviews_source_address() -> PostgresAddress:
    """The database of purchases, as the settings say."""
    return postgres_server(settings.POSTGRES_URL.read()).on(SOURCE_DATABASE)


def reviews_warehouse_address() -> PostgresAddress:
    """The warehouse of reviews, as the settings say."""
    other = settings.REVIEWS_WAREHOUSE_URL.read()
    if other:
        return postgres_server(other, settings.REVIEWS_WAREHOUSE_URL.name).on(WAREHOUSE_DATABASE)
    return reviews_source_address().on(WAREHOUSE_DATABASE)
