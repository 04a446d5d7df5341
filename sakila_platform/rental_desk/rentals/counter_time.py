"""When something happens at the counter: what people write, as the shop's wall clock shows it. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.refusals import Invalid

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")
HOW = "Give a day as 2026-05-24, or a date and time as 2026-05-24T18:30; nothing means now."


def counter_time(text: str | None, clock: Clock) -> datetime:
    """The date and time that a text means, in whole seconds, without a zone: now for none, this time of day for a day.

    A time with an offset is converted to the shop's zone. Raises Invalid for another text, and for the future.
    """
    now = clock.wall_time().replace(microsecond=0)
    if not text or not text.strip():
        return now
    at = _parsed(text.strip(), now.time(), clock)
    if at > now:
        raise Invalid(f"That is in the future: it is {now:%Y-%m-%d %H:%M} in the shop. {HOW}", "date")
    return at


def as_known_since(film: str, at: datetime, known_since: datetime) -> None:
    """Raises Invalid for a time before a film's first copy was in the shop, as far as anything tells."""
    if at.date() < known_since.date():
        raise Invalid(
            f"{film} came into the shop on {known_since:%Y-%m-%d}: it can't be rented on {at:%Y-%m-%d}. "
            "Give a later day.",
            "date",
        )


def _parsed(text: str, time_of_day: time, clock: Clock) -> datetime:
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time_of_day)
        if _DATE_TIME.fullmatch(text):
            return _on_the_wall(datetime.fromisoformat(_for_older_pythons(text)), clock)
    except (ValueError, OverflowError):
        # Such as a thirtieth of February, or the year zero.
        raise Invalid(f"There is no such day or time. {HOW}", "date") from None
    raise Invalid(f"That is no day. {HOW}", "date")


def _for_older_pythons(text: str) -> str:
    """Python 3.10 knows neither Z nor parts of a second in other lengths than three and six."""
    text = text.replace("Z", "+00:00")
    return re.sub(r"\.(\d{1,6})", lambda found: "." + found[1].ljust(6, "0"), text)


def _on_the_wall(at: datetime, clock: Clock) -> datetime:
    if at.tzinfo:
        at = at.astimezone(clock.zone).replace(tzinfo=None)
    return at.replace(microsecond=0)
