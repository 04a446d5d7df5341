"""The shop's clock as a resource, so that a test can stop it."""

from __future__ import annotations

from datetime import datetime

import dagster as dg

from sakila_platform.model.days import Clock
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE


class ClockResource(dg.ConfigurableResource):
    """The wall clock in the shop's zone; `stands_at` (an instant with its offset) stops it."""

    stands_at: str = ""

    def clock(self) -> Clock:
        """The clock, in the zone of the settings."""
        stopped = datetime.fromisoformat(self.stands_at) if self.stands_at else CLOCK.read()
        return Clock(TIME_ZONE.read(), stopped)
