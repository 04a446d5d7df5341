"""What is in a domain's database on MySQL. Starts nothing: a server that is not there has no tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

from pymysql.cursors import Cursor

from sakila_platform.databases.mysql.connection import connect
from sakila_platform.declarations.mysql_database import MySQLDatabase
from sakila_platform.embedded.mariadb.server import has_server
from sakila_platform.embedded.mysql_address import server_address
from sakila_platform.embedded.sakila.verification import existing_tables, quoted
from sakila_platform.settings.places import HOME
from sakila_platform.warehouse.star import LEDGER


def mysql_tables(database: MySQLDatabase, day_columns: Mapping[str, str]) -> Iterator[tuple[str, int, str]]:
    """Each table, its rows, and its last day ("" where it has none): by the ledger of loads, else by these columns.

    Raises PlatformError when the server can't be reached.
    """
    url, _ = database.where()
    if not url and not has_server(HOME.read()):
        return
    with closing(connect(server_address(url))) as connection, connection.cursor(Cursor) as cursor:
        cursor.execute("SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", [database.name])
        if not cursor.fetchall():
            return
        cursor.execute(f"USE {quoted(database.name)}")
        tables = sorted(existing_tables(cursor, database.name))
        loaded = _loaded_days(cursor) if LEDGER in tables else {}
        for table in tables:
            cursor.execute(f"SELECT COUNT(*) FROM {quoted(table)}")
            ((rows,),) = cursor.fetchall()
            yield table, rows, loaded.get(table) or _last_day(cursor, table, day_columns.get(table))


def _loaded_days(cursor: Cursor) -> dict[str, str]:
    cursor.execute(f"SELECT table_name, MAX(date_key) FROM {LEDGER} GROUP BY table_name")
    return {table: f"{key // 10000}-{key // 100 % 100:02}-{key % 100:02}" for table, key in cursor.fetchall()}


def _last_day(cursor: Cursor, table: str, column: str | None) -> str:
    if column is None:
        return ""
    cursor.execute(f"SELECT DATE(MAX({quoted(column)})) FROM {quoted(table)}")
    ((day,),) = cursor.fetchall()
    return str(day or "")
