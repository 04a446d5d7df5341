"""A large file on its way into a bucket: in parts, each with its checksum, continued after a cut, verified at the end.

An upload that a process left unfinished is found by its key. Its parts that are the file's are kept; the others are
sent. S3 sees to it that each part arrived as it was sent, and that the whole is what this machine has.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from sakila_platform.errors import PlatformError

PART_BYTES = 16 * 1024**2
# S3 takes parts of 5 MB or more but for the last, and at most so many.
_MOST_PARTS = 10_000
_SHA256 = "sha256"
_CHUNK = 1024**2

Report = Callable[[str], None]


@dataclass(frozen=True)
class LocalFile:
    """A file on this machine, and what it is known again by."""

    path: Path
    size: int
    sha256: str
    crc32: str

    @property
    def part_bytes(self) -> int:
        """How large its parts are: the same for the same size, so that an upload can be continued."""
        return max(PART_BYTES, -(-self.size // _MOST_PARTS))


@dataclass(frozen=True)
class Place:
    """Where an object goes, and by which client."""

    client: Any
    bucket: str
    key: str
    called: str
    """What people call it: its path within the lake."""

    @property
    def named(self) -> dict[str, str]:
        """Bucket and key, as every call wants them."""
        return {"Bucket": self.bucket, "Key": self.key}


def measured_file(path: Path) -> LocalFile:
    """A file with its size and checksums, read once. Raises PlatformError when it can't be read."""
    digest, crc, size = hashlib.sha256(), 0, 0
    try:
        with path.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                digest.update(chunk)
                crc = zlib.crc32(chunk, crc)
                size += len(chunk)
    except OSError as error:
        raise PlatformError(
            f"{path} can't be read: {error.strerror or error}. Make it readable, then run again."
        ) from None
    return LocalFile(path, size, digest.hexdigest(), _crc_text(crc))


def upload_in_parts(place: Place, file: LocalFile, report: Report) -> bool:
    """Put a file in place, whole or not at all. Returns False when it was there already, and nothing was sent.

    Raises PlatformError when what the store has in the end is not the file.
    """
    if _is_there(place, file):
        return False
    if file.size <= PART_BYTES:
        place.client.put_object(
            **place.named, Body=file.path.read_bytes(), ChecksumCRC32=file.crc32, Metadata={_SHA256: file.sha256}
        )
    else:
        _send_in_parts(place, file, report)
    _require_arrived(place, file)
    return True


def _is_there(place: Place, file: LocalFile) -> bool:
    found = _head(place)
    return bool(found) and found["ContentLength"] == file.size and found["Metadata"].get(_SHA256) == file.sha256


def _send_in_parts(place: Place, file: LocalFile, report: Report) -> None:
    upload, there = _unfinished(place, file)
    if upload is None:
        upload = place.client.create_multipart_upload(
            **place.named,
            ChecksumAlgorithm="CRC32",
            ChecksumType="FULL_OBJECT",
            Metadata={_SHA256: file.sha256},
        )["UploadId"]
    parts, done = [], 0
    for number, content in _pieces(file):
        crc = _crc_text(zlib.crc32(content))
        etag = there.get(number) or _sent(place, upload, number, content)
        parts.append({"PartNumber": number, "ETag": etag, "ChecksumCRC32": crc})
        done += len(content)
        how = "was there" if number in there else "sent"
        report(f"{place.called}: {done / 1e6:,.0f} of {file.size / 1e6:,.0f} MB (part {number} {how})")
    place.client.complete_multipart_upload(
        **place.named,
        UploadId=upload,
        MultipartUpload={"Parts": parts},
        ChecksumCRC32=file.crc32,
        ChecksumType="FULL_OBJECT",
    )


def _sent(place: Place, upload: str, number: int, content: bytes) -> str:
    answer = place.client.upload_part(
        **place.named,
        UploadId=upload,
        PartNumber=number,
        Body=content,
        ChecksumCRC32=_crc_text(zlib.crc32(content)),
    )
    return answer["ETag"]


def _unfinished(place: Place, file: LocalFile) -> tuple[str | None, dict[int, str]]:
    """An upload of this key whose parts are all the file's, with the ETags of those parts; others are given up."""
    pages = place.client.get_paginator("list_multipart_uploads").paginate(Bucket=place.bucket, Prefix=place.key)
    for upload in [upload for page in pages for upload in page.get("Uploads", ()) if upload["Key"] == place.key]:
        parts = _parts(place, upload["UploadId"])
        if parts and all(_is_same(part, file) for part in parts):
            return upload["UploadId"], {part["PartNumber"]: part["ETag"] for part in parts}
        # Of an older file, or empty: to go on with it would be no gain, and it was begun with that file's checksum.
        place.client.abort_multipart_upload(**place.named, UploadId=upload["UploadId"])
    return None, {}


def _parts(place: Place, upload: str) -> list[dict[str, Any]]:
    pages = place.client.get_paginator("list_parts").paginate(**place.named, UploadId=upload)
    return [part for page in pages for part in page.get("Parts", ())]


def _is_same(part: dict[str, Any], file: LocalFile) -> bool:
    with file.path.open("rb") as opened:
        opened.seek((part["PartNumber"] - 1) * file.part_bytes)
        content = opened.read(file.part_bytes)
    if part["Size"] != len(content):
        return False
    if checksum := part.get("ChecksumCRC32"):
        return checksum == _crc_text(zlib.crc32(content))
    # A store without checksums says the MD5, but not of what it encrypts by a key of its own: then it is sent again.
    return part["ETag"].strip('"') == hashlib.md5(content, usedforsecurity=False).hexdigest()


def _pieces(file: LocalFile) -> Iterator[tuple[int, bytes]]:
    with file.path.open("rb") as opened:
        number = 1
        while content := opened.read(file.part_bytes):
            yield number, content
            number += 1


def _require_arrived(place: Place, file: LocalFile) -> None:
    found = _head(place) or {}
    checksum = found.get("ChecksumCRC32", file.crc32)
    if found.get("ContentLength") != file.size or checksum != file.crc32:
        raise PlatformError(
            f"{place.called} is not what {file.path} is: it has {found.get('ContentLength', 0)} bytes of {file.size}, "
            f"checksum {checksum} for {file.crc32}. Was the file changed meanwhile? Run it again."
        )


def _head(place: Place) -> dict[str, Any]:
    try:
        return place.client.head_object(**place.named, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey", "NotFound"):
            raise
        return {}


def _crc_text(crc: int) -> str:
    return base64.b64encode(crc.to_bytes(4, "big")).decode()
