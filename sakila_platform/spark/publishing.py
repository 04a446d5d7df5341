"""Judged rows into the lake, by Spark's workers: each takes whole days and publishes them as the local lane does.

A day's rows come to one worker in one piece. It parts what is kept from what is set aside, decides whether the day may
be published, encodes it and puts it in place: one file per table and day, whole or not at all. So a day is in the lake
as soon as it is done, and publishing it twice, as a repeated task does, gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from sakila_platform.capture.captured_days import undated_rows
from sakila_platform.lake.files import Lake
from sakila_platform.lake.location import open_lake
from sakila_platform.lake.parquet_files import encode_parquet, stamped
from sakila_platform.lake.publishing import Quarantine
from sakila_platform.model.contracts import Table, arrow_schema, quarantine_schema
from sakila_platform.model.naming import DAY_PARTITION, UNDATED, UNPARTITIONED, data_file, day_partition
from sakila_platform.model.outcome_messages import day_message
from sakila_platform.model.outcomes import TableDay, judge
from sakila_platform.model.rejections import broken_rules, named_rows
from sakila_platform.model.versions import Version, version_of
from sakila_platform.settings.every import put_in_environment
from sakila_platform.settings.places import LAKE_ENDPOINT, LAKE_TIMEOUT_SECONDS
from sakila_platform.spark.session import failing_in_one_line
from sakila_platform.spark.source.columns import REASON, UNUSABLE

_ANSWER = pa.schema([pa.field("day", pa.date32()), pa.field("outcome", pa.string())])


@dataclass(frozen=True)
class Publication:
    """What a worker must know to publish days of a table. It travels to the workers, so it holds nothing open."""

    location: str
    table: Table
    allowed_bad_share: float
    version: Version | None = None
    """What the rows are made by, if by more than the contract."""
    day_groups: Mapping[date, Sequence[date]] = field(default_factory=dict)
    """Of a day: those that have the same rows, itself among them."""
    is_partitioned: bool = True
    """Whether a day is a partition; else the rows are the whole table, whatever day they bear."""
    environment: Mapping[str, str] = field(default_factory=lambda: _settings_of_lakes())
    """The settings of lakes as the driver has them: workers have an environment of their own."""

    def open(self) -> Publisher:
        """Who publishes, on this machine."""
        put_in_environment(self.environment)
        lake = open_lake(self.location)
        return Publisher(self, lake, Quarantine(lake, self.table))


def _settings_of_lakes() -> dict[str, str]:
    return {setting.name: str(setting.read()) for setting in (LAKE_ENDPOINT, LAKE_TIMEOUT_SECONDS)}


@dataclass(frozen=True)
class Publisher:
    """A publication with the lake at hand."""

    publication: Publication
    lake: Lake
    quarantine: Quarantine

    def publish(self, day: date, rows: pa.Table) -> TableDay:
        """Publish a day's judged rows, if so few are set aside that it may be; say what it came to."""
        table = self.publication.table
        reasons = rows[REASON]
        kept = rows.filter(pc.equal(reasons, "")).select(table.column_names)
        rejected = rows.filter(pc.not_equal(reasons, "")).select([*table.column_names, REASON])
        ordered = rejected.sort_by([(name, "ascending") for name in (*table.primary_key, REASON)])
        share, named = self.publication.allowed_bad_share, partial(named_rows, ordered, table)
        outcome = judge(kept.num_rows, rejected.num_rows, broken_rules(rejected), share, named)
        if not outcome.refused:
            self._put(day, kept.cast(arrow_schema(table)), ordered.cast(quarantine_schema(table)))
        return _with_zero_dates(outcome, rows)

    def publish_undated(self, rows: pa.Table) -> TableDay:
        """Replace the rows that are on no day by these."""
        table = self.publication.table
        self.quarantine.set_aside(day_partition(UNDATED), undated_rows(table, rows.select(table.column_names)))
        return TableDay(rows=0, rejected=rows.num_rows)

    def _put(self, day: date, kept: pa.Table, rejected: pa.Table) -> None:
        table = self.publication.table
        partitions = [day_partition(each) for each in self.publication.day_groups.get(day, [day])]
        if not self.publication.is_partitioned:
            partitions = [UNPARTITIONED]
        for partition in partitions:
            self.quarantine.set_aside(partition, rejected)
        paths = [data_file(table.name, partition) for partition in partitions]
        version = self.publication.version or version_of(table)
        self.lake.publish_each(paths, encode_parquet(stamped(kept, version)))


@dataclass(frozen=True)
class Published:
    """What publishing came to: an outcome for each day, and how many rows were on no day."""

    days: dict[date, TableDay]
    undated: int = 0


def publish_judged(rows: DataFrame, publication: Publication, days: Sequence[date]) -> Published:
    """Publish these days of a table from judged rows; those without a row too. Computes the rows.

    A column of `columns.UNUSABLE` beside the contract's is counted and left out. Raises PlatformError when the rows
    can't be computed or the lake can't be written; days done before stay.
    """
    with failing_in_one_line(f"{publication.table.name} can't be computed"):
        answers = rows.mapInArrow(_publisher(publication), "day date, outcome string").collect()
    outcomes = {answer.day: TableDay(**json.loads(answer.outcome)) for answer in answers}
    undated = outcomes.pop(None, None)
    empty = [day for day in days if day not in outcomes]
    if empty:
        publisher, nothing = publication.open(), quarantine_schema(publication.table).empty_table()
        outcomes |= {day: publisher.publish(day, nothing) for day in empty}
    return Published({day: outcomes[day] for day in days}, undated.rejected if undated else 0)


def _publisher(publication: Publication) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    def publish(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        publisher: Publisher | None = None
        for day, rows in whole_days(batches):
            publisher = publisher or publication.open()
            outcome = publisher.publish(day, rows) if day else publisher.publish_undated(rows)
            yield pa.RecordBatch.from_pylist([{"day": day, "outcome": json.dumps(day_message(outcome))}], _ANSWER)

    return publish


def whole_days(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[date | None, pa.Table]]:
    """Rows that come sorted by `dt`, day by day; None for the rows without one."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        for piece in _pieces(batch):
            if held and held[0][DAY_PARTITION][0] != piece[DAY_PARTITION][0]:
                yield _day(held)
                held = []
            held.append(piece)
    if held:
        yield _day(held)


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch cut where its day changes."""
    if not batch.num_rows:
        return
    days = batch[DAY_PARTITION].cast(pa.int32()).fill_null(np.iinfo(np.int32).min).to_numpy()
    borders = np.flatnonzero(np.diff(days)) + 1
    for start, end in zip([0, *borders], [*borders, batch.num_rows], strict=True):
        yield batch.slice(start, end - start)


def _day(pieces: list[pa.RecordBatch]) -> tuple[date | None, pa.Table]:
    return pieces[0][DAY_PARTITION][0].as_py(), pa.Table.from_batches(pieces).combine_chunks()


def _with_zero_dates(outcome: TableDay, rows: pa.Table) -> TableDay:
    unusable = pc.sum(rows[UNUSABLE]).as_py() if UNUSABLE in rows.column_names else 0
    return TableDay(**{**day_message(outcome), "notes": {"rows_with_zero_dates": unusable}}) if unusable else outcome
