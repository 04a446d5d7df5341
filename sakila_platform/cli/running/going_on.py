"""Days run with all that does not depend on what was refused: other tables, other days, then what has no days.

Dagster stops what is downstream of a step that failed, for all of its days and tables. What of that is made of nothing
that was refused is run after it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sakila_platform.cli.running.open_ranges import open_ranges
from sakila_platform.cli.terminal import Terminal
from sakila_platform.errors import PlatformError
from sakila_platform.model.days import days_between, days_in_words
from sakila_platform.orchestration.event_log.runs import AssetKey, RunFailed, Runs

_GOES_ON = "What does not depend on it"
Keys = Collection[AssetKey]


@dataclass
class GoingOn:
    """Runs of a domain's days: which failed, and the assets that a day lacks by now. What they warn of is said."""

    runs: Runs
    domain: str
    terminal: Terminal
    failures: list[RunFailed] = field(default_factory=list)
    _unfinished: dict[date, set[AssetKey]] = field(default_factory=dict)

    def run_days(self, title: str, first: date, last: date) -> None:
        """Run the domain's daily job over these days, and after a failure what does not depend on it."""
        keys = self.runs.assets_of(self._job)
        self._unfinished.update({day: set(keys) for day in days_between(first, last)})
        self._run(title, (first, last), frozenset(keys))

    def build_independent(self) -> None:
        """After failures, build what has no days and is made of nothing that a day lacks."""
        others = self.runs.independent_of(self.domain, set().union(*self._unfinished.values()))
        if others:
            try:
                with self.terminal.long_step(_GOES_ON) as report:
                    warnings = self.runs.execute_unpartitioned(self.domain, report, others)
            except RunFailed as failed:
                self.failures.append(failed)
            else:
                self._say(warnings)

    def raise_failures(self) -> None:
        """Raise PlatformError with the reasons of the first two failures, if there were any."""
        if self.failures:
            more = f" (and {len(self.failures) - 2} more runs)" if len(self.failures) > 2 else ""
            raise PlatformError(" And ".join(map(str, self.failures[:2])) + more)

    @property
    def _job(self) -> str:
        return f"{self.domain}_daily"

    def _run(self, title: str, ends: tuple[date, date], keys: Keys) -> None:
        days = days_between(*ends)
        try:
            with self.terminal.long_step(title) as report:
                warnings = self.runs.execute(self._job, (str(ends[0]), str(ends[1])), report, keys)
        except RunFailed as failed:
            self.failures.append(failed)
            by_day = {day: self._not_held_up(failed, keys, day) for day in days}
            for first, last, others in _ranges(by_day):
                self._run(f"{_GOES_ON}: {days_in_words(first, last)}", (first, last), others)
        else:
            for day in days:
                self._unfinished[day] -= set(keys)
            self._say(warnings)

    def _say(self, warnings: Sequence[str]) -> None:
        for warning in warnings:
            self.terminal.say(warning)

    def _not_held_up(self, failed: RunFailed, keys: Keys, day: date) -> frozenset[AssetKey]:
        """What a run did not begin, and is made of nothing that it did not come to on a day; notes what it came to.

        A day of the warehouse wants the whole star, so its tables go together.
        """
        waiting, missing = set(), set()
        for key in keys:
            step = self.runs.step_of(key)
            if step in failed.not_done:
                if key in failed.not_done[step].get(str(day), ()):
                    missing.add(key)
            elif step in failed.failed_steps:
                missing.add(key)
            elif key not in failed.finished:
                waiting.add(key)
        self._unfinished[day] -= set(keys) - waiting - missing
        held_up = {key for key in waiting if self.runs.upstream(key) & missing}
        warehouse = {key for key in waiting if self.runs.group_of(key) == f"{self.domain}_warehouse"}
        return frozenset(waiting - held_up - (warehouse if held_up & warehouse else set()))


def _ranges(by_day: Mapping[date, frozenset[AssetKey]]) -> list[tuple[date, date, frozenset[AssetKey]]]:
    """Consecutive days of which the same is to be run, with that; days of which nothing is are left out."""
    found = []
    for keys in {keys for keys in by_day.values() if keys}:
        days = [day for day, of_day in by_day.items() if of_day == keys]
        found += [(first, last, keys) for first, last in open_ranges(days, (), len(days))]
    return sorted(found, key=lambda each: each[0])
