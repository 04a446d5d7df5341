"""Days, and the clock that says which of them have ended. Pure: no Dagster, no database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from sakila_platform.errors import UsageError

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Clock:
    """The shop's wall clock: a zone, and for tests an instant at which it stands still."""

    zone: ZoneInfo
    stands_at: datetime | None = None

    def now(self) -> datetime:
        """This instant, in UTC, to the microsecond."""
        return (self.stands_at or datetime.now(timezone.utc)).astimezone(timezone.utc)

    def wall_time(self) -> datetime:
        """This moment as the shop's wall clock shows it, without a zone (as DATETIME columns are)."""
        return self.now().astimezone(self.zone).replace(tzinfo=None)

    def today(self) -> date:
        """The shop's current day: provisional until it has ended."""
        return self.wall_time().date()

    def end_of(self, day: date) -> datetime:
        """The instant, in UTC, at which a day of the shop ends."""
        return datetime.combine(day + ONE_DAY, time.min, self.zone).astimezone(timezone.utc)

    def has_ended(self, day: date) -> bool:
        """Whether the day is over, so that what is read of it now is final."""
        return self.now() >= self.end_of(day)


def parse_day(text: str) -> date:
    """A day from YYYY-MM-DD. Raises UsageError on anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day. Give it as YYYY-MM-DD, such as 2005-05-24.") from None


def days_between(first: date, last: date) -> list[date]:
    """All days from first to last, both included. Raises UsageError when last is before first."""
    if last < first:
        raise UsageError(f"The range ends ({last}) before it begins ({first}). Give --from before --to.")
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def chunks(days: Sequence[date], size: int) -> Iterator[list[date]]:
    """Consecutive pieces of at most `size` days, in calendar order."""
    ordered = sorted(days)
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def consecutive_runs(days: Sequence[date]) -> Iterator[list[date]]:
    """The longest pieces of days without a gap, in calendar order."""
    ordered = sorted(set(days))
    start = 0
    for n in range(1, len(ordered) + 1):
        if n == len(ordered) or ordered[n] - ordered[n - 1] != ONE_DAY:
            yield ordered[start:n]
            start = n


def days_in_words(first: date, last: date) -> str:
    """A range of days as people write it: "2005-05-24", or "2005-05-24..2005-05-25, 2 days"."""
    return str(first) if first == last else f"{first}..{last}, {(last - first).days + 1:,} days"


def range_in_words(partitions: Sequence[date | int]) -> str:
    """Consecutive days, or years, as people write them: "2005-05-24..2005-05-25, 2 days", "2005..2006, 2 years"."""
    first, last = partitions[0], partitions[-1]
    unit = "years" if isinstance(first, int) else "days"
    return str(first) if len(partitions) == 1 else f"{first}..{last}, {len(partitions):,} {unit}"


def day_key(day: date) -> int:
    """The integer key of a day in `dim_date`: 20050524."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of_key(key: int) -> date:
    """The day of an integer key."""
    return date(key // 10_000, key // 100 % 100, key % 100)
