"""The dump's files out of a zip or tar archive, which is never believed: limits on sizes, names, number and time."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Collection
from pathlib import PurePosixPath
from typing import IO, Protocol

from sakila_platform.errors import PlatformError

# The official files have 3.4 MB; a file or a whole archive beyond these sizes is something else.
MAX_FILE_BYTES = 64 * 2**20
MAX_ARCHIVE_BYTES = 256 * 2**20
MAX_MEMBERS = 1_000
MAX_SECONDS = 60.0
# A tar's long names, and a zip's list of members, are read in one piece.
_MAX_PIECE_BYTES = {"tar": 2**14, "zip": 2**20}
_CHUNK_BYTES = 2**13
_UNPACKING = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.open),
    (b"\xfd7zXZ", lzma.open),
    (b"\x5d\0\0", lzma.open),
)
_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    lzma.LZMAError,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    LookupError,
    OverflowError,
    MemoryError,
)


class _Readable(Protocol):
    """What is asked of an archive's file, packed or not."""

    def read(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, whence: int, /) -> int: ...
    def tell(self) -> int: ...


class BrokenArchive(Exception):
    """It is no archive that can be read; the message says why."""


def files_in(archive: IO[bytes], place: str, names: Collection[str]) -> dict[str, bytes]:
    """The files of these names, wherever they lie in the archive: nothing is written to a path that it names.

    Raises BrokenArchive for what is no archive, PlatformError for one beyond the limits.
    """
    try:
        is_zip = zipfile.is_zipfile(archive)
        archive.seek(0)
        if is_zip:
            return _from_zip(_Limited(archive, place, "zip"), names)
        return _from_tar(_Limited(_unpacking(archive), place, "tar"), names)
    except _BROKEN as error:
        reason = str(error).partition("\n")[0].rstrip(": ") or type(error).__name__
        raise BrokenArchive(reason) from None


def require_size(size: int, name: str) -> None:
    """Raises PlatformError when a file is larger than one of Sakila's can be."""
    if size > MAX_FILE_BYTES:
        raise PlatformError(
            f"{name} is larger than {MAX_FILE_BYTES // 2**20} MB: that is not the official Sakila dump."
        )


class _Limited(io.RawIOBase):
    """A file of an archive that is read no further, and in no larger pieces, than a Sakila can need."""

    def __init__(self, file: _Readable, place: str, kind: str) -> None:
        super().__init__()
        self._file = file
        self._place = place
        self._piece = _MAX_PIECE_BYTES[kind]
        self._deadline = time.monotonic() + MAX_SECONDS

    def read(self, size: int = -1) -> bytes:
        """At most this many bytes; of what is left, when it is negative and little is."""
        if size > self._piece:
            raise self.refused(f"has a name or a list of more than {self._piece // 2**10} kB")
        content = self._file.read(size if size >= 0 else self._piece + 1)
        if len(content) > self._piece:
            raise self.refused(f"has a name or a list of more than {self._piece // 2**10} kB")
        self._require_limits(self._file.tell())
        return content

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Forward in a tar costs as much as reading: it is unpacked on the way."""
        if whence == io.SEEK_SET:
            self._require_limits(offset)
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Where the next read begins."""
        return self._file.tell()

    def seekable(self) -> bool:
        """Always."""
        return True

    def readable(self) -> bool:
        """Always."""
        return True

    def _require_limits(self, position: int) -> None:
        if position > MAX_ARCHIVE_BYTES:
            raise self.refused(f"unpacks to more than {MAX_ARCHIVE_BYTES // 2**20} MB")
        if time.monotonic() > self._deadline:
            raise self.refused(f"takes more than {MAX_SECONDS:.0f} s to unpack")

    def refused(self, what: str) -> PlatformError:
        """The error for an archive beyond a limit."""
        return PlatformError(f"{self._place} {what}: not the Sakila dump.")


def _unpacking(archive: IO[bytes]) -> _Readable:
    begin = archive.read(6)
    archive.seek(0)
    for mark, unpacked in _UNPACKING:
        if begin.startswith(mark):
            return unpacked(archive)
    return archive


def _from_zip(archive: _Limited, names: Collection[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(archive) as opened:
        members = opened.infolist()
        _require_few(archive, len(members))
        for member in members:
            name = PurePosixPath(member.filename).name
            if name in names and name not in found and not member.is_dir():
                with opened.open(member) as file:
                    found[name] = _content(file, name)
    return found


def _from_tar(archive: _Limited, names: Collection[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=archive, mode="r:") as opened:
        for number, member in enumerate(opened, start=1):
            _require_few(archive, number)
            name = PurePosixPath(member.name).name
            file = opened.extractfile(member) if member.isreg() and name in names and name not in found else None
            if file:
                found[name] = _content(file, name)
    # The checksum of a packed stream stands behind its end: nobody looks at it before all is read.
    while archive.read(_CHUNK_BYTES):
        pass
    return found


def _require_few(archive: _Limited, members: int) -> None:
    if members > MAX_MEMBERS:
        raise archive.refused(f"holds more than {MAX_MEMBERS:,} files")


def _content(file: IO[bytes], name: str) -> bytes:
    content = bytearray()
    while chunk := file.read(_CHUNK_BYTES):
        content += chunk
        require_size(len(content), name)
    return bytes(content)
