"""Which errors of PostgreSQL pass by themselves, so that a step is tried again, and which are ours to put right."""

from __future__ import annotations

import dagster as dg
import psycopg
import pytest

from sakila_platform.databases.postgres.address import PostgresAddress, connect, connected
from sakila_platform.databases.transient import is_transient
from sakila_platform.orchestration.failures import failing_in_one_line


def error_of(connection: psycopg.Connection, sql: str) -> psycopg.Error:
    with pytest.raises(psycopg.Error) as raised:
        connection.execute(sql)
    return raised.value


def test_a_connection_that_is_lost_passes(empty_postgres: PostgresAddress) -> None:
    with connected(empty_postgres) as lost, connect(empty_postgres, autocommit=True) as other:
        pid = lost.info.backend_pid
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert is_transient(error_of(lost, "SELECT 1"))
        assert is_transient(error_of(lost, "SELECT 1"))


def test_rows_and_tables_that_others_hold_pass(empty_postgres: PostgresAddress) -> None:
    with connected(empty_postgres) as one, connect(empty_postgres) as other:
        one.execute("CREATE TABLE review (review_id INT PRIMARY KEY)")
        one.commit()
        one.execute("LOCK TABLE review")
        other.execute("SET lock_timeout = '10ms'")
        assert is_transient(error_of(other, "SELECT * FROM review"))


def test_what_changed_below_a_serializable_transaction_passes(empty_postgres: PostgresAddress) -> None:
    with connected(empty_postgres) as one, connect(empty_postgres) as other:
        one.execute("CREATE TABLE review (review_id INT PRIMARY KEY)")
        one.execute("INSERT INTO review VALUES (1)")
        one.commit()
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT * FROM review")
        one.execute("UPDATE review SET review_id = 2")
        one.commit()
        error = error_of(other, "DELETE FROM review")
        assert is_transient(error)
        with pytest.raises(dg.RetryRequested), failing_in_one_line():
            raise error


@pytest.mark.parametrize("sql", ["SELECT * FROM nowhere", "INSERT INTO review VALUES (1)", "SELEC 1"])
def test_a_mistake_of_ours_does_not_pass(empty_postgres: PostgresAddress, sql: str) -> None:
    with connected(empty_postgres) as connection:
        connection.execute("CREATE TABLE review (review_id INT PRIMARY KEY)")
        connection.execute("INSERT INTO review VALUES (1)")
        connection.commit()
        error = error_of(connection, sql)
        assert not is_transient(error)
        with pytest.raises(psycopg.Error), failing_in_one_line():
            raise error
