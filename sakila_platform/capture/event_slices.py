"""Events by the days on which something happened to them (rule 4 of the lake), in memory that does not grow with them.

Rows come in any order and leave by day. Few rows wait in memory and are cut into days at once; many wait on disk, in
buckets of consecutive days, and are cut a bucket at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sakila_platform.errors import PlatformError

# What waits in memory. Cutting takes about three times as much for a moment.
_HELD_BYTES = 8 << 20
# Few enough to be open files at once, many enough for one to fit in memory when a year holds ten million events.
_BUCKETS = 48
_DAY_MICROSECONDS = 86_400_000_000
_EPOCH = date(1970, 1, 1)
# Far before any day, and yet a number of microseconds that fits.
_NEVER = -(2**62)
_ROW_BITS = 32

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class EventTable:
    """What slicing must know of a table: its columns, its key, and its timestamps by day, the event itself first."""

    schema: pa.Schema
    primary_key: Sequence[str]
    day_columns: Sequence[str]


@dataclass
class DaySlices:
    """The events of a run of days. Iterate once: (day, table) in day order, every day, an empty one too.

    A row is on each day that one of its day columns names, once, as of the end of that day: a later day column (any but
    the first) that lies after the day is null. Within a day rows are in the order of their primary key. `undated` is
    filled when the first day comes: the rows whose first day column is null, which are on no day.
    """

    event: EventTable
    days: Sequence[date]
    batches: Iterable[pa.RecordBatch]
    spill_folder: Path
    undated: pa.Table = field(init=False)

    def __post_init__(self) -> None:
        if any((later - earlier).days != 1 for earlier, later in zip(self.days, self.days[1:], strict=False)):
            raise ValueError("Events are sliced by consecutive days.")
        self.undated = pa.Table.from_batches([], self.event.schema)

    def __iter__(self) -> Iterator[tuple[date, pa.Table]]:
        held: list[pa.RecordBatch] = []
        with _EventBuckets(self.event.schema, self.spill_folder) as buckets:
            spilled = False
            for batch in self.batches:
                held.append(batch)
                if sum(one.nbytes for one in held) > _HELD_BYTES:
                    self._spill(self._dated(held), buckets)
                    spilled = True
            if not spilled:
                rows = self._dated(held)
                self.undated = self._by_key(self.undated)
                yield from self._cut(rows, self.days)
                return
            self._spill(self._dated(held), buckets)
            self.undated = self._by_key(self.undated)
            size = self._days_per_bucket
            for bucket, start in enumerate(range(0, len(self.days), size)):
                yield from self._cut(buckets.take(bucket), self.days[start : start + size])

    @property
    def _days_per_bucket(self) -> int:
        return -(-len(self.days) // _BUCKETS)

    def _dated(self, held: list[pa.RecordBatch]) -> pa.Table:
        """The held rows as one table, without the undated, which are set aside; empties the list."""
        rows = pa.Table.from_batches(held, self.event.schema)
        held.clear()
        main = rows[self.event.day_columns[0]]
        if not main.null_count:
            return rows
        self.undated = pa.concat_tables([self.undated, rows.filter(main.is_null())])
        return rows.filter(main.is_valid())

    def _spill(self, rows: pa.Table, buckets: _EventBuckets) -> None:
        """Write each row to the bucket of each of its days."""
        size = self._days_per_bucket
        offsets = [self._offsets(rows, name, self.days[0]) for name in self.event.day_columns]
        places = [np.where(at < 0, -1, at // size) for at in offsets]
        owners, indices = _owned(places, -(-len(self.days) // size))
        rows = rows.take(_indices(indices))
        borders = np.flatnonzero(np.diff(owners, prepend=-1, append=-1))
        for start, end in pairwise(borders):
            buckets.add(int(owners[start]), rows.slice(start, end - start))

    def _cut(self, rows: pa.Table, days: Sequence[date]) -> Iterator[tuple[date, pa.Table]]:
        """The rows of consecutive days, day by day."""
        rows = self._by_key(rows)
        offsets = [self._offsets(rows, name, days[0]) for name in self.event.day_columns]
        owners, indices = _owned(offsets, len(days))
        rows = rows.take(_indices(indices))
        for name, at in zip(self.event.day_columns[1:], offsets[1:], strict=True):
            rows = _without_future(rows, name, at[indices] > owners)
        rows = rows.combine_chunks()
        borders = np.searchsorted(owners, np.arange(len(days) + 1))
        for n, day in enumerate(days):
            yield day, rows.slice(borders[n], borders[n + 1] - borders[n])

    def _by_key(self, rows: pa.Table) -> pa.Table:
        """The rows in the order of the primary key: as they are if they came so, as a scan of InnoDB gives them."""
        rows = rows.combine_chunks()
        if len(self.event.primary_key) == 1 and pa.types.is_integer(rows[self.event.primary_key[0]].type):
            key = _numbers(rows[self.event.primary_key[0]], 0)
            if (key[1:] > key[:-1]).all():
                return rows
        return rows.sort_by([(name, "ascending") for name in self.event.primary_key]).combine_chunks()

    def _offsets(self, rows: pa.Table, name: str, first: date) -> Numbers:
        """How many days after the first each row's day is; a very negative number where it is null."""
        first_day = (first - _EPOCH).days
        return _numbers(rows[name], _NEVER) // _DAY_MICROSECONDS - first_day


