"""The database server started and stopped, and Sakila put into it."""

from __future__ import annotations

from contextlib import closing

from sakila_platform import settings
from sakila_platform.commands.terminal import Report
from sakila_platform.days import Clock
from sakila_platform.embedded.postgres.server import ensure_postgres, has_postgres, stop_postgres
from sakila_platform.embedded.sakila import LoadReport, load_sakila
from sakila_platform.embedded.scale import load_scaled
from sakila_platform.embedded.server import ensure_server, stop_server
from sakila_platform.mysql import Address, connect
from sakila_platform.postgres import PostgresAddress, connected
from sakila_platform.rentals.simulation_ledger import ensure_ledger, restate_history
from sakila_platform.resources.postgres_address import reviews_source_address
from sakila_platform.resources.server_address import OLTP_DATABASE


def start_database(report: Report) -> Address:
    """The server of the settings, which answers; the private one is started unless SAKILA_MYSQL_URL names another."""
    url = settings.MYSQL_URL.read()
    if not url:
        return ensure_server(settings.HOME.read(), report)
    address = Address.parse(url).on("")
    connect(address).close()
    return address


def start_databases(report: Report) -> list[Address | PostgresAddress]:
    """That server, and the private PostgreSQL where the state folder has one: it is made when reviews need it."""
    found: list[Address | PostgresAddress] = [start_database(report)]
    home = settings.HOME.read()
    if has_postgres(home) and not settings.POSTGRES_URL.read():
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
    home = settings.HOME.read()
    stopped = [stop_server(home, report), stop_postgres(home, report)]
    return any(stopped)


def load_shop(report: Report, scale: int = 1) -> LoadReport:
    """Sakila in the server, which is started if need be; nothing is done if it is there. `scale` multiplies rentals."""
    address = start_database(report)
    loaded = load_sakila(address, settings.DUMP.read(), report, database=OLTP_DATABASE)
    if scale > 1:
        load_scaled(address, scale, report, database=OLTP_DATABASE)
    note = restate_history if scale > 1 else ensure_ledger
    with closing(connect(address.on(OLTP_DATABASE))) as connection:
        clock = Clock(settings.TIME_ZONE.read(), settings.CLOCK.read())
        # What is there now is the recorded history; what people rent from now on is not.
        note(connection, clock.today())
    return loaded
