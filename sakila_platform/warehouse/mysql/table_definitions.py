"""The tables of a warehouse on MySQL made, migrated, and brought up to their contracts; and all that tried on a copy.

MySQL commits whenever a definition changes, so this is done before a load's transaction begins. What a run that dies
has done stays, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pymysql
from pymysql.cursors import Cursor

from sakila_platform.databases.mysql.connection import Connection
from sakila_platform.errors import PlatformError
from sakila_platform.model.contracts import Table, TableKind
from sakila_platform.model.ddl import mysql_ddl
from sakila_platform.model.outcomes import TableChanges
from sakila_platform.warehouse.changing.differences import changes, reported
from sakila_platform.warehouse.changing.found import MYSQL, FoundTable, found_tables
from sakila_platform.warehouse.changing.migrations import MIGRATIONS, Migration, pending
from sakila_platform.warehouse.changing.statements import mysql_statements

# How long a change of a table waits for those who read it.
_DEFINITION_WAIT_SECONDS = 60
_LONGEST_NAME = 64


def make_tables(cursor: Cursor, tables: Sequence[Table], migrations: Sequence[Migration] = ()) -> TableChanges:
    """Make the tables that are not there, and give those that are what they lack. Returns what was changed by table.

    Migrations that are not in the warehouse's ledger, which must be one of the tables then, come first. Raises
    PlatformError, before anything else is changed, when a table differs otherwise.
    """
    found = _found(cursor)
    # The Date dimension may be there before all others: its years are made by themselves.
    begins = not any(table.name.table in found for table in tables if table.kind is not TableKind.CALENDAR)
    migrated: TableChanges = {}
    if migrations and not begins:
        migrated = _migrate(cursor, found, tables, migrations)
        found = _found(cursor)
    brought = changes(found, tables, MYSQL)
    for statement in mysql_statements(brought):
        _change(cursor, statement)
    for table in tables:
        if table.name.table not in found:
            cursor.execute(mysql_ddl(table))
    if begins:
        # Its tables are those of today: there is nothing to migrate.
        for migration in migrations:
            _note(cursor, migration, is_done=True)
    return {**migrated, **reported(found, tables, brought)}


def tried_on_a_copy(
    connection: Connection, tables: Sequence[Table], migrations: Sequence[Migration] = ()
) -> TableChanges:
    """What `make_tables` would change, found out on empty copies of the tables, in a database that is dropped again.

    Raises PlatformError as `make_tables` would, or when the account may make no database.
    """
    with _copy(connection) as cursor:
        return make_tables(cursor, tables, migrations)


@contextmanager
def _copy(connection: Connection) -> Iterator[Cursor]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DATABASE()")
        ((database,),) = cursor.fetchall()
        scratch = f"{database[: _LONGEST_NAME - len('_dry_run')]}_dry_run"
        cursor.execute(
            "SELECT table_name FROM information_schema.tables "
            "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'"
        )
        names = [name for (name,) in cursor.fetchall()]
        try:
            cursor.execute(f"DROP DATABASE IF EXISTS `{scratch}`")
            cursor.execute(f"CREATE DATABASE `{scratch}` CHARACTER SET utf8mb4")
        except pymysql.err.OperationalError as error:
            raise PlatformError(
                f"The copy can't be made in a database {scratch}: {error.args[1]}. "
                f"Grant the account ALL ON `{scratch}`.* for it."
            ) from None
        try:
            for name in names:
                cursor.execute(f"CREATE TABLE `{scratch}`.`{name}` LIKE `{database}`.`{name}`")
            if MIGRATIONS in names:
                cursor.execute(f"INSERT INTO `{scratch}`.`{MIGRATIONS}` SELECT * FROM `{database}`.`{MIGRATIONS}`")
            connection.select_db(scratch)
            yield cursor
        finally:
            connection.select_db(database)
            cursor.execute(f"DROP DATABASE IF EXISTS `{scratch}`")


def _found(cursor: Cursor) -> Mapping[str, FoundTable]:
    cursor.execute(MYSQL.columns_sql)
    return found_tables(cursor.fetchall())


def _migrate(
    cursor: Cursor, found: Mapping[str, FoundTable], tables: Sequence[Table], migrations: Sequence[Migration]
) -> TableChanges:
    (ledger,) = (table for table in tables if table.name.table == MIGRATIONS)
    if MIGRATIONS not in found:
        cursor.execute(mysql_ddl(ledger))
    cursor.execute(f"SELECT name, checksum, applied_at FROM {MIGRATIONS}")
    applied = list(cursor.fetchall())
    begun = {name for name, _, at in applied if at is None}
    due = pending(migrations, applied)
    for migration in due:
        _note(cursor, migration, is_done=False)
        try:
            _change(cursor, migration.statement)
        except PlatformError:
            # One that was begun may have been done by a run that died before it said so: the contracts will tell.
            if migration.name not in begun:
                cursor.execute(f"DELETE FROM {MIGRATIONS} WHERE name = %s", (migration.name,))
                cursor.connection.commit()
                raise
        _note(cursor, migration, is_done=True)
    return {MIGRATIONS: [f"the migration {migration.name} was applied" for migration in due]} if due else {}


def _note(cursor: Cursor, migration: Migration, *, is_done: bool) -> None:
    at = "UTC_TIMESTAMP(6)" if is_done else "NULL"
    cursor.execute(
        f"REPLACE INTO {MIGRATIONS} (name, checksum, applied_at) VALUES (%s, %s, {at})",
        (migration.name, migration.checksum),
    )
    cursor.connection.commit()


def _change(cursor: Cursor, statement: str) -> None:
    cursor.execute("SET SESSION lock_wait_timeout = %s", (_DEFINITION_WAIT_SECONDS,))
    try:
        cursor.execute(statement)
    except pymysql.err.MySQLError as error:
        reason = error.args[1] if len(error.args) > 1 else error
        raise PlatformError(
            f"The warehouse can't be brought up to its contracts: {reason} ({' '.join(statement.split())}). "
            "Nothing was loaded. Fix that; the next run tries again."
        ) from None
    finally:
        cursor.execute("SET SESSION lock_wait_timeout = DEFAULT")