def slice_by_day(
    batches: Iterable[pa.RecordBatch], event: EventTable, days: Sequence[date], spill_folder: Path
) -> DaySlices:
    """The events of consecutive days, by day, in bounded memory; batches have the event's schema, in any order.

    Raises PlatformError when the spill folder cannot hold what waits, and whatever the batches raise, before any day.
    """
    return DaySlices(event, days, batches, spill_folder)


def _owned(places: Sequence[Numbers], count: int) -> tuple[Numbers, Numbers]:
    """The (owner, row) pairs of rows that may have several owners in 0..count-1, in order, none twice."""
    pairs = []
    for n, owners in enumerate(places):
        mine = (owners >= 0) & (owners < count)
        for earlier in places[:n]:
            mine &= owners != earlier
        rows = np.flatnonzero(mine)
        pairs.append(owners[rows] << _ROW_BITS | rows)
    ordered = np.sort(np.concatenate(pairs))
    return ordered >> _ROW_BITS, ordered & (1 << _ROW_BITS) - 1


def _without_future(rows: pa.Table, name: str, is_future: npt.NDArray[np.bool_]) -> pa.Table:
    if not is_future.any():
        return rows
    mask = pa.Array.from_buffers(
        pa.bool_(), is_future.size, [None, pa.py_buffer(np.packbits(is_future, bitorder="little"))]
    )
    kind = rows.schema.field(name).type
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(name), pc.if_else(mask, pa.nulls(1, kind)[0], rows[name]))


def _numbers(column: pa.ChunkedArray, when_null: int) -> Numbers:
    """A column of whole numbers or timestamps as NumPy numbers. (Arrow's own ways import pandas: half a second.)"""
    if not len(column):
        return np.empty(0, np.int64)
    chunk = column.cast(pa.int64()).combine_chunks()
    numbers = np.frombuffer(chunk.buffers()[1] or b"", np.int64, len(chunk), chunk.offset * 8)
    if not chunk.null_count:
        return numbers
    nulls = np.unpackbits(np.frombuffer(chunk.is_null().buffers()[1], np.uint8), bitorder="little")
    return np.where(nulls[: len(chunk)].astype(np.bool_), when_null, numbers)


def _indices(rows: Numbers) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), rows.size, [None, pa.py_buffer(np.ascontiguousarray(rows))])


class _EventBuckets:
    """Rows that wait on disk, in an Arrow file per bucket, in a folder of their own that leaving the context removes.

    Raises PlatformError when the folder cannot be written or is full.
    """

    def __init__(self, schema: pa.Schema, spill_folder: Path) -> None:
        self._schema = schema
        self._spill_folder = spill_folder
        self._writers: dict[int, pa.RecordBatchStreamWriter] = {}

    def __enter__(self) -> _EventBuckets:
        try:
            self._spill_folder.mkdir(parents=True, exist_ok=True)
            self._folder = TemporaryDirectory(prefix="events-", dir=self._spill_folder, ignore_cleanup_errors=True)
        except OSError as error:
            raise self._unwritable(error) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writers.clear()
        self._folder.cleanup()

    def add(self, bucket: int, rows: pa.Table) -> None:
        """Append rows to a bucket's file."""
        try:
            if bucket not in self._writers:
                self._writers[bucket] = pa.ipc.new_stream(self._path(bucket), self._schema)
            self._writers[bucket].write_table(rows)
        except OSError as error:
            raise self._unwritable(error) from None

    def take(self, bucket: int) -> pa.Table:
        """All rows of a bucket, in the order they came; its file is removed."""
        writer = self._writers.pop(bucket, None)
        if writer is None:
            return pa.Table.from_batches([], self._schema)
        path = Path(self._path(bucket))
        try:
            writer.close()
            with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
                rows = reader.read_all()
        except OSError as error:
            raise self._unwritable(error) from None
        path.unlink()
        return rows

    def _path(self, bucket: int) -> str:
        return f"{self._folder.name}/{bucket}.arrow"

    def _unwritable(self, error: OSError) -> PlatformError:
        reason = error.strerror or error
        return PlatformError(
            f"The folder {self._spill_folder} cannot hold the rows that wait there: {reason}. "
            "Make room, or set SAKILA_HOME to another folder."
        )
