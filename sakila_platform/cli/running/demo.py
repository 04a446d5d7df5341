"""The demonstration: from nothing to a domain's answers. A second run does only what is missing."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta

from sakila_platform.cli.asking.answers import StreamedAnswer, show_kept_answer, show_table
from sakila_platform.cli.asking.status import all_tables, show_layers
from sakila_platform.cli.running.going_on import GoingOn
from sakila_platform.cli.running.jobs import open_runs, require_domain
from sakila_platform.cli.running.open_ranges import open_ranges
from sakila_platform.cli.running.work_lock import working_alone
from sakila_platform.cli.terminal import Terminal
from sakila_platform.declarations.demonstration import Days, Demonstration
from sakila_platform.declarations.domain import Domain
from sakila_platform.errors import UsageError
from sakila_platform.model.days import Clock, days_in_words
from sakila_platform.orchestration.event_log.runs import Runs
from sakila_platform.orchestration.layers.questions import shown_questions
from sakila_platform.settings.calendar import CLOCK, FIRST_DAY, TIME_ZONE
from sakila_platform.settings.places import HOME, lake_location
from sakila_platform.settings.runs import MAX_DAYS_PER_RUN

# A day that was run while it was today is run again once it has ended; who ran it longer ago knew what he did.
_DAYS_LOOKED_AT = 30


@dataclass(frozen=True)
class _Stage:
    """Where the demonstration takes place: a domain's jobs, the shop's clock, and who watches."""

    domain: Domain
    demonstration: Demonstration
    runs: Runs
    clock: Clock
    terminal: Terminal


def run_demo(name: str, recent_days: int, terminal: Terminal, started: float) -> None:
    """Fill a domain's sources, run its history and the last days up to yesterday and what follows; show the answers.

    `started` is the moment, of `time.monotonic`, since which somebody waits. Raises PlatformError when a step fails,
    or when another process works in the state folder.
    """
    home = HOME.read()
    with working_alone(home), open_runs(home) as runs:
        domain = require_domain(name)
        demonstration = domain.demonstration
        if demonstration is None:
            raise UsageError(f"{name} has no demonstration: run its days, by `sakila-platform run {name}`.")
        clock = Clock(TIME_ZONE.read(), CLOCK.read())
        _require_in_calendar(recent_days, clock)
        stage = _Stage(domain, demonstration, runs, clock, terminal)
        with terminal.step(demonstration.sources) as report:
            is_fresh = demonstration.fill(report, clock, recent_days)
        terminal.say(demonstration.origin())
        _run_dates(stage)
        done = set() if is_fresh else _done_days(stage)
        going = GoingOn(runs, name, terminal)
        with demonstration.during():
            ran = [_run_days(going, chosen, done) for chosen in demonstration.chosen(clock, recent_days)]
        if going.failures:
            going.build_independent()
            going.raise_failures()
        if any(ran) or not runs.is_answered(name):
            with terminal.long_step("Analysis and marts") as report:
                warnings = runs.execute_unpartitioned(name, report)
            for warning in warnings:
                terminal.say(warning)
        else:
            terminal.say("Nothing has changed since the last time.")
    _show(domain, demonstration, terminal, time.monotonic() - started)


def _require_in_calendar(recent_days: int, clock: Clock) -> None:
    first = FIRST_DAY.read()
    most = max((clock.today() - first).days, 0)
    if recent_days > most:
        raise UsageError(
            f"--days {recent_days} reaches back beyond {first}, the first day of the calendar. Give at most {most:,}."
        )


def _run_dates(stage: _Stage) -> None:
    job = f"{stage.domain.name}_dates"
    if not stage.runs.has_job(job):
        return
    years = stage.runs.partitions_of(job)
    if set(years) - stage.runs.done(job):
        with stage.terminal.long_step(f"The Date dimension, {years[0]} to {years[-1]}") as report:
            stage.runs.execute(job, (years[0], years[-1]), report)


def _done_days(stage: _Stage) -> set[date]:
    """Days that every table has, and has had since they ended, or since their sources changed."""
    job = f"{stage.domain.name}_daily"
    days = {date.fromisoformat(day) for day in stage.runs.done(job)}
    recent = [day for day in days if day > stage.clock.today() - timedelta(days=_DAYS_LOOKED_AT)]
    is_up_to_date = stage.demonstration.is_up_to_date
    return days - {day for day in stage.runs.provisional(job, recent, stage.clock) if not is_up_to_date(day)}


def _run_days(going: GoingOn, chosen: Days, done: set[date]) -> int:
    """Run the days that are not done. Returns how many that were."""
    ran = 0
    for first, last in open_ranges(chosen.days, done, MAX_DAYS_PER_RUN.read()):
        going.run_days(f"{chosen.title}: {days_in_words(first, last)}", first, last)
        ran += (last - first).days + 1
    return ran


def _show(domain: Domain, demonstration: Demonstration, terminal: Terminal, seconds: float) -> None:
    for question in shown_questions(domain):
        show_kept_answer(question, domain.answer_file(question), terminal)
    for shown in demonstration.shown():
        terminal.heading(shown.heading)
        for line in shown.lines:
            terminal.say(line)
        if shown.columns:
            show_table(StreamedAnswer(shown.columns, shown.rows), terminal)
    terminal.heading("Rows in each layer")
    show_layers(terminal, [table for table in all_tables() if table.domain == domain.name])
    terminal.say(f"\n{demonstration.origin()}. Done in {seconds:.1f} s.")
    terminal.heading("Where to look next")
    for line in demonstration.next_steps:
        terminal.say(line.replace("HOME/", f"{HOME.read()}/"))
    answers = f", the answers are in {HOME.read() / 'analysis'}" if shown_questions(domain) else ""
    terminal.say(f"The lake is in {lake_location()}{answers}")
