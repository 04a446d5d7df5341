"""Running a job: its days in chunks, each reported as it is done, and how the job ends."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module

from sakila_platform.aws.metrics import send_metrics
from sakila_platform.errors import PlatformError
from sakila_platform.model.outcomes import COLUMNS_NOT_CARRIED, UNPARTITIONED_DAY, Outcomes
from sakila_platform.spark.arguments import Arguments, parse_arguments

ReportOutcomes = Callable[[Outcomes], None]
_PIPES = "sakila_platform.spark.pipes"


def run_job(work: Callable[[Arguments, ReportOutcomes], None]) -> None:
    """Run a job with this process's arguments. What goes wrong ends the process with one line, and code 1."""
    try:
        arguments = parse_arguments(sys.argv[1:])
        with _listener(arguments.is_started_by_dagster) as report:
            work(arguments, report)
    except PlatformError as error:
        # Glue shows the last error of a job: this line.
        sys.exit(str(error))


def run_chunks(chunks: Iterable[list[date]], work: Callable[[list[date]], Outcomes], report: ReportOutcomes) -> None:
    """Work through chunks of days, reporting each. Raises PlatformError at the end when something did not pass."""
    faults: list[str] = []
    for days in chunks:
        started = time.perf_counter()
        outcomes = work(days)
        for layer, rows in _rows_by_layer(outcomes).items():
            send_metrics(layer, rows, len(days), time.perf_counter() - started)
        for line in lines_of(outcomes):
            say(line)
        report(outcomes)
        faults += faults_of(outcomes)
    if faults:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise PlatformError(f"{faults[0]}{more}. What was published stays. Fix what is wrong, then run again.")


def say(line: str) -> None:
    """A line on standard output, which Glue keeps in CloudWatch."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def lines_of(outcomes: Outcomes) -> Iterator[str]:
    """A line for each table: its days and rows, and what was set aside or refused."""
    for name, by_day in outcomes.items():
        if by_day:
            rows, rejected = sum(o.rows for o in by_day.values()), sum(o.rejected for o in by_day.values())
            refused = sum(bool(o.refused) for o in by_day.values())
            notes = f", {rejected} rows set aside" if rejected else ""
            notes += f", {refused} days refused" if refused else ""
            unknown = {str(o.notes[COLUMNS_NOT_CARRIED]) for o in by_day.values() if COLUMNS_NOT_CARRIED in o.notes}
            notes += f", not carried since no contract knows them: {', '.join(sorted(unknown))}" if unknown else ""
            yield f"{' '.join(part for part in (str(name), _range(list(by_day))) if part)}: {rows} rows{notes}"


def faults_of(outcomes: Outcomes) -> Iterator[str]:
    """A line for each table and day that was refused, or of which a check did not pass."""
    for name, by_day in outcomes.items():
        for day, outcome in by_day.items():
            if outcome.refused:
                yield f"{name}{_on(day)}: {outcome.refused}"
            yield from (f"{name}{_on(day)}: {check}: {fault}" for check, fault in outcome.checks.items() if fault)


def _rows_by_layer(outcomes: Outcomes) -> Counter[str]:
    rows: Counter[str] = Counter()
    for name, by_day in outcomes.items():
        rows[name.layer] += sum(outcome.rows for outcome in by_day.values())
    return rows


def _on(day: date) -> str:
    return "" if day == UNPARTITIONED_DAY else f" on {day}"


def _range(days: Sequence[date]) -> str:
    if list(days) == [UNPARTITIONED_DAY]:
        return ""
    return f"{min(days)}..{max(days)} ({len(days)} days)" if len(days) > 1 else str(days[0])


@contextmanager
def _listener(is_started_by_dagster: bool) -> Iterator[ReportOutcomes]:
    """Who receives what was committed: Dagster, when it started the job; else nobody but the log."""
    if not is_started_by_dagster:
        yield lambda outcomes: None
        return
    # Only then: a job of a workflow needs no dagster-pipes.
    with import_module(_PIPES).dagster_reporter() as report:
        yield report
