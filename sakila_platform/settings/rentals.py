"""The simulation of rentals."""

from __future__ import annotations

from sakila_platform.settings.setting import Setting
from sakila_platform.settings.values import hours, whole_number

RENTERS_PER_DAY = Setting("SAKILA_RENTERS_PER_DAY", "100", "customers simulated on a day", whole_number(0, 100_000))
SMOOTHING = Setting(
    "SAKILA_SMOOTHING", "1", "added to everyone's past rentals, so newcomers can be drawn", whole_number(1, 1_000_000)
)
OPENING_HOURS = Setting("SAKILA_OPENING_HOURS", "0-24", "hours in which simulated rentals are taken", hours)
