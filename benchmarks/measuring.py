"""Candidates side by side: each in a process of its own, so that its time and its peak of memory are its own."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import click

Candidate = Callable[[str], dict[str, str]]


@dataclass(frozen=True)
class Measured:
    """The median of a candidate's runs: seconds of work after its imports, and the peak of the process in MB."""

    name: str
    seconds: float
    peak_mb: int
    result: Mapping[str, str]


def run_candidate(candidate: Candidate, argument: str) -> None:
    """In a candidate's process: do the work, and hand seconds, peak and result to the measuring process."""
    start = perf_counter()
    result = candidate(argument)
    click.echo(json.dumps({"seconds": perf_counter() - start, "peak_mb": _peak_mb(), "result": result}))


def measure(name: str, command: list[str], times: int = 3) -> Measured:
    """Run a candidate's command some times. Its last line of output is what run_candidate writes."""
    runs = []
    for _ in range(times):
        # What was written before is on disk, so that nobody waits for another one's files.
        os.sync()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise click.ClickException(f"{name} failed; see above.")
        runs.append(Measured(name, **json.loads(done.stdout.splitlines()[-1])))
    return median(runs)


def median(runs: list[Measured]) -> Measured:
    """Several measurements of one candidate as one: the median of the seconds, the highest peak, the last result."""
    seconds = statistics.median(run.seconds for run in runs)
    return Measured(runs[0].name, seconds, max(run.peak_mb for run in runs), runs[-1].result)


def _peak_mb() -> int:
    """This process's own peak. (On Linux getrusage would give that of the process which started it, if larger.)"""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) >> 10 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 20


def table(measured: list[Measured], yardstick: str) -> list[str]:
    """The lines of a Markdown table; the last column is each one's time over that of the yardstick."""
    unit = next(one.seconds for one in measured if one.name == yardstick)
    rows = [f"| {one.name} | {one.seconds:.2f} | {one.peak_mb} | {one.seconds / unit:.2f} |" for one in measured]
    return [f"| | s | peak MB | over {yardstick} |", "| --- | --- | --- | --- |", *rows]


def show(measured: list[Measured], yardstick: str) -> None:
    """Print the table."""
    click.echo("\n" + "\n".join(table(measured, yardstick)))
