"""Accounts of a test's own on a MySQL server, with fewer rights than the platform's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect


@contextmanager
def account(server: Address, rights: str) -> Iterator[Address]:
    """An account of the test's own, with these rights alone."""
    user = f"u{uuid.uuid4().hex[:12]}"
    with connect(server.on(""), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE USER {user}@'%%' IDENTIFIED BY %s", ["Reads-0nly"])
        cursor.execute(f"GRANT {rights} TO {user}@'%'")
    try:
        yield replace(server, user=user, password="Reads-0nly")
    finally:
        with connect(server.on(""), autocommit=True) as connection, connection.cursor() as cursor:
            cursor.execute(f"DROP USER {user}@'%'")
