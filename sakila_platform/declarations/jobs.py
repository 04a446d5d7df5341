"""A domain's jobs, and the schedules that start them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sakila_platform.model.naming import TableName


class Partition(Enum):
    """Which of its partitions a schedule runs a job for, of those that exist at that time."""

    ENDED_DAY = "the day that has just ended"
    TODAY = "today"
    NEXT_YEAR = "next year"
    NONE = "it has none"


@dataclass(frozen=True)
class Schedule:
    """When a job is run, in the zone of the shop."""

    name: str
    cron: str
    description: str
    partition: Partition = Partition.NONE


@dataclass(frozen=True)
class Job:
    """What is run together, and what starts it by itself.

    The daily job of a domain is `<domain>_daily`, that of its Date dimension `<domain>_dates`.
    """

    name: str
    description: str
    partitions: str
    """How it is partitioned: "days", "years", or "" for none."""
    schedule: Schedule
    layers: tuple[str, ...] = ()
    """All assets of these layers that have such partitions."""
    assets: tuple[TableName, ...] = ()
    """And these assets."""
    checks: tuple[tuple[TableName, str], ...] = ()
    """And these checks, by table and name, which no other job of the domain runs."""
