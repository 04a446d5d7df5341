"""Sakila put into the shop's database, and what is known of where its data come from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from sakila_platform.databases.mysql.connection import connect
from sakila_platform.embedded.mariadb.server import has_server
from sakila_platform.embedded.mysql_address import OLTP_DATABASE, started_server
from sakila_platform.embedded.sakila.database import LoadReport, load_sakila
from sakila_platform.embedded.sakila.load_record import TABLE, read_record
from sakila_platform.embedded.sakila.scale import load_scaled
from sakila_platform.embedded.sakila.verification import existing_tables
from sakila_platform.errors import PlatformError
from sakila_platform.model.days import Clock
from sakila_platform.rentals.databases import SHOP
from sakila_platform.rentals.simulation.ledger import ensure_ledger, restate_history
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE
from sakila_platform.settings.places import DUMP, HOME, MYSQL_URL


def load_shop(report: Callable[[str], None], scale: int = 1) -> LoadReport:
    """Sakila in the server, which is started if need be; nothing is done if it is there. `scale` multiplies rentals."""
    address = started_server(report)
    loaded = load_sakila(address, DUMP.read(), report, database=OLTP_DATABASE)
    if scale > 1:
        load_scaled(address, scale, report, database=OLTP_DATABASE)
    note = restate_history if scale > 1 else ensure_ledger
    with closing(connect(address.on(OLTP_DATABASE))) as connection:
        clock = Clock(TIME_ZONE.read(), CLOCK.read())
        # What is there now is the recorded history; what people rent from now on is not.
        note(connection, clock.today())
    return loaded


def data_origin() -> str:
    """Whether the shop's data are official, generated, or not there; for people."""
    if not MYSQL_URL.read() and not has_server(HOME.read()):
        return "none yet"
    try:
        with SHOP.connect() as connection, connection.cursor() as cursor:
            if TABLE not in existing_tables(cursor, OLTP_DATABASE):
                return "not loaded by this platform"
            record = read_record(cursor, OLTP_DATABASE)
    except PlatformError:
        return "not known: the database can't be reached"
    origin = "GENERATED (invented names; Sakila's tables and habits)" if record.origin == "generated" else record.origin
    release = f", release {record.release}" if record.release else ""
    scale = f", {record.scale} times the rentals" if record.scale > 1 else ""
    return origin + release + scale if record.is_complete else "a half-finished load"
