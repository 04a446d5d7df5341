"""Archives that are made to harm, or were damaged on their way: one line each, soon, and in little memory."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakila_platform.embedded.sakila.dumps import archives
from sakila_platform.embedded.sakila.dumps.dump import DATA_FILE, SCHEMA_FILE, read_dump
from sakila_platform.errors import PlatformError

CONTENT = {SCHEMA_FILE: "CREATE TABLE film (id INT);\n" * 40, DATA_FILE: "INSERT INTO film VALUES (1);\n" * 40}


def zipped(method: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in CONTENT.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def tarred(mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, text in CONTENT.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


ARCHIVES = {
    "stored": zipped(zipfile.ZIP_STORED),
    "deflate": zipped(zipfile.ZIP_DEFLATED),
    "zip bz2": zipped(zipfile.ZIP_BZIP2),
    "zip lzma": zipped(zipfile.ZIP_LZMA),
    "tar": tarred("w"),
    "gz": tarred("w:gz"),
    "bz2": tarred("w:bz2"),
    "xz": tarred("w:xz"),
}


def read(folder: Path, content: bytes) -> None:
    path = folder / "sakila.archive"
    path.write_bytes(content)
    read_dump(str(path))


@pytest.mark.parametrize("kind", ARCHIVES)
def test_every_kind_of_archive_is_read(kind: str, tmp_path: Path) -> None:
    read(tmp_path, ARCHIVES[kind])


@pytest.mark.parametrize("kind", ARCHIVES)
@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 0.999), bits=st.integers(1, 255), cut=st.booleans())
def test_a_damaged_archive_is_read_or_reported_in_one_line(
    kind: str, place: float, bits: int, cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(ARCHIVES[kind])
    at = int(len(content) * place)
    content[at] ^= bits
    try:
        read(tmp_path_factory.getbasetemp(), bytes(content[:at] if cut else content))
    except PlatformError as reported:
        assert "\n" not in str(reported) and str(reported)


# A tar that is not packed has no checksum of what its files hold.
@pytest.mark.parametrize("kind", sorted(ARCHIVES.keys() - {"tar"}))
def test_no_damaged_byte_changes_what_is_read(kind: str) -> None:
    for at in range(len(ARCHIVES[kind])):
        damaged = bytearray(ARCHIVES[kind])
        damaged[at] ^= 1
        try:
            files = archives.files_in(io.BytesIO(damaged), "sakila.archive", CONTENT)
        except (archives.BrokenArchive, PlatformError):
            continue
        assert all(files[name].decode() == CONTENT[name] for name in files), f"byte {at}"


def header(kind: bytes, size: int) -> bytes:
    """The block of a tar that says: a long name (L), or a pax header (x), of so many bytes follows."""
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = kind, size
    return member.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE])
def test_a_name_without_end_is_refused_before_it_is_read(kind: bytes, tmp_path: Path) -> None:
    size = 40 * 2**20
    content = gzip.compress(header(kind, size) + bytes(size), compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(PlatformError, match="has a name or a list of more than 16 kB: not the Sakila dump"):
            read(tmp_path, content)
        assert tracemalloc.get_traced_memory()[1] < 16 * 2**20
    finally:
        tracemalloc.stop()


def many_in_tar() -> bytes:
    return b"".join(tarfile.TarInfo(f"{number}").tobuf() for number in range(1_001))


def many_in_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}", "")
    return buffer.getvalue()


def long_list_in_zip() -> bytes:
    """A zip whose list of members is said to have 2 MB."""
    return bytes(2**21) + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 2**21, 0, 0)


@pytest.mark.parametrize(
    ("made", "complaint"),
    [
        (many_in_tar, "holds more than 1,000 files"),
        (many_in_zip, "holds more than 1,000 files"),
        (long_list_in_zip, "has a name or a list of more than 1024 kB"),
    ],
)
def test_an_archive_of_too_many_files_is_refused(made: Callable[[], bytes], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=complaint):
        read(tmp_path, made())


def test_an_archive_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_SECONDS", -1.0)
    with pytest.raises(PlatformError, match="to unpack: not the Sakila dump"):
        read(tmp_path, ARCHIVES["gz"])
