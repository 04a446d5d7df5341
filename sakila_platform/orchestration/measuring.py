"""How long a layer takes for its days and how many rows they have, as metrics for whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date

from sakila_platform.aws.metrics import send_metrics
from sakila_platform.orchestration.asset_specs import ROW_COUNT, Committed

Commit = Callable[[list[date]], Committed]


def measured(layer: str, commit: Commit) -> Commit:
    """The same commit; rows and seconds of each chunk that it commits become metrics of the layer."""

    def commit_and_measure(days: list[date]) -> Committed:
        started = time.perf_counter()
        committed = commit(days)
        rows = sum(int(result.metadata[ROW_COUNT]) for of_day in committed.values() for result in of_day.values())
        send_metrics(layer, rows, len(days), time.perf_counter() - started)
        return committed

    return commit_and_measure
