"""The rental desk started beside the database, and clerks given a way to sign in."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from contextlib import closing

import click

from sakila_platform.cli.terminal import Report
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.domains import DOMAINS
from sakila_platform.embedded.mysql_address import OLTP_DATABASE, oltp_address
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.accounts.accounts import clerks_without_account, give_clerk_account, has_staff_account
from sakila_platform.rental_desk.accounts.migration import ensure_tables
from sakila_platform.rental_desk.refusals import Refused
from sakila_platform.rental_desk.web.configuration import desk_config
from sakila_platform.rental_desk.web.serving import Service, serve
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE
from sakila_platform.settings.desk import DESK_PORT, DESK_WORKERS

AskPassword = Callable[[str], str]


def serve_desk(port: int | None, report: Report) -> None:
    """Have database, Sakila and the desk's tables, then serve until stopped."""
    config = desk_config()
    service = Service(config.host, port or DESK_PORT.read(), DESK_WORKERS.read())
    _require_free(service)
    _prepare(report)
    with closing(connect(oltp_address())) as connection, connection.cursor() as cursor:
        clerks = [] if has_staff_account(cursor) else clerks_without_account(cursor)
    if clerks:
        report(
            f"No clerk can sign in yet. Give {' or '.join(clerks[:2])} a password: "
            f"sakila-platform desk --clerk {clerks[0]}"
        )
    report(f"The rental desk is on http://{service.host}:{service.port} (Ctrl-C ends it; the database stays up)")
    sys.stdout.flush()
    serve(service)


def admit_clerk(username: str, ask_password: AskPassword, report: Report) -> None:
    """Give a clerk of Sakila's `staff` an account at the desk, or another password. UsageError tells of a weak one."""
    _prepare(report)
    with closing(connect(oltp_address())) as connection, connection.cursor() as cursor:
        try:
            document = give_clerk_account(cursor, username, ask_password(f"Password for {username}"))
        except Refused as refused:
            raise UsageError(refused.message) from None
        connection.commit()
    report(f"{username} logs in as {document}. Start the desk: sakila-platform desk")


def asked_password(prompt: str) -> str:
    """A password that a person types twice without it being shown, or the next line of what is not a terminal."""
    if sys.stdin.isatty():
        return click.prompt(prompt, hide_input=True, confirmation_prompt=True)
    return sys.stdin.readline().rstrip("\n")


def _require_free(service: Service) -> None:
    """The server would try for seconds, and complain in lines of its own."""
    try:
        with socket.create_server((service.host, service.port), family=_family(service.host)):
            return
    except OSError as error:
        raise PlatformError(
            f"Port {service.port} of {service.host} can't be listened on: {error.strerror}. "
            f"Take another one: sakila-platform desk --port {service.port % 65_535 + 1}"
        ) from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _prepare(report: Report) -> None:
    clock = Clock(TIME_ZONE.read(), CLOCK.read())
    for domain in DOMAINS:
        if domain.demonstration and domain.source_database and domain.source_database.name == OLTP_DATABASE:
            # Whose shop it is knows what belongs there; of one that is there already nothing is changed.
            domain.demonstration.fill(report, clock, 0)
    ensure_tables(oltp_address())
