"""One question answered at once, by the shop, a warehouse or the lake; nothing can be changed by asking."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

import duckdb
import pymysql
from pymysql.constants import CR
from pymysql.cursors import SSCursor
from sqlglot import exp

from sakila_platform.cli.asking.answers import StreamedAnswer
from sakila_platform.cli.asking.postgres_queries import asked_postgres
from sakila_platform.cli.asking.queried_names import first_line_of, query_in, unknown_table
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.declarations.domain import Database
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.domains import DOMAINS
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.lake.duckdb import create_mart_view, create_view, create_view_of_files, open_duckdb
from sakila_platform.lake.files import Lake, TableFolders
from sakila_platform.lake.location import open_lake
from sakila_platform.model.contracts import Table
from sakila_platform.model.naming import LAYERS, TableName, mart_file

DATABASES: Mapping[str, Database] = {name: found for domain in DOMAINS for name, found in domain.places.items()}
PLACES = (*DATABASES, "lake", "athena")
_MART_FOLDER = "marts"
_READS = ("SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "TABLE", "VALUES", "(")
_INTO_FILE = re.compile(r"\bINTO\s+(OUTFILE|DUMPFILE)\b", re.IGNORECASE)
_TEXTS = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"", re.DOTALL)
_FETCHED = 1000


@contextmanager
def asked(place: str, sql: str) -> Iterator[StreamedAnswer]:
    """The answer of a place (see PLACES) to one statement that reads, while its connection is open.

    Raises UsageError for a statement that isn't one, that would change something, or that names what isn't there.
    """
    if place not in PLACES:
        raise UsageError(f"There is no place {place!r} to ask. Give one of: {', '.join(PLACES)}.")
    if place == "lake":
        with _asked_lake(sql) as answer:
            yield answer
    elif place == "athena":
        yield _asked_athena(sql)
    elif isinstance(database := DATABASES[place], MySQLDatabase):
        with _asked_mysql(database.address(), sql) as answer:
            yield answer
    else:
        with asked_postgres(database, sql) as answer:
            yield answer


@contextmanager
def _asked_mysql(address: Address, sql: str) -> Iterator[StreamedAnswer]:
    if not sql.lstrip().upper().startswith(_READS) or _INTO_FILE.search(_TEXTS.sub("''", sql)):
        raise UsageError("A query only reads: give one SELECT.")
    with closing(connect(address)) as connection, connection.cursor(SSCursor) as cursor:
        cursor.execute("START TRANSACTION READ ONLY")
        try:
            cursor.execute(sql)
        except pymysql.err.MySQLError as error:
            raise _mysql_error(connection, address, error) from None
        columns = [column[0] for column in cursor.description or ()]
        yield StreamedAnswer(columns, _mysql_rows(cursor))


def _mysql_rows(cursor: SSCursor) -> Iterator[Sequence]:
    while rows := cursor.fetchmany(_FETCHED):
        yield from rows


def _mysql_error(connection: pymysql.Connection, address: Address, error: pymysql.err.MySQLError) -> PlatformError:
    reason = str(error.args[-1]) if error.args else str(error)
    if error.args and error.args[0] in (CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST):
        return PlatformError(f"The server at {address} went away: {reason}. Ask again.")
    missing = re.search(r"Table '(?:[^'.]*\.)?([^']*)' doesn't exist", reason)
    if not missing:
        return UsageError(f"{address.database} can't answer that: {' '.join(reason.split())}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", (address.database,))
        names = sorted(str(name) for (name,) in cursor.fetchall())
    return unknown_table(address.database, missing.group(1), names)


def _asked_athena(sql: str) -> StreamedAnswer:
    query_in(sql, "athena")
    # Here and not above: the other places have no use for boto3, which takes a quarter of a second to import.
    from sakila_platform.databases.athena import ask_athena

    answer = ask_athena(sql)
    return StreamedAnswer(answer.columns, answer.rows)


@contextmanager
def _asked_lake(sql: str) -> Iterator[StreamedAnswer]:
    lake = open_lake()
    with open_duckdb() as connection:
        notes = [note for name in _tables_in(sql) for note in _name_table(connection, lake, *name)]
        try:
            result = connection.execute(sql)
        except duckdb.Error as error:
            raise UsageError(f"The lake can't answer that: {first_line_of(error)}") from None
        columns = [column[0] for column in result.description or ()]
        yield StreamedAnswer(columns, _lake_rows(result), notes)


def _lake_rows(result: duckdb.DuckDBPyConnection) -> Iterator[Sequence]:
    while rows := result.fetchmany(_FETCHED):
        yield from rows


def _tables_in(sql: str) -> list[tuple[str, str]]:
    """Schema and name of every table that one SELECT reads, its own WITH parts aside."""
    query = query_in(sql, "duckdb")
    within = {part.alias for part in query.find_all(exp.CTE)}
    tables = {(table.db, table.name) for table in query.find_all(exp.Table)}
    return sorted((schema, name) for schema, name in tables if name and (schema or name not in within))


def _name_table(connection: duckdb.DuckDBPyConnection, lake: Lake, schema: str, table: str) -> list[str]:
    """Let SQL find a table of the lake. Returns notes: folders that are not read."""
    if schema == "information_schema":
        return []
    layer, _, source = schema.partition("_")
    name = TableName(layer, source, table)
    folders = lake.folders(name) if source else TableFolders(name, (), ())
    if parts := folders.partitions or tuple(lake.parts(name) if source else ()):
        contract = _contract(name)
        if contract:
            create_view(connection, lake, contract, parts, name)
        else:
            create_view_of_files(connection, lake, name, parts)
    elif schema == _MART_FOLDER and lake.exists(mart_file(table)):
        create_mart_view(connection, lake, table)
    elif folders.strays:
        raise UsageError(f"{folders.notes[0]} {name} has no other.")
    else:
        wanted = f"{schema}.{table}" if schema else table
        raise unknown_table("the lake", wanted, _names_in(lake))
    return folders.notes


def _contract(name: TableName) -> Table | None:
    """The contract of a table of the lake, or of what was set aside of it; None for one that no domain has any more."""
    for table in (table for domain in DOMAINS for table in domain.lake_tables):
        if name in (table.name, table.name.in_layer("quarantine")):
            return table
    return None


def _names_in(lake: Lake) -> list[str]:
    return sorted([name.sql for name in lake.tables() if name.layer in LAYERS] + [f"marts.{m}" for m in lake.marts()])
