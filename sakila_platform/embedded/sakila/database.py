"""Sakila put into a MySQL server: official where it is available, else generated; verified; once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import pymysql
from pymysql.cursors import Cursor

from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.sakila import load_record
from sakila_platform.embedded.sakila.dumps.dump import DOWNLOAD_URL, DumpUnavailable, read_dump
from sakila_platform.embedded.sakila.dumps.literals import FileValues
from sakila_platform.embedded.sakila.dumps.statements import Executes
from sakila_platform.embedded.sakila.generated.database import generated_sakila
from sakila_platform.embedded.sakila.load_errors import reason_of, remedy_for
from sakila_platform.embedded.sakila.load_record import COMPLETE, LOADING, LoadRecord
from sakila_platform.embedded.sakila.official import executed_comments, official_sakila
from sakila_platform.embedded.sakila.verification import (
    TABLES,
    existing_tables,
    quoted,
    row_counts,
    verify_foreign_keys,
    verify_row_counts,
    verify_values,
)
from sakila_platform.errors import PlatformError

ALREADY_THERE = "already there"
Report = Callable[[str], None]


@dataclass(frozen=True)
class LoadReport:
    """What a load did: `origin` is official, generated or already there; `rows` are counts per table, as verified."""

    origin: str
    release: str | None
    rows: Mapping[str, int]
    seconds: float


class Sakila(Protocol):
    """A Sakila that can be put into an empty database, and that knows which rows each table will have."""

    @property
    def origin(self) -> str: ...
    @property
    def release(self) -> str | None: ...
    @property
    def rows(self) -> Mapping[str, int]: ...
    @property
    def values(self) -> Mapping[str, FileValues]: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def notes(self) -> Sequence[str]: ...
    def fill(self, cursor: Cursor, database: str) -> None: ...


def load_sakila(address: Address, source: str, report: Report, *, database: str = "sakila") -> LoadReport:
    """Put Sakila into `database` on this server, unless a complete load is there; a half-finished one is redone.

    `source` is SAKILA_DUMP's text: a folder, an archive or an https URL; empty means MySQL's own download address and,
    where that does not answer, generated data. Raises PlatformError for a dump that can't be read, is corrupt, cut off
    or incomplete, and for a database that holds tables which are not from a load of ours.
    """
    started = time.monotonic()
    with closing(connect(address.on(""), autocommit=True)) as connection, connection.cursor() as cursor:
        load_record.take_load_lock(cursor, database)
        found = _found(cursor, database, report)
        if found:
            return LoadReport(ALREADY_THERE, found.release, row_counts(cursor, database), _since(started))
        sakila = _chosen(source, report, executed_comments(cursor))
        rows, left_out = _load(cursor, database, sakila)
    seconds = _since(started)
    report(
        f"Sakila ({sakila.origin}{f', release {sakila.release}' if sakila.release else ''}) is in {database}: "
        f"{rows['rental']:,} rentals, {rows['payment']:,} payments, {rows['film']:,} films; "
        f"row counts, values and foreign keys verified, {seconds:.1f} s."
    )
    for note in sakila.notes:
        report(note)
    if left_out:
        report(f"Counted, but not compared with their origin: {', '.join(left_out)} (expressions, or types like JSON).")
    return LoadReport(sakila.origin, sakila.release, rows, seconds)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _found(cursor: Cursor, database: str, report: Report) -> LoadRecord | None:
    """The record of the complete load that is there; None when the database is to be loaded."""
    tables = existing_tables(cursor, database)
    missing = [table for table in TABLES if table not in tables]
    if not tables:
        return None
    if load_record.TABLE not in tables:
        if missing:
            raise PlatformError(
                f"The database {database} holds tables, but no Sakila ({missing[0]} is missing), and they are not "
                "from a load of this platform. Drop it yourself, or name another server."
            )
        report(f"A Sakila that this platform did not load is in {database}: it is used as it is.")
        return LoadRecord(COMPLETE, "unknown")
    record = load_record.read_record(cursor, database)
    if not record.is_complete:
        report(f"A half-finished load ({record.state}) is in {database}: it is dropped and redone.")
        return None
    if missing:
        raise PlatformError(
            f"{database}.{missing[0]} was dropped since Sakila was loaded. "
            f"Drop the database {database} to load it again."
        )
    report(f"Sakila ({record.origin} data) is in {database} already: nothing to load.")
    return record


def _chosen(source: str, report: Report, executes: Executes) -> Sakila:
    if source:
        return official_sakila(read_dump(source), executes)
    try:
        dump = read_dump(DOWNLOAD_URL)
    except DumpUnavailable as error:
        report(
            f"The official Sakila can't be downloaded from {DOWNLOAD_URL} ({error.reason}). "
            "The data are GENERATED: invented names, Sakila's tables and habits. "
            "Set SAKILA_DUMP to a folder, archive or https URL to load the official data."
        )
        return generated_sakila()
    return official_sakila(dump, executes)


def _load(cursor: Cursor, database: str, sakila: Sakila) -> tuple[dict[str, int], list[str]]:
    """The verified row counts, and the columns that could only be counted."""
    name = quoted(database)
    begun = LoadRecord(LOADING, sakila.origin, sakila.release)
    making = f"DROP DATABASE IF EXISTS {name}"
    try:
        cursor.execute(making)
        making = f"CREATE DATABASE {name} CHARACTER SET utf8mb4"
        cursor.execute(making)
        load_record.begin_record(cursor, database, begun)
        cursor.execute(f"USE {name}")
        sakila.fill(cursor, database)
        cursor.execute("SET autocommit = 1, unique_checks = 1, foreign_key_checks = 1")
        rows = verify_row_counts(cursor, database, sakila.rows)
        left_out = _verify_values(cursor, database, sakila)
        verify_foreign_keys(cursor, database)
        load_record.write_record(cursor, database, LoadRecord(COMPLETE, sakila.origin, sakila.release))
    except pymysql.MySQLError as error:
        remedy = remedy_for(error, making, database) or "Load it again."
        raise PlatformError(f"Loading Sakila into {database} failed: {reason_of(error)}. {remedy}") from None
    return rows, left_out


def _verify_values(cursor: Cursor, database: str, sakila: Sakila) -> list[str]:
    """Instants are compared in the zone that their origin writes them in."""
    cursor.execute("SELECT @@time_zone")
    before = cursor.fetchall()[0]
    cursor.execute("SET time_zone = %s", (sakila.time_zone,))
    left_out = verify_values(cursor, database, sakila.values)
    cursor.execute("SET time_zone = %s", before)
    return left_out
