"""Where a job's PostgreSQL is and as whom it logs in. Apart from `login`: it needs a driver that other jobs lack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sakila_platform.databases.postgres.address import PostgresAddress, asked_options
from sakila_platform.spark.source.login import POSTGRES, Login, login_of_secret, place_of


def postgres_address(login: Login, by_settings: Callable[[], PostgresAddress]) -> PostgresAddress:
    """The database: by the secret and the JDBC URL, else by the settings, which are asked only then.

    Raises PlatformError when a secret can't be read, UsageError for a JDBC URL of something else.
    """
    place = place_of(login.jdbc_url, POSTGRES) if login.jdbc_url else None
    if login.secret:
        found = login_of_secret(login.secret, place, POSTGRES)
        address = PostgresAddress(found.host, found.port, found.user, found.password, found.database)
    else:
        known = by_settings()
        address = replace(known, host=place.host, port=place.port, database=place.database) if place else known
    options = asked_options(login.jdbc_url.partition("?")[2], "--jdbc-url")
    return replace(address, options=options) if options else address
