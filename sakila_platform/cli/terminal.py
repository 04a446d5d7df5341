"""What people see of long work: steps with their seconds, progress, tables. On a terminal lively, elsewhere plain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Report = Callable[[str], None]
# Away from a terminal there is no width to fit into: cutting a line would lose what it says.
_UNLIMITED = 10_000
_SECONDS_BETWEEN_LINES = 1.0
# What is said is data: nothing in it is markup, an emoji's name, or a number to be coloured.
_AS_IT_IS: Mapping[str, Any] = {"highlight": False, "markup": False, "emoji": False}
# A terminal would obey them: text of somebody else's may not move the cursor. Tab and line feed are laid out.
_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n"}


class Terminal:
    """Standard output, as a person or as a log file reads it."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(**_AS_IT_IS)
        if not self.console.is_terminal:
            self.console = Console(file=self.console.file, width=_UNLIMITED, **_AS_IT_IS)

    @classmethod
    def on(cls, stream: TextIO) -> Terminal:
        """A terminal that writes to this stream."""
        return cls(Console(file=stream, **_AS_IT_IS))

    def say(self, line: str = "") -> None:
        """One line."""
        self.console.print(_plain(line), soft_wrap=True)

    def heading(self, line: str) -> None:
        """A line that begins a part of the output."""
        self.console.print(Text.assemble("\n", (_shown(line), "bold")), soft_wrap=True)

    @contextmanager
    def step(self, title: str) -> Iterator[Report]:
        """Work of a few parts: gives the function that tells of each, in a line that stays; ends with its seconds."""
        started = time.monotonic()
        self.say(f"{title} ...")
        yield lambda line: self.say(f"  {line}")
        self.say(f"{title}: done in {time.monotonic() - started:.1f} s")

    @contextmanager
    def long_step(self, title: str) -> Iterator[Report]:
        """Work of many parts: their progress is shown while it lasts; in a log at most a line a second stays."""
        if not self.console.is_terminal:
            with self.step(title) as report:
                yield _at_most_every(_SECONDS_BETWEEN_LINES, report)
            return
        started = time.monotonic()
        bold = (_shown(title), "bold")
        with self.console.status(Text.assemble(bold)) as status:
            yield lambda line: status.update(Text.assemble(bold, "  ", _shown(line)))
        self.say(f"{title}: done in {time.monotonic() - started:.1f} s")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[str] = ()) -> None:
        """A table of texts; the columns in `right` are aligned to the right, as numbers are."""
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        aligned = set(right)
        for column in columns:
            table.add_column(_plain(column), justify="right" if column in aligned else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_plain(text) for text in row))
        self.console.print(table)


def _plain(text: str) -> Text:
    return Text(_shown(text))


def _shown(text: str) -> str:
    return text.translate(_CONTROLS)


def _at_most_every(seconds: float, report: Report) -> Report:
    """A report that leaves out what comes too soon after the line before."""
    next_at = 0.0

    def report_now_and_then(line: str) -> None:
        nonlocal next_at
        if time.monotonic() >= next_at:
            report(line)
            next_at = time.monotonic() + seconds

    return report_now_and_then
