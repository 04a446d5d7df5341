"""The data lake: Parquet files under one folder, published whole.

A file is written aside and renamed into place, so a reader sees the old one or the new one and never a half. What a
path is called is decided in `naming`; what is in a file is decided by its table's contract.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from sakila_platform.errors import PlatformError
from sakila_platform.naming import DATA_FILE, TableName, data_file
from sakila_platform.resources.spill import sweep_abandoned

_INCOMING = "_incoming"


class Lake:
    """A lake on a folder. All paths are relative to it and use forward slashes."""

    def __init__(self, location: str) -> None:
        self.location = location
        self._root = Path(location)

    def publish(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all. Raises PlatformError when the folder can't be written."""
        target = self._root / path
        aside = self._root / _INCOMING / uuid.uuid4().hex
        try:
            aside.parent.mkdir(parents=True, exist_ok=True)
            aside.write_bytes(content)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(aside, target)
        except OSError as error:
            self._discard(aside)
            raise self._unwritable(path, error) from None

    def delete(self, path: str) -> None:
        """Remove a file; nothing happens when there is none. Raises PlatformError when it can't be removed."""
        try:
            (self._root / path).unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(path, error) from None

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return (self._root / path).is_file()

    def read(self, path: str) -> bytes:
        """A file's content."""
        return (self._root / path).read_bytes()

    def digest(self, path: str) -> bytes:
        """A fingerprint of a file's content: equal for equal files."""
        return hashlib.blake2b(self.read(path), digest_size=16).digest()

    def url(self, path: str) -> str:
        """Where query engines find the file."""
        return str(self._root / path)

    def partitions(self, table: TableName) -> list[str]:
        """The partition folders of a table that hold a file, such as `dt=2005-05-24`, sorted."""
        folder = self._root / table.path
        return sorted(path.parent.name for path in folder.glob(f"*=*/{DATA_FILE}"))

    def tables(self) -> list[TableName]:
        """Every table that has a file in the lake, sorted."""
        found = {path.relative_to(self._root).parts[:3] for path in self._root.glob(f"*/*/*/**/{DATA_FILE}")}
        return sorted(TableName(*parts) for parts in found if len(parts) == 3)

    def marts(self) -> list[str]:
        """Every mart that has a file in the lake, sorted. A mart has no source and no partitions."""
        return sorted(path.parent.name for path in self._root.glob(f"marts/*/{DATA_FILE}"))

    def missing(self, table: TableName, partitions: Iterable[str]) -> list[str]:
        """Which of these partitions of a table have no file."""
        return [partition for partition in partitions if not self.exists(data_file(table, partition))]

    def sweep(self) -> None:
        """Remove what processes that died left aside, once it is old enough to belong to nobody."""
        sweep_abandoned(self._root / _INCOMING)

    def _unwritable(self, path: str, error: OSError) -> PlatformError:
        return PlatformError(
            f"{path} can't be written to the lake at {self.location}: {error.strerror or error}. "
            "What was there before is untouched. Free space or correct SAKILA_LAKE, then run the day again."
        )

    @staticmethod
    def _discard(path: Path) -> None:
        # Where the folder can't be reached there is nothing of ours either; what stopped us is told by the caller.
        with suppress(OSError):
            path.unlink(missing_ok=True)
