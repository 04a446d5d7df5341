"""The database server started and stopped, and Sakila put into it."""

from __future__ import annotations

from contextlib import closing

from sakila_platform.cli.terminal import Report
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.databases.postgres.address import PostgresAddress, connected
from sakila_platform.embedded.mariadb.server import ensure_server, stop_server
from sakila_platform.embedded.mysql_address import OLTP_DATABASE
from sakila_platform.embedded.postgres.server import ensure_postgres, has_postgres, stop_postgres
from sakila_platform.embedded.postgres_address import reviews_source_address
from sakila_platform.embedded.sakila.database import LoadReport, load_sakila
from sakila_platform.embedded.sakila.scale import load_scaled
from sakila_platform.model.days import Clock
from sakila_platform.rentals.simulation.ledger import ensure_ledger, restate_history
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE
from sakila_platform.settings.places import DUMP, HOME, MYSQL_URL, POSTGRES_URL


def start_database(report: Report) -> Address:
    """The server of the settings, which answers; the private one is started unless SAKILA_MYSQL_URL names another."""
    url = MYSQL_URL.read()
    if not url:
        return ensure_server(HOME.read(), report)
    address = Address.parse(url).on("")
    connect(address).close()
    return address


def start_databases(report: Report) -> list[Address | PostgresAddress]:
    """That server, and the private PostgreSQL where the state folder has one: it is made when reviews need it."""
    found: list[Address | PostgresAddress] = [start_database(report)]
    home = HOME.read()
    if has_postgres(home) and not POSTGRES_URL.read():
        found.append(ensure_postgres(home, report))
    return found


def start_database_of(domain: str, report: Report) -> None:
    """The servers that a domain works with, which answer; a private one is started if need be."""
    if domain == "rentals":
        start_database(report)
    elif domain == "reviews":
        with connected(reviews_source_address(report)):
            pass


def stop_database(report: Report) -> bool:
    """Stop the private servers. False when none ran; servers of the settings' URLs are left alone."""
    home = HOME.read()
    stopped = [stop_server(home, report), stop_postgres(home, report)]
    return any(stopped)


def load_shop(report: Report, scale: int = 1) -> LoadReport:
    """Sakila in the server, which is started if need be; nothing is done if it is there. `scale` multiplies rentals."""
    address = start_database(report)
    loaded = load_sakila(address, DUMP.read(), report, database=OLTP_DATABASE)
    if scale > 1:
        load_scaled(address, scale, report, database=OLTP_DATABASE)
    note = restate_history if scale > 1 else ensure_ledger
    with closing(connect(address.on(OLTP_DATABASE))) as connection:
        clock = Clock(TIME_ZONE.read(), CLOCK.read())
        # What is there now is the recorded history; what people rent from now on is not.
        note(connection, clock.today())
    return loaded
