"""The demonstration: from nothing to the five answers. Run again, it does only what is not done yet."""

from __future__ import annotations

import csv
import re
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sakila_platform import settings
from sakila_platform.commands.answers import Answer, show_table
from sakila_platform.commands.dagster_runs import Runs, open_runs, require_domain
from sakila_platform.commands.database import load_shop
from sakila_platform.commands.open_ranges import open_ranges
from sakila_platform.commands.status import all_tables, data_origin, show_layers
from sakila_platform.commands.terminal import Terminal
from sakila_platform.commands.work_lock import working_alone
from sakila_platform.days import Clock, days_between
from sakila_platform.embedded.sakila import ALREADY_THERE
from sakila_platform.mysql import connect
from sakila_platform.rentals.analysis import FIVE_QUESTIONS, answer_file
from sakila_platform.rentals.simulation_ledger import recorded_until
from sakila_platform.resources.server_address import oltp_address

_ROWS_SHOWN = 10
# A day that was run while it was today is run again once it has ended; who ran it longer ago knew what he did.
_DAYS_LOOKED_AT = 30
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class _Stage:
    """Where the demonstration takes place: a domain's jobs, the shop's clock, and who watches."""

    domain: str
    runs: Runs
    clock: Clock
    terminal: Terminal


def run_demo(domain: str, simulated_days: int, terminal: Terminal, started: float) -> None:
    """Database, Sakila, its whole history, the last days up to yesterday, analysis and marts; then show the answers.

    `started` is the moment, of `time.monotonic`, since which somebody waits. Raises PlatformError when a step fails,
    or when another process works in the state folder.
    """
    home = settings.HOME.read()
    with working_alone(home), open_runs(home) as runs:
        require_domain(runs, domain)
        clock = Clock(settings.TIME_ZONE.read(), settings.CLOCK.read())
        stage = _Stage(domain, runs, clock, terminal)
        with terminal.step("Database and Sakila") as report:
            is_fresh = load_shop(report).origin != ALREADY_THERE
        terminal.say(f"Sakila's data: {data_origin()}")
        _run_dates(stage)
        done = set() if is_fresh else _done_days(stage)
        ran = _run_days(stage, "The recorded history", _history(), done)
        ran += _run_days(stage, "The last days, simulated", _last_days(clock, simulated_days), done)
        if ran or not runs.is_answered(domain):
            with terminal.long_step("Analysis and marts") as report:
                runs.execute_unpartitioned(domain, report)
        else:
            terminal.say("Nothing has changed since the last time.")
    _show(terminal, time.monotonic() - started)


def _history() -> list[date]:
    with closing(connect(oltp_address())) as connection, connection.cursor() as cursor:
        last = recorded_until(cursor)
    return days_between(settings.FIRST_DAY.read(), last) if last else []


def _last_days(clock: Clock, count: int) -> list[date]:
    return [clock.today() - timedelta(days=n) for n in range(count, 0, -1)]


def _run_dates(stage: _Stage) -> None:
    job = f"{stage.domain}_dates"
    years = stage.runs.partitions_of(job)
    if set(years) - stage.runs.done(job):
        with stage.terminal.long_step(f"The Date dimension, {years[0]} to {years[-1]}") as report:
            stage.runs.execute(job, (years[0], years[-1]), report)


def _done_days(stage: _Stage) -> set[date]:
    """Days that every table has, and has had since they ended."""
    job = f"{stage.domain}_daily"
    days = {date.fromisoformat(day) for day in stage.runs.done(job)}
    recent = [day for day in days if day > stage.clock.today() - timedelta(days=_DAYS_LOOKED_AT)]
    return days - stage.runs.provisional(job, recent, stage.clock)


def _run_days(stage: _Stage, title: str, days: list[date], done: set[date]) -> int:
    """Run the days that are not done. Returns how many that were."""
    ran = 0
    for first, last in open_ranges(days, done, settings.MAX_DAYS_PER_RUN.read()):
        count = (last - first).days + 1
        with stage.terminal.long_step(f"{title}: {first}..{last}, {count:,} days") as report:
            stage.runs.execute(f"{stage.domain}_daily", (str(first), str(last)), report)
        ran += count
    return ran


def _show(terminal: Terminal, seconds: float) -> None:
    for question in FIVE_QUESTIONS:
        answer, more = _kept_answer(question)
        terminal.heading(question.replace("_", " ").capitalize())
        show_table(answer, terminal)
        if more:
            terminal.say(f"... and {more:,} more rows in {answer_file(question)}")
    terminal.heading("Rows in each layer")
    show_layers(terminal, all_tables())
    terminal.say(f"\nSakila's data: {data_origin()}. Done in {seconds:.1f} s.")
    terminal.heading("Where to look next")
    for line in _NEXT:
        terminal.say(line)
    terminal.say(f"The lake is in {settings.lake_location()}, the answers are in {answer_file('').parent}")


def _kept_answer(question: str) -> tuple[Answer, int]:
    """The first rows of the answer that was kept for people, and how many more there are."""
    with answer_file(question).open(encoding="utf-8-sig", newline="") as file:
        columns, *rows = csv.reader(file)
    shown = [[Decimal(text) if _NUMBER.fullmatch(text) else text for text in row] for row in rows[:_ROWS_SHOWN]]
    return Answer(columns, shown), max(len(rows) - _ROWS_SHOWN, 0)


_NEXT = (
    "make dashboards                            pages of charts in .sakila/dashboards; open index.html there",
    "make dev                                   lineage, runs and checks on http://localhost:3000",
    "sakila-platform status --tables            what is where",
    'sakila-platform query warehouse "SELECT COUNT(*) FROM fact_rental WHERE return_date_key IS NULL"',
    'sakila-platform query lake "SELECT dt, COUNT(*) FROM final_sakila.fact_rental GROUP BY dt ORDER BY dt"',
    "(sakila-platform is in .venv/bin)",
)
