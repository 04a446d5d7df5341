"""What a lake can do, wherever it is: Parquet files by their paths, published whole.

A reader sees a file as it was or as it is, never a half. What a path is called is decided in `naming`; what is in a
file is decided by its table's contract. The kinds of lake are `folder` and `s3`; `location` opens one.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from sakila_platform.model.naming import DATA_FILE, UNDATED, UNPARTITIONED, TableName, data_file, partitions_among

Content: TypeAlias = "bytes | pa.Buffer"


@dataclass(frozen=True, order=True)
class LakeFile:
    """A file as it is listed: its path, its bytes, and a text that changes when it is replaced (ETag, or its time)."""

    path: str
    size: int
    version: str


@dataclass(frozen=True)
class TableFolders:
    """What lies right below a table's folder: its partitions, and folders with files that are none. Both sorted."""

    table: TableName
    partitions: tuple[str, ...]
    strays: tuple[str, ...]

    @property
    def notes(self) -> list[str]:
        """A line for each stray folder, for people: nothing of ours reads it, but a crawler or Athena would."""
        return [
            f"{self.table}/{stray} is no day or year with a {DATA_FILE}, so it is not read. Move it out of the lake."
            for stray in self.strays
        ]


class Lake(ABC):
    """A lake. All paths are relative to it and use forward slashes.

    Every method raises PlatformError, in one line, when the lake can't be reached or does not allow it.
    """

    location: str
    """Where it is: a folder, or `s3://bucket/prefix`. `open_lake` opens it again from there."""
    writers: int
    """How many files are worth writing at a time."""

    @abstractmethod
    def publish(self, path: str, content: Content) -> None:
        """Put a file in place, whole or not at all."""

    def publish_each(self, paths: Sequence[str], content: Content) -> None:
        """Put the same content in place under each of these paths; each is whole, all together are not."""
        for path in paths:
            self.publish(path, content)

    @abstractmethod
    def publish_file(self, path: str, file: Path) -> None:
        """Put a copy of a local file in place, whole or not at all, without reading it into memory."""

    @abstractmethod
    def files(self, prefix: str) -> list[LakeFile]:
        """Every file, of any kind, in a folder (given with its closing slash) and below it, sorted by path."""

    @abstractmethod
    def take_in(self, path: str, file: Path, report: Callable[[str], None]) -> bool:
        """Put a local file in place byte for byte, whole or not at all, and see that it arrived so.

        Progress is reported. On S3 a cut upload is continued. Returns False when the file was there already.
        """

    @abstractmethod
    def delete(self, path: str) -> None:
        """Remove a file; nothing happens when there is none."""

    @abstractmethod
    def exists(self, path: str) -> bool:
        """Whether there is such a file."""

    @abstractmethod
    def read(self, path: str) -> bytes:
        """A file's content. Raises PlatformError when there is none."""

    @abstractmethod
    def local_files(self, paths: Sequence[str]) -> list[str]:
        """Where query engines on this machine find these files, in the same order; `dt=…` is in the paths.

        They stay as long as this object does, and keep the content that the lake had when they were asked for.
        """

    @abstractmethod
    def fingerprints(self, table: TableName, partitions: Iterable[str]) -> dict[str, str]:
        """For each of these partitions that has a file, a text that is equal only for files of equal content."""

    @abstractmethod
    def footers(self, paths: Sequence[str]) -> list[pq.FileMetaData]:
        """What each of these files says of itself at its end: its rows and its columns."""

    def row_counts(self, paths: Sequence[str]) -> list[int]:
        """The rows of each of these files, as its own footer counts them."""
        return [footer.num_rows for footer in self.footers(paths)]

    @abstractmethod
    def _below(self, table: TableName) -> Mapping[str, bool]:
        """The folders right below a table's that hold any file: name to whether the data file is one of them.

        Names that begin with `_` or `.` are left out: every reader of a lake passes them by.
        """

    def folders(self, table: TableName) -> TableFolders:
        """The partitions of a table, and what lies beside them."""
        below = self._below(table)
        partitions = partitions_among([name for name, has_data in below.items() if has_data], table)
        return TableFolders(table, tuple(partitions), tuple(sorted(below.keys() - set(partitions))))

    def partitions(self, table: TableName) -> list[str]:
        """The partition folders of a table that hold a file, such as `dt=2005-05-24`, sorted."""
        return list(self.folders(table).partitions)

    def parts(self, table: TableName) -> list[str]:
        """The same; of a table without partitions that has a file, the empty text alone."""
        return self.partitions(table) or ([UNPARTITIONED] if self.exists(data_file(table)) else [])

    @abstractmethod
    def tables(self) -> list[TableName]:
        """Every table that has a file in the lake, sorted."""

    @abstractmethod
    def marts(self) -> list[str]:
        """Every mart that has a file in the lake, sorted. A mart has no source and no partitions."""

    @abstractmethod
    def sweep(self) -> None:
        """Remove what processes that died left aside, once it is old enough to belong to nobody."""

    @abstractmethod
    def require_usable(self) -> str:
        """Where the lake is, for people, once it has been looked at; raises PlatformError when it can't be used."""

    @contextmanager
    def steady(self) -> Iterator[None]:
        """While it is open, files that other processes put in place need not be seen: a run looks at its days once."""
        yield

    @abstractmethod
    def present(self, table: TableName, partitions: Iterable[str]) -> list[str]:
        """Which of these partitions of a table have a file, in the order given."""

    def missing(self, table: TableName, partitions: Iterable[str]) -> list[str]:
        """Which of these partitions of a table have no file, in the order given."""
        wanted = list(partitions)
        there = set(self.present(table, wanted))
        return [partition for partition in wanted if partition not in there]


def fingerprint(content: bytes) -> str:
    """A text that is equal only for equal content."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def is_passed_by(folder: str) -> bool:
    """Whether readers of a lake pass a folder by, as Spark, Athena and crawlers do: `_spark_metadata`, `.tmp`."""
    return folder.startswith(("_", "."))


def held_partitions(lake: Lake, table: TableName) -> list[str]:
    """The partitions of a table that the lake holds: "" alone for one without partitions, none for one without files.

    Rows without a day are no partition here.
    """
    return [part for part in lake.parts(table) if not part.endswith(f"={UNDATED}")]
