"""Outcomes as JSON can carry them: from a Glue job to whoever started it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sakila_platform.model.naming import TableName
from sakila_platform.model.outcomes import Outcomes, TableDay


def outcome_messages(outcomes: Outcomes) -> list[dict[str, Any]]:
    """One message per table and day: `asset` (the key's parts), `day`, and the fields of the outcome."""
    return [
        {"asset": list(name.key), "day": day.isoformat(), **day_message(outcome)}
        for name, by_day in outcomes.items()
        for day, outcome in by_day.items()
    ]


def outcomes_of(messages: Iterable[Mapping[str, Any]]) -> Outcomes:
    """The outcomes that such messages carry."""
    outcomes: Outcomes = {}
    for message in messages:
        fields = {name: value for name, value in message.items() if name not in ("asset", "day")}
        day = date.fromisoformat(message["day"])
        outcomes.setdefault(TableName(*message["asset"]), {})[day] = TableDay(**fields)
    return outcomes


def day_message(outcome: TableDay) -> dict[str, Any]:
    """The fields of one outcome, as JSON can carry them."""
    return asdict(outcome)
