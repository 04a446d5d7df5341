"""What was measured, as docs/benchmarks.md tells it: goals, ratios, and the machine they were measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
_LIBRARIES = ("dagster", "duckdb", "polars", "pyarrow", "pymysql", "connectorx", "pandas")
_INTRODUCTION = """# Benchmarks

Written by `make bench`, which measures the platform and its peers side by side: each candidate in a process of its own,
medians of three runs where a run is short, results verified by row count and checksum. Seconds depend on the machine;
the ratios are what counts. A rental always stands for itself, its return and its payment.
"""


@dataclass(frozen=True)
class Goal:
    """What was hoped for and what was measured, both in the unit that the text names; less is better."""

    text: str
    limit: float
    measured: float

    @property
    def is_met(self) -> bool:
        """Whether the measurement keeps the limit."""
        return self.measured <= self.limit

    @property
    def line(self) -> str:
        """A row of the table of goals."""
        return f"| {self.text} | {self.limit:g} | {self.measured:.2f} | {'yes' if self.is_met else '**no**'} |"


@dataclass(frozen=True)
class Section:
    """One part of the document: what was measured, as Markdown, and the goals it answers."""

    title: str
    lines: Sequence[str]
    goals: Sequence[Goal] = field(default_factory=tuple)

    @property
    def markdown(self) -> str:
        """The part as Markdown."""
        return "\n".join([f"## {self.title}", "", *self.lines, ""])


def document(sections: Sequence[Section], server: str) -> str:
    """The whole document."""
    goals = [goal.line for section in sections for goal in section.goals]
    head = [_INTRODUCTION, "## The machine", "", *_machine(server), "", "## Goals", ""]
    table = ["| | goal, at most | measured | met |", "| --- | --- | --- | --- |", *goals, ""]
    return "\n".join([*head, *table, *(section.markdown for section in sections)])


def _machine(server: str) -> list[str]:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    system = f"{platform.system()} {platform.machine()}"
    return [
        f"- {os.cpu_count()} cores ({_processor()}), {memory:.0f} GB of memory, {system}",
        f"- load average while this was measured: {os.getloadavg()[2]:.1f} (of which the benchmark itself is about 2)",
        f"- Python {platform.python_version()}, {server}",
        f"- {libraries}",
    ]


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
