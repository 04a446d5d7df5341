"""What people see of long work: steps with their seconds, progress, tables. On a terminal lively, elsewhere plain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Report = Callable[[str], None]
# Away from a terminal there is no width to fit into: cutting a line would lose what it says.
_UNLIMITED = 10_000
_SECONDS_BETWEEN_LINES = 1.0


class Terminal:
    """Standard output, as a person or as a log file reads it."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        if not self.console.is_terminal:
            self.console = Console(file=self.console.file, highlight=False, width=_UNLIMITED)

    @classmethod
    def on(cls, stream: TextIO) -> Terminal:
        """A terminal that writes to this stream."""
        return cls(Console(file=stream, highlight=False))

    def say(self, line: str = "") -> None:
        """One line."""
        self.console.print(escape(line), soft_wrap=True)

    def heading(self, line: str) -> None:
        """A line that begins a part of the output."""
        self.console.print(f"\n[bold]{escape(line)}[/bold]", soft_wrap=True)

    @contextmanager
    def step(self, title: str) -> Iterator[Report]:
        """Work of a few parts: gives the function that tells of each, in a line that stays; ends with its seconds."""
        started = time.monotonic()
        self.say(f"{title} ...")
        yield lambda line: self.say(f"  {line}")
        self.say(f"{title}: done in {time.monotonic() - started:.1f} s")

    @contextmanager
    def long_step(self, title: str) -> Iterator[Report]:
        """Work of many parts: what is told of them is shown while it lasts; in a log at most a line a second stays."""
        if not self.console.is_terminal:
            with self.step(title) as report:
                yield _at_most_every(_SECONDS_BETWEEN_LINES, report)
            return
        started = time.monotonic()
        with self.console.status(f"[bold]{escape(title)}[/bold]") as status:
            yield lambda line: status.update(f"[bold]{escape(title)}[/bold]  {escape(line)}")
        self.say(f"{title}: done in {time.monotonic() - started:.1f} s")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> None:
        """A table of texts; the columns in `right` are aligned to the right, as numbers are."""
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        aligned = set(right)
        for column in columns:
            table.add_column(escape(column), justify="right" if column in aligned else "left", overflow="fold")
        for row in rows:
            table.add_row(*(escape(text) for text in row))
        self.console.print(table)


def _at_most_every(seconds: float, report: Report) -> Report:
    """A report that leaves out what comes too soon after what it told before."""
    next_at = 0.0

    def told(line: str) -> None:
        nonlocal next_at
        if time.monotonic() >= next_at:
            report(line)
            next_at = time.monotonic() + seconds

    return told
