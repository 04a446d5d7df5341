"""Lambda: simulate the day that has ended at the shop's counter. Called twice, it writes once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from typing import Any

from sakila_platform.lambdas.log_lines import write_line
from sakila_platform.lambdas.logins import open_database
from sakila_platform.lambdas.scheduled_time import clock, clock_of
from sakila_platform.model.days import ONE_DAY, parse_day
from sakila_platform.rentals.simulation.days import simulate_day
from sakila_platform.rentals.simulation.draws import Options
from sakila_platform.settings.rentals import OPENING_HOURS, RENTERS_PER_DAY, SMOOTHING

_DATABASE = "sakila"


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Simulate the event's day: `day`, else the one before `scheduled_at`, else yesterday in the shop's time zone.

    Returns what became of it. Raises PlatformError, so that Lambda tries again, when the database can't be reached.
    """
    day = _day_of(event)
    options = Options(RENTERS_PER_DAY.read(), SMOOTHING.read(), OPENING_HOURS.read())
    with closing(open_database(_DATABASE)) as connection:
        outcome = simulate_day(connection, day, clock(), options)
    result = {
        "day": day.isoformat(),
        "status": outcome.status.value,
        "reason": outcome.reason,
        "rentals": outcome.rentals,
        "returns": outcome.returns,
        "late_fees": outcome.late_fees,
    }
    write_line(context, f"{day}: {outcome.status.value}", **result)
    return result


def _day_of(event: Mapping[str, Any]) -> date:
    given = event.get("day")
    return parse_day(str(given)) if given else clock_of(event).today() - ONE_DAY
