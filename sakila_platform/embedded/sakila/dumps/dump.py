"""Where the official Sakila dump comes from: a folder, an archive or an https address. No SQL is understood here."""

from __future__ import annotations

import codecs
import http.client
import io
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from sakila_platform.embedded.sakila.dumps import archives
from sakila_platform.embedded.sakila.dumps.statements import SqlFile
from sakila_platform.errors import PlatformError, UsageError

DOWNLOAD_URL = "https://downloads.mysql.com/docs/sakila-db.tar.gz"
SCHEMA_FILE = "sakila-schema.sql"
DATA_FILE = "sakila-data.sql"
FILES = (SCHEMA_FILE, DATA_FILE)

DOWNLOAD_TIMEOUT_SECONDS = 3.0
# A site that sends a byte now and then never times out.
DOWNLOAD_SECONDS = 120.0
_CHUNK_BYTES = 2**16
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class DumpUnavailable(PlatformError):
    """The place of a dump doesn't answer, or doesn't hold an archive that can be read."""

    def __init__(self, place: str, reason: object) -> None:
        super().__init__(f"{place} can't be read: {reason}. Correct SAKILA_DUMP or get the archive again.")
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
    place that doesn't answer or holds no archive) where the files can't be read.
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
    """The text of a file as it is, line ends and all. Bytes that are no text may be a picture: the rows tell."""
    if content.startswith(_UTF_16):
        # Not decoded: what wrote it so has taken the bytes of pictures for text.
        raise PlatformError(
            f"{name} is UTF-16, as the > of PowerShell writes files: "
            "dump with --result-file=FILE in its place, then load again."
        )
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return SqlFile(name, content.decode("utf-8"))
    except UnicodeDecodeError:
        return SqlFile(name, content.decode("utf-8", "surrogateescape"), is_mixed=True)


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
    content = file.read(archives.MAX_FILE_BYTES + 1)
    archives.require_size(len(content), name)
    return content


def _archived(archive: IO[bytes], place: str) -> dict[str, bytes]:
    try:
        return archives.files_in(archive, place, FILES)
    except archives.BrokenArchive as error:
        raise DumpUnavailable(place, f"it is no zip or tar archive that can be read ({error})") from None


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
    deadline = time.monotonic() + DOWNLOAD_SECONDS
    content = bytearray()
    try:
        with opener.open(url, timeout=DOWNLOAD_TIMEOUT_SECONDS) as answer:
            while chunk := answer.read1(_CHUNK_BYTES):
                content += chunk
                archives.require_size(len(content), _public(url))
                if time.monotonic() > deadline:
                    raise DumpUnavailable(_public(url), f"it takes more than {DOWNLOAD_SECONDS:.0f} s")
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise DumpUnavailable(_public(url), reason) from None
    return io.BytesIO(content)
