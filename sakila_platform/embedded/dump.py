"""Where the official Sakila dump comes from: a folder, an archive or an https address. No SQL is understood here."""

from __future__ import annotations

import http.client
import io
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import urlsplit

from sakila_platform.embedded.statements import SqlFile
from sakila_platform.errors import PlatformError, UsageError

DOWNLOAD_URL = "https://downloads.mysql.com/docs/sakila-db.tar.gz"
SCHEMA_FILE = "sakila-schema.sql"
DATA_FILE = "sakila-data.sql"
FILES = (SCHEMA_FILE, DATA_FILE)

# The official files have 3.4 MB; a file or a whole archive beyond these sizes is something else.
MAX_FILE_BYTES = 64 * 2**20
MAX_ARCHIVE_BYTES = 256 * 2**20
DOWNLOAD_TIMEOUT_SECONDS = 3.0


class DumpUnavailable(PlatformError):
    """The place of a dump doesn't answer, or doesn't hold an archive that can be read."""

    def __init__(self, place: str, reason: object) -> None:
        super().__init__(f"{place} can't be had: {reason}. Correct SAKILA_DUMP or get the archive again.")
        self.reason = reason


@dataclass(frozen=True)
class Dump:
    """The two files of an official release, as text, and the place they were read from."""

    place: str
    schema: SqlFile
    data: SqlFile


def read_dump(source: str) -> Dump:
    """The dump at a folder, a zip or tar archive, or an https URL of such an archive.

    Raises UsageError for a URL that isn't https, and PlatformError (DumpUnavailable for a
    place that doesn't answer or holds no archive) where the files can't be had or read.
    """
    if "://" in source:
        return _dump(_public(source), _archived(_downloaded(source), _public(source)))
    path = Path(source).expanduser()
    if path.is_dir():
        return _dump(str(path), _from_folder(path))
    if path.is_file():
        with _readable(path) as file:
            return _dump(str(path), _archived(file, str(path)))
    raise PlatformError(
        f"SAKILA_DUMP: there is nothing at {path}. "
        f"Name a folder, an archive or an https URL with {' and '.join(FILES)}."
    )


def _dump(place: str, found: dict[str, bytes]) -> Dump:
    for name in FILES:
        if name not in found:
            raise PlatformError(
                f"{place} has no file {name}. Take the official Sakila dump: it has {' and '.join(FILES)}."
            )
    return Dump(place, _decoded(SCHEMA_FILE, found[SCHEMA_FILE]), _decoded(DATA_FILE, found[DATA_FILE]))


def _decoded(name: str, content: bytes) -> SqlFile:
    try:
        return SqlFile(name, content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PlatformError(f"{name}, line {line}: the text is not UTF-8. Take the official dump as it is.") from None


@contextmanager
def _readable(path: Path) -> Iterator[IO[bytes]]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise PlatformError(
            f"{path} can't be read: {error.strerror}. Correct SAKILA_DUMP or its permissions."
        ) from None


def _from_folder(folder: Path) -> dict[str, bytes]:
    found = {}
    for name in FILES:
        if (folder / name).is_file():
            with _readable(folder / name) as file:
                found[name] = _limited(file, name)
    return found


def _limited(file: IO[bytes], name: str) -> bytes:
    content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise PlatformError(
            f"{name} is larger than {MAX_FILE_BYTES // 2**20} MB: that is not the official Sakila dump."
        )
    return content


def _archived(archive: IO[bytes], place: str) -> dict[str, bytes]:
    """The two files, read from within the archive: nothing is ever written to a path that an archive names."""
    try:
        if zipfile.is_zipfile(archive):
            return _from_zip(archive)
        archive.seek(0)
        return _from_tar(archive, place)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, RuntimeError, zlib.error) as error:
        reason = str(error).partition("\n")[0].rstrip(": ")
        raise DumpUnavailable(place, f"it is no zip or tar archive that can be read ({reason})") from None


def _from_zip(archive: IO[bytes]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            name = PurePosixPath(member.filename).name
            if name in FILES and name not in found and not member.is_dir():
                with opened.open(member) as file:
                    found[name] = _limited(file, name)
    return found


def _from_tar(archive: IO[bytes], place: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    # A tar is unpacked as it is walked, so what stands before our files counts against the limit too.
    with tarfile.open(fileobj=archive, mode="r:*") as opened:
        for member in opened:
            if member.offset_data + member.size > MAX_ARCHIVE_BYTES:
                raise PlatformError(
                    f"{place} unpacks to more than {MAX_ARCHIVE_BYTES // 2**20} MB: not the Sakila dump."
                )
            name = PurePosixPath(member.name).name
            file = opened.extractfile(member) if member.isreg() and name in FILES and name not in found else None
            if file:
                found[name] = _limited(file, name)
    return found


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows redirects to https alone."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # noqa: PLR0913  # the signature is urllib's
        _require_https(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _require_https(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise UsageError(
            f"SAKILA_DUMP: {_public(url)} is not an https address. Give https://…, a folder or an archive."
        )


def _public(url: str) -> str:
    """The URL without what may be secret in it: account and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"


def _downloaded(url: str) -> IO[bytes]:
    _require_https(url)
    opener = urllib.request.build_opener(_HttpsOnly())
    try:
        with opener.open(url, timeout=DOWNLOAD_TIMEOUT_SECONDS) as answer:
            content = answer.read(MAX_FILE_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise DumpUnavailable(_public(url), reason) from None
    if len(content) > MAX_FILE_BYTES:
        raise PlatformError(f"{_public(url)} is larger than {MAX_FILE_BYTES // 2**20} MB: that is not the Sakila dump.")
    return io.BytesIO(content)
