"""A domain's warehouse brought up to its contracts and migrations: tried on an empty copy of its tables, then done."""

from __future__ import annotations

from sakila_platform.cli.database import start_databases_of
from sakila_platform.cli.running.work_lock import working_alone
from sakila_platform.cli.terminal import Terminal
from sakila_platform.declarations.layers import Work
from sakila_platform.domains import DOMAINS, domain_called
from sakila_platform.errors import UsageError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import Clock
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE
from sakila_platform.settings.places import HOME


def migrate(name: str, *, dry_run: bool) -> None:
    """Try what the next load would do to the tables of the domain's warehouse, and do it unless it is a dry run.

    Raises UsageError for a domain without such a warehouse, PlatformError when something of it can't be done.
    """
    domain = domain_called(name)
    if domain is None or domain.warehouse is None or domain.warehouse.migrate is None:
        names = [each.name for each in DOMAINS if each.warehouse and each.warehouse.migrate]
        raise UsageError(f"{name!r} has no warehouse to be migrated. Give one of: {', '.join(names)}.")
    terminal, home = Terminal(), HOME.read()
    with working_alone(home):
        start_databases_of(domain, lambda _: None)
        work = Work(open_lake(), Clock(TIME_ZONE.read(), CLOCK.read()), domain.warehouse_database)
        tried = domain.warehouse.migrate(work, True)
        for line in tried if dry_run else domain.warehouse.migrate(work, False):
            terminal.say(f"{'It would be so that ' if dry_run else ''}{line}.")
        if not tried:
            terminal.say(f"The warehouse of {name} is as its contracts say.")
