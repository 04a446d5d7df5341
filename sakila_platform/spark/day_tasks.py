"""Days worked on by Spark's workers, a task for each: for work that is the same function in either lane."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

import pyarrow as pa
from pyspark.sql import SparkSession

from sakila_platform.model.outcome_messages import day_message
from sakila_platform.model.outcomes import TableDay
from sakila_platform.settings.every import put_in_environment
from sakila_platform.spark.session import failing_in_one_line
from sakila_platform.spark.worker_settings import settings_for_workers

DayTask = Callable[[date], TableDay]
_ANSWER = pa.schema([pa.field("day", pa.date32()), pa.field("outcome", pa.string())])


def each_day(spark: SparkSession, doing: str, task: DayTask, days: Sequence[date]) -> dict[date, TableDay]:
    """Have each of these days worked on by a task of its own. `task` travels to the workers, so it holds nothing open.

    Workers have the driver's settings. Raises PlatformError, saying what was done, when a task fails; days that are
    done stay, and doing one again, as a repeated task does, comes to the same.
    """
    if not days:
        return {}
    wanted = spark.createDataFrame([(day,) for day in days], "day date").repartitionByRange(len(days), "day")
    with failing_in_one_line(doing):
        answers = wanted.mapInArrow(_worker(task, settings_for_workers()), "day date, outcome string").collect()
    outcomes = {answer.day: TableDay(**json.loads(answer.outcome)) for answer in answers}
    return {day: outcomes[day] for day in days}


def _worker(
    task: DayTask, environment: Mapping[str, str]
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        put_in_environment(environment)
        for batch in batches:
            for day in batch["day"].to_pylist():
                outcome = json.dumps(day_message(task(day)))
                yield pa.RecordBatch.from_pylist([{"day": day, "outcome": outcome}], _ANSWER)

    return work
