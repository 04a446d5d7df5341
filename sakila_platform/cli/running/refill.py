"""A domain's warehouse filled anew, from the lake of the settings alone: after the lake was replaced by another."""

from __future__ import annotations

from sakila_platform.cli.database import start_databases_of
from sakila_platform.cli.running.jobs import open_runs
from sakila_platform.cli.running.open_ranges import open_ranges
from sakila_platform.cli.running.work_lock import working_alone
from sakila_platform.cli.terminal import Terminal
from sakila_platform.declarations.layers import Work
from sakila_platform.domains import DOMAINS, domain_called
from sakila_platform.errors import UsageError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import Clock
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE
from sakila_platform.settings.places import HOME
from sakila_platform.settings.runs import MAX_DAYS_PER_RUN


def refill(name: str) -> None:
    """Empty a domain's warehouse, load every day that the lake's final has, then what follows.

    Stopped on its way, it is done by being run again. Raises UsageError for a domain without such a warehouse.
    """
    domain = domain_called(name)
    if domain is None or domain.warehouse is None or domain.warehouse.empty is None:
        names = [each.name for each in DOMAINS if each.warehouse and each.warehouse.empty]
        raise UsageError(f"{name!r} has no warehouse to be filled. Give one of: {', '.join(names)}.")
    terminal = Terminal()
    home, lake = HOME.read(), open_lake()
    with working_alone(home), open_runs(home) as runs:
        start_databases_of(domain, lambda _: None)
        clock = Clock(TIME_ZONE.read(), CLOCK.read())
        days = domain.warehouse.empty(Work(lake, clock, domain.warehouse_database))
        if not days:
            terminal.say(
                f"The warehouse of {name} is empty and belongs to the lake at {lake.location}, which has no day of "
                f"final yet. Run days next: `sakila-platform run {name} --from DAY --to DAY`."
            )
            return
        for first, last in open_ranges(days, (), MAX_DAYS_PER_RUN.read()):
            with terminal.long_step(f"Filling the warehouse of {name}, {first}..{last}") as report:
                runs.execute_layer(name, "warehouse", (str(first), str(last)), report)
        with terminal.long_step("Analysis and marts") as report:
            runs.execute_unpartitioned(name, report)
