"""A domain's days run from a shell or from cron, as Dagster's web UI would run them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sakila_platform.cli.asking.versions import outdated_ranges, versions_of
from sakila_platform.cli.database import start_databases_of
from sakila_platform.cli.running.going_on import GoingOn
from sakila_platform.cli.running.jobs import open_runs, require_domain
from sakila_platform.cli.running.work_lock import working_alone
from sakila_platform.cli.terminal import Terminal
from sakila_platform.errors import UsageError
from sakila_platform.lake.location import open_lake
from sakila_platform.model.days import days_between
from sakila_platform.orchestration.event_log.runs import Runs
from sakila_platform.settings.places import HOME
from sakila_platform.settings.runs import MAX_DAYS_PER_RUN


def run_days(name: str, first: date, last: date, *, analysis: bool, terminal: Terminal) -> None:
    """Run a domain's daily job over the days in one run, then what follows it unless `analysis` is False.

    Raises UsageError for days outside the calendar or more than a run takes, PlatformError when the run fails.
    """
    count = len(days_between(first, last))
    most = MAX_DAYS_PER_RUN.read()
    if count > most:
        raise UsageError(
            f"{first}..{last} are {count:,} days, but a run takes at most {most:,}. "
            f"Give fewer days, or raise {MAX_DAYS_PER_RUN.name}."
        )
    _run_ranges(name, [(first, last)], analysis=analysis, terminal=terminal)


def run_outdated(name: str, since: date | None, *, analysis: bool, terminal: Terminal) -> None:
    """Run those days of a domain that an older version made (from `since` on), then what follows them.

    Each piece without a gap is a run, or several where a run takes fewer days.
    """
    found = list(versions_of(open_lake(), require_domain(name)))
    most = MAX_DAYS_PER_RUN.read()
    pieces = [
        piece[start : start + most] for piece in outdated_ranges(found, since) for start in range(0, len(piece), most)
    ]
    if not pieces:
        terminal.say(f"No day of {name} was made by an older version{f' since {since}' if since else ''}.")
        return
    _run_ranges(name, [(piece[0], piece[-1]) for piece in pieces], analysis=analysis, terminal=terminal)


def _run_ranges(name: str, ranges: Sequence[tuple[date, date]], *, analysis: bool, terminal: Terminal) -> None:
    home = HOME.read()
    with working_alone(home), open_runs(home) as runs:
        domain = require_domain(name)
        for piece in ranges:
            _require_in_calendar(runs, f"{name}_daily", piece)
        start_databases_of(domain, lambda _: None)
        going = GoingOn(runs, name, terminal)
        for first, last in ranges:
            count = len(days_between(first, last))
            days = "day" if count == 1 else "days"
            going.run_days(f"Running {name}, {first}..{last} ({count:,} {days})", first, last)
        if analysis and going.failures:
            going.build_independent()
        elif analysis:
            with terminal.long_step("Analysis and marts") as report:
                warnings = runs.execute_unpartitioned(name, report)
            for warning in warnings:
                terminal.say(warning)
        going.raise_failures()


def _require_in_calendar(runs: Runs, job: str, asked: tuple[date, date]) -> None:
    partitions = runs.partitions_of(job)
    for day in asked:
        if str(day) not in partitions:
            raise UsageError(f"{day} is outside the calendar, which goes from {partitions[0]} to {partitions[-1]}.")
