"""A lake in a folder: a file is written aside and renamed into place, so a reader sees the old one or the new one."""

from __future__ import annotations

import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq

from sakila_platform.errors import PlatformError
from sakila_platform.lake.files import Content, Lake, LakeFile, fingerprint, is_passed_by
from sakila_platform.lake.spill import sweep_abandoned
from sakila_platform.model.naming import DATA_FILE, TableName, data_file
from sakila_platform.private_folders import make_private_folder

_INCOMING = "_incoming"
_CHUNK = 1024**2
# Writing is Parquet's packing more than the disk's work, and DuckDB computes beside it.
_WRITERS = 2


class FolderLake(Lake):
    """A lake on a folder, which is made when the first file is published, and for its owner alone."""

    def __init__(self, location: str) -> None:
        self.location = location
        self.writers = _WRITERS
        self._root = Path(location)

    def publish(self, path: str, content: Content) -> None:
        """Put a file in place, whole or not at all."""
        self._put(path, lambda aside: aside.write_bytes(content))

    def publish_file(self, path: str, file: Path) -> None:
        """Put a copy of a local file in place, whole or not at all."""
        self._put(path, lambda aside: shutil.copyfile(file, aside))

    def files(self, prefix: str) -> list[LakeFile]:
        """Every file, of any kind, in a folder and below it, sorted by path."""
        found = []
        for folder, _, names in os.walk(self._root / prefix):
            for name in names:
                file = Path(folder, name)
                # It may be gone since it was seen.
                with suppress(FileNotFoundError):
                    status = file.stat()
                    path = file.relative_to(self._root).as_posix()
                    found.append(LakeFile(path, status.st_size, str(status.st_mtime_ns)))
        return sorted(found)

    def take_in(self, path: str, file: Path, report: Callable[[str], None]) -> bool:
        """Put a local file in place, whole or not at all. False: it was there already."""
        wanted = _checksum(file)
        if self.exists(path) and _checksum(self._root / path) == wanted:
            return False
        self._put(path, lambda aside: _copy_verified(file, aside, wanted))
        report(f"{path}: {file.stat().st_size / 1e6:,.0f} MB copied")
        return True

    def delete(self, path: str) -> None:
        """Remove a file; nothing happens when there is none."""
        try:
            (self._root / path).unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(path, error) from None

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        return (self._root / path).is_file()

    def read(self, path: str) -> bytes:
        """A file's content."""
        try:
            return (self._root / path).read_bytes()
        except OSError as error:
            raise PlatformError(
                f"{path} can't be read from the lake at {self.location}: {error.strerror or error}. "
                "Run its day again, or correct SAKILA_LAKE."
            ) from None

    def local_files(self, paths: Sequence[str]) -> list[str]:
        """The files themselves: who replaces one leaves an open one as it is."""
        return [str(self._root / path) for path in paths]

    def fingerprints(self, table: TableName, partitions: Iterable[str]) -> dict[str, str]:
        """For each of these partitions that has a file, a text that is equal only for files of equal content."""
        there = self.present(table, partitions)
        return {partition: fingerprint(self.read(data_file(table, partition))) for partition in there}

    def footers(self, paths: Sequence[str]) -> list[pq.FileMetaData]:
        """What each of these files says of itself at its end."""
        return [pq.read_metadata(self._root / path) for path in paths]

    def _below(self, table: TableName) -> Mapping[str, bool]:
        found: dict[str, bool] = {}
        # Not a folder: whoever writes there says so.
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self._root / table.path) as entries:
            for entry in entries:
                if is_passed_by(entry.name) or not entry.is_dir():
                    continue
                has_data = os.path.isfile(os.path.join(entry.path, DATA_FILE))
                if has_data or any(names for _, _, names in os.walk(entry.path)):
                    found[entry.name] = has_data
        return found

    def tables(self) -> list[TableName]:
        """Every table that has a file in the lake, sorted."""
        found = {path.relative_to(self._root).parts[:3] for path in self._root.glob(f"*/*/*/**/{DATA_FILE}")}
        return sorted(TableName(*parts) for parts in found if len(parts) == 3)

    def marts(self) -> list[str]:
        """Every mart that has a file in the lake, sorted."""
        return sorted(path.parent.name for path in self._root.glob(f"marts/*/{DATA_FILE}"))

    def present(self, table: TableName, partitions: Iterable[str]) -> list[str]:
        """Which of these partitions of a table have a file, in the order given."""
        return [partition for partition in partitions if self.exists(data_file(table, partition))]

    def sweep(self) -> None:
        """Remove what processes that died left aside, once it is old enough to belong to nobody."""
        sweep_abandoned(self._root / _INCOMING)

    def require_usable(self) -> str:
        """Where the lake is, once it is clear that it can be written."""
        nearest = next(path for path in (self._root, *self._root.absolute().parents) if path.exists())
        if not (nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)):
            raise PlatformError(f"{self.location} can't be written: name another folder in SAKILA_LAKE")
        return self.location if nearest == self._root else f"{self.location} (will be made)"

    def _put(self, path: str, write: Callable[[Path], object]) -> None:
        target = self._root / path
        aside = self._root / _INCOMING / uuid.uuid4().hex
        try:
            make_private_folder(self._root)
            aside.parent.mkdir(exist_ok=True)
            write(aside)
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(aside, target)
        except OSError as error:
            self._discard(aside)
            raise self._unwritable(path, error) from None

    def _unwritable(self, path: str, error: OSError) -> PlatformError:
        return PlatformError(
            f"{path} can't be written to the lake at {self.location}: {error.strerror or error}. "
            "What was there before is untouched. Free space or correct SAKILA_LAKE, then run the day again."
        )

    @staticmethod
    def _discard(path: Path) -> None:
        # Where the folder can't be reached there is nothing of ours either; what stopped us is reported by the caller.
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _checksum(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            digest = hashlib.sha256()
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise PlatformError(f"{file} can't be read: {error.strerror or error}. Fix that, then run again.") from None
    return digest.hexdigest()


def _copy_verified(file: Path, aside: Path, wanted: str) -> None:
    shutil.copyfile(file, aside)
    if _checksum(aside) != wanted:
        aside.unlink()
        raise PlatformError(f"{file} was changed while it was copied. Run it again.")
