"""A question asked of a warehouse on PostgreSQL."""

from __future__ import annotations

import psycopg
from psycopg import errors

from sakila_platform.databases.postgres.address import first_line
from sakila_platform.databases.transient import is_transient
from sakila_platform.errors import PlatformError
from sakila_platform.marts.questions import Answer, Question


def answer_on_postgres(connection: psycopg.Connection, question: Question, domain: str) -> Answer:
    """Ask the warehouse of a domain, in a transaction that can't write.

    Raises PlatformError, naming the file and the server's reason, when it can't answer.
    """
    try:
        with connection.transaction(force_rollback=True):
            connection.execute("SET TRANSACTION READ ONLY")
            cursor = connection.execute(question.query.sql.encode())
            rows = tuple(cursor.fetchall())
    except psycopg.Error as error:
        if is_transient(error):
            raise
        remedy = "Fix the file."
        if isinstance(error, errors.UndefinedTable):
            remedy = f"Load the warehouse first: `sakila-platform run {domain} --from DAY --to DAY`."
        raise PlatformError(f"{question.where}: {first_line(error)}. {remedy}") from None
    described = cursor.description or ()
    return Answer(
        tuple(column.name for column in described),
        tuple(_type_name(connection, column.type_code) for column in described),
        rows,
    )


def _type_name(connection: psycopg.Connection, code: int) -> str:
    found = connection.adapters.types.get(code)
    return found.name if found else "unknown"
