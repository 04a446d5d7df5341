"""Where a PostgreSQL is: on a server of the user's, or the private one under the state folder."""

from __future__ import annotations

from collections.abc import Callable

from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.embedded.postgres.server import ensure_postgres, say_nothing
from sakila_platform.settings.places import HOME, POSTGRES_URL


def postgres_server(
    url: str, setting: str = POSTGRES_URL.name, report: Callable[[str], None] = say_nothing
) -> PostgresAddress:
    """The server at that URL; for an empty one, the private server under the state folder, started if need be.

    Raises PlatformError when there is none, UsageError, naming the setting, when the URL is none.
    """
    return PostgresAddress.parse(url, setting) if url else ensure_postgres(HOME.read(), report)
