"""Which day an event is about: that of the time it was scheduled for, so that a retry is about the same day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from sakila_platform.errors import UsageError
from sakila_platform.model.days import Clock
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE

SCHEDULED_AT = "scheduled_at"


def clock() -> Clock:
    """The shop's clock."""
    return Clock(TIME_ZONE.read(), CLOCK.read())


def clock_of(event: Mapping[str, Any]) -> Clock:
    """The shop's clock as it stood when the event was scheduled; the one that runs, where the event does not say.

    Raises UsageError for a text that is no time.
    """
    text = str(event.get(SCHEDULED_AT) or "")
    if not text:
        return clock()
    try:
        # Python 3.10 does not read the Z that AWS ends a time with.
        scheduled = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(f"{SCHEDULED_AT} is {text!r}. Give a time such as 2005-06-01T00:15:00Z.") from None
    return Clock(TIME_ZONE.read(), scheduled if scheduled.tzinfo else scheduled.replace(tzinfo=timezone.utc))
