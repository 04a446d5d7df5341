"""Rows that wait on disk, in one Arrow file per bucket of days, until all rows have been read."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import pyarrow as pa

from sakila_platform.errors import PlatformError


class EventBuckets:
    """Arrow files by bucket number, in a folder of their own that leaving the context removes.

    Raises PlatformError when the folder cannot be written or is full.
    """

    def __init__(self, schema: pa.Schema, spill_folder: Path) -> None:
        self._schema = schema
        self._spill_folder = spill_folder
        self._writers: dict[int, pa.RecordBatchStreamWriter] = {}

    def __enter__(self) -> EventBuckets:
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
