"""A PostgreSQL of the test session's own, and databases of single tests on it."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sakila_platform.databases.postgres.address import PostgresAddress, connect
from sakila_platform.embedded.postgres.server import ensure_postgres, stop_postgres


@contextmanager
def private_postgres() -> Iterator[PostgresAddress]:
    """A server in a temporary folder, gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="sakila-postgres-"))
    try:
        yield ensure_postgres(home)
    finally:
        stop_postgres(home)
        shutil.rmtree(home)


@contextmanager
def postgres_database(server: PostgresAddress) -> Iterator[PostgresAddress]:
    """The name of a database that is not there yet, on a server; gone afterwards whoever is still connected."""
    name = f"test_{uuid.uuid4().hex}"
    yield server.on(name)
    with connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
