"""A lake on S3: one PUT puts a table's day in place, so a reader sees the old object or the new one.

Query engines read local copies (`lake_copies`). Which files there are is asked by listing: one request tells of a
thousand files, with the version of each, and its errors say more than those of a request for one file's head.
"""

from __future__ import annotations

import io
import os.path
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Content, Lake, LakeFile, is_passed_by
from sakila_platform.lake.s3.bucket import CONNECTIONS, Bucket, S3Object
from sakila_platform.lake.s3.copies import LakeCopies, version_of
from sakila_platform.model.naming import DATA_FILE, LAYERS, TableName, data_file, mart_file

_MARTS = "marts"
_LISTINGS = 5
_FOOTER_BYTES = 64 * 1024
_FOOTER_END_BYTES = 8


class S3Lake(Lake):
    """A lake on a bucket, or below a prefix of it."""

    def __init__(self, bucket: Bucket) -> None:
        self.location = bucket.location
        self.writers = CONNECTIONS
        self._bucket = bucket
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="lake")
        self._copies = LakeCopies(bucket)
        self._known: dict[str, list[S3Object]] | None = None

    def publish(self, path: str, content: Content) -> None:
        """Put a file in place, whole or not at all."""
        self._put(path, bytes(memoryview(content)))

    def publish_each(self, paths: Sequence[str], content: Content) -> None:
        """Put the same content in place under each of these paths, many at a time."""
        whole = bytes(memoryview(content))
        for _ in self._threads.map(lambda path: self._put(path, whole), paths):
            pass

    def publish_file(self, path: str, file: Path) -> None:
        """Put a copy of a local file in place, whole or not at all."""
        with file.open("rb") as opened:
            self._changing(path, lambda: self._bucket.upload(path, opened))

    def files(self, prefix: str) -> list[LakeFile]:
        """Every file, of any kind, whose path begins so, sorted by path."""
        return [LakeFile(found.path, found.size, found.etag) for found in self._bucket.objects(prefix)]

    def take_in(self, path: str, file: Path, report: Callable[[str], None]) -> bool:
        """Put a local file in place, verified; a cut upload of it is continued. False: it was there already."""
        try:
            return self._bucket.take_in(path, file, report)
        finally:
            self._forget(path)

    def delete(self, path: str) -> None:
        """Remove a file; nothing happens when there is none."""
        self._changing(path, lambda: self._bucket.remove(path))

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._listed([path])

    def read(self, path: str) -> bytes:
        """A file's content."""
        content = io.BytesIO()
        self._bucket.fetch(path, content)
        return content.getvalue()

    def local_files(self, paths: Sequence[str]) -> list[str]:
        """Copies of these files on this machine, each version of a file fetched once."""
        for _ in range(_LISTINGS):
            copies = self._copies.of(self._versions(paths), self._threads)
            if copies is not None:
                return copies
            for path in paths:
                self._forget(path)
        raise PlatformError(f"{paths[0]} and others of the lake are being replaced all the time. Try again in a while.")

    def fingerprints(self, table: TableName, partitions: Iterable[str]) -> dict[str, str]:
        """For each of these partitions that has a file, a text that is equal only for files of equal content."""
        wanted = {data_file(table, partition): partition for partition in partitions}
        return {wanted[found.path]: version_of(found) for found in self._listed(list(wanted)).values()}

    def footers(self, paths: Sequence[str]) -> list[pq.FileMetaData]:
        """What each of these files says of itself at its end; equal files are looked into once."""
        files = self._versions(paths)
        distinct = {version_of(file): file for file in files}
        found = dict(zip(distinct, self._threads.map(self._footer, distinct.values()), strict=True))
        return [found[version_of(file)] for file in files]

    def _below(self, table: TableName) -> Mapping[str, bool]:
        found: dict[str, bool] = {}
        for each in self._bucket.objects(f"{table.path}/"):
            folder, _, file = each.path.removeprefix(f"{table.path}/").partition("/")
            # A key that ends in a slash is how consoles show an empty folder.
            if file and not file.endswith("/") and not is_passed_by(folder):
                found[folder] = found.get(folder, False) or file == DATA_FILE
        return found

    def tables(self) -> list[TableName]:
        """Every table of the layers that has a file in the lake, sorted."""
        return sorted(
            TableName(layer, source, table)
            for layer in LAYERS
            if layer != _MARTS
            for source in self._bucket.folders(f"{layer}/")
            for table in self._bucket.folders(f"{layer}/{source}/")
        )

    def marts(self) -> list[str]:
        """Every mart that has a file in the lake, sorted. Those that Athena makes have files of other names."""
        found = (PurePosixPath(found.path) for found in self._bucket.objects(f"{_MARTS}/"))
        return sorted(path.parent.name for path in found if mart_file(path.parent.name) == str(path))

    def present(self, table: TableName, partitions: Iterable[str]) -> list[str]:
        """Which of these partitions of a table have a file, in the order given."""
        wanted = {partition: data_file(table, partition) for partition in partitions}
        there = self._listed(list(wanted.values()))
        return [partition for partition, path in wanted.items() if path in there]

    def sweep(self) -> None:
        """Remove the parts of large files that processes which died left behind, a day later."""
        self._bucket.sweep()

    @contextmanager
    def steady(self) -> Iterator[None]:
        """While it is open, each listing is asked once, and again only after a change of this object's own."""
        if self._known is not None:
            yield
            return
        self._known = {}
        try:
            yield
        finally:
            self._known = None

    def require_usable(self) -> str:
        """Where the lake is, once it has answered."""
        self._bucket.require_readable()
        return self._bucket.place

    def _versions(self, paths: Sequence[str]) -> list[S3Object]:
        there = self._listed(paths)
        missing = [path for path in paths if path not in there]
        if missing:
            raise PlatformError(f"{missing[0]} is not in the lake at {self._bucket.place}. Run its day again.")
        return [there[path] for path in paths]

    def _listed(self, paths: Sequence[str]) -> dict[str, S3Object]:
        """Those of these files that are there, by path."""
        wanted = set(paths)
        if not wanted:
            return {}
        prefix = os.path.commonprefix(list(wanted))  # noqa: RUF071 - of keys, not of folders
        return {found.path: found for found in self._objects(prefix) if found.path in wanted}

    def _objects(self, prefix: str) -> Iterable[S3Object]:
        if self._known is None:
            return self._bucket.objects(prefix)
        if prefix not in self._known:
            self._known[prefix] = list(self._bucket.objects(prefix))
        return self._known[prefix]

    def _put(self, path: str, content: bytes) -> None:
        self._changing(path, lambda: self._bucket.put(path, content))

    def _changing(self, path: str, change: Callable[[], None]) -> None:
        try:
            change()
        finally:
            # Also after an error: the store may have done it, and only its answer was lost.
            self._forget(path)

    def _forget(self, path: str) -> None:
        """What was listed before a file changed is not what is there now."""
        for prefix in list(self._known or ()):
            if self._known and path.startswith(prefix):
                self._known.pop(prefix, None)

    def _footer(self, file: S3Object) -> pq.FileMetaData:
        end = io.BytesIO()
        # By its first byte: not every store gives the last bytes of an object that is smaller than they are.
        self._bucket.fetch(file.path, end, max(file.size - _FOOTER_BYTES, 0))
        footer = int.from_bytes(end.getvalue()[-_FOOTER_END_BYTES:-4], "little") + _FOOTER_END_BYTES
        if footer > _FOOTER_BYTES:
            self._bucket.fetch(file.path, end, file.size - footer)
        return pq.read_metadata(pa.BufferReader(end.getvalue()))
