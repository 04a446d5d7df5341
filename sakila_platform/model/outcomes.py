"""What working on a table's day came to: rows published, rows set aside, rules broken, or why it was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sakila_platform.errors import PlatformError
from sakila_platform.model.naming import TableName

COLUMNS_NOT_CARRIED = "columns_not_carried"
"""The note that names columns of a source which no contract knows."""


TABLE_CHANGES = "table_changes"
"""The note that says how a load brought tables of the warehouse up to their contracts."""


@dataclass(frozen=True)
class TableDay:
    """The outcome of one table and day (or year)."""

    rows: int
    rejected: int = 0
    broken: Mapping[str, int] = field(default_factory=dict)
    """Rule to the number of rows that break it."""
    refused: str = ""
    """Why nothing was published; empty when the day was."""
    checks: Mapping[str, str] = field(default_factory=dict)
    """Further checks: name to what is wrong, empty when nothing is."""
    warnings: Mapping[str, str] = field(default_factory=dict)
    """Checks that stop nothing: name to what is odd, empty when nothing is."""
    notes: Mapping[str, int | str] = field(default_factory=dict)
    """Further facts worth showing, by name."""

    @property
    def taken(self) -> int:
        """Rows that came in: published and set aside."""
        return self.rows + self.rejected


Outcomes = dict[TableName, dict[date, TableDay]]
TableChanges = dict[str, list[str]]
"""By table of a warehouse, what was changed of it: a line each."""
UNPARTITIONED_DAY = date(1970, 1, 1)
"""Stands for the day of a table without partitions."""


def unreported(line: str) -> None:
    """What a load reports to where nobody listens."""


def with_table_changes(outcomes: Outcomes, changes: TableChanges) -> Outcomes:
    """The outcomes, with what was changed of each table; what was changed of others is noted of the first."""
    if not changes or not outcomes:
        return outcomes
    lines = {name: list(changes.get(name.table, ())) for name in outcomes}
    own = {name.table for name in outcomes}
    lines[next(iter(outcomes))] += [line for table, some in changes.items() if table not in own for line in some]
    return {
        name: {
            day: replace(outcome, notes={**outcome.notes, TABLE_CHANGES: "; ".join(lines[name])})
            if lines[name]
            else outcome
            for day, outcome in by_day.items()
        }
        for name, by_day in outcomes.items()
    }


def judge(
    rows: int, rejected: int, broken: Mapping[str, int], allowed_share: float, named: Callable[[], str] = str
) -> TableDay:
    """The outcome of an audited day: refused when more than the allowed share of its rows were set aside.

    `named` says which rows those are, for the reason of a refusal.
    """
    refused = ""
    if rejected > allowed_share * (rows + rejected):
        rules = ", ".join(f"{rule} ({count})" for rule, count in broken.items())
        such_as = f", such as {examples}" if (examples := named()) else ""
        refused = f"{rejected} of {rows + rejected} rows break the contract: {rules}{such_as}"
    return TableDay(rows=0 if refused else rows, rejected=rejected, broken=dict(broken), refused=refused)


class LoadRefused(PlatformError):
    """A load that was undone because a check of a table's day did not pass."""

    def __init__(self, table: TableName, check: str, found: Mapping[date, str]) -> None:
        self.table = table
        self.check = check
        self.found = dict(found)
        day, reason = next(iter(self.found.items()))
        more = f" (and {len(self.found) - 1} more days)" if len(self.found) > 1 else ""
        super().__init__(f"{table} on {day}{more}: {reason}. Nothing was loaded. Run final for it again.")
