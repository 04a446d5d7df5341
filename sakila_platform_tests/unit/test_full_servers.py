"""A server without a connection left is there: people are told to wait, and not to start another one."""

from __future__ import annotations

import psycopg
import pymysql
import pytest

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.refusals import no_connection
from sakila_platform.databases.postgres.address import PostgresAddress, connect
from sakila_platform.errors import PlatformError


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (1040, "Too many connections"),
        (1203, "User shop already has more than 'max_user_connections' active connections"),
        (1226, "User 'shop' has exceeded the 'max_user_connections' resource (current value: 1)"),
    ],
)
def test_a_full_mysql_is_waited_for(code: int, words: str) -> None:
    message = str(
        no_connection(Address.parse("mysql://shop:secret@127.0.0.1"), pymysql.err.OperationalError(code, words))
    )
    assert words in message
    assert message.endswith("have the server allow more (max_connections, max_user_connections).")


@pytest.mark.parametrize(
    "words",
    [
        "FATAL:  sorry, too many clients already",
        'FATAL:  too many connections for role "shop"',
        "FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
    ],
)
def test_a_full_postgresql_is_waited_for(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise psycopg.OperationalError(f"connection failed: {words}")

    monkeypatch.setattr(psycopg, "connect", refuse)
    with pytest.raises(PlatformError) as refused:
        connect(PostgresAddress.parse("postgresql://shop:secret@127.0.0.1/reviews"))
    assert words in str(refused.value)
    assert str(refused.value).endswith("have the server allow more (max_connections, CONNECTION LIMIT).")
