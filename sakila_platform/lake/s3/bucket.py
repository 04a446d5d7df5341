"""A part of an S3 bucket, by boto3: objects listed page by page, fetched, put whole, removed.

Credentials, region and proxies are those of boto3's standard chain. Throttling, errors of the service and lost
connections are tried again with back-off by botocore; what it can't repeat, a body that breaks off, is repeated here.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import boto3
import botocore.session
from boto3.s3.transfer import TransferConfig
from botocore import exceptions as failures
from botocore.config import Config
from botocore.loaders import create_loader

from sakila_platform.aws.errors import Attempt, explained
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.lake.s3.uploads import Place, Report, measured_file, upload_in_parts
from sakila_platform.settings.places import LAKE, LAKE_ENDPOINT, LAKE_TIMEOUT_SECONDS

CONNECTIONS = 16
MULTIPART_FROM = 16 * 1024**2
_PART = 8 * 1024**2
_ATTEMPTS = 6
_CONNECT_SECONDS = 5
_LONGEST_WAIT_SECONDS = 5.0
_CHUNK = 1024**2
_ABANDONED_AFTER = timedelta(days=1)
_BROKEN_OFF = (
    failures.ReadTimeoutError,
    failures.ResponseStreamingError,
    failures.IncompleteReadError,
    failures.ConnectionClosedError,
    failures.FlexibleChecksumError,
)


@dataclass(frozen=True)
class S3Object:
    """An object as it is listed: its path below the prefix, its version (the ETag), and its bytes."""

    path: str
    etag: str
    size: int


def open_bucket(location: str) -> Bucket:
    """The part of a bucket that `s3://bucket/prefix` names, at the endpoint of the settings. Asks nothing of it yet.

    Raises UsageError when the location names no bucket, PlatformError when AWS's configuration can't be used.
    """
    parts = urlsplit(location)
    prefix = parts.path.strip("/")
    if not parts.netloc:
        raise UsageError(f"{LAKE.name}: {location!r} names no bucket: give s3://bucket/prefix.")
    if "?" in location or "#" in location:
        raise UsageError(
            f"{LAKE.name}: {location!r} has a ? or # in it, which addresses end a path with: "
            "give s3://bucket/prefix with a prefix of other signs."
        )
    endpoint = LAKE_ENDPOINT.read()
    where = f"s3://{parts.netloc}/{prefix}".rstrip("/")
    place = f"{where} ({endpoint})" if endpoint else where
    with explained(_attempt("There is no way to reach", place, "")):
        session = botocore.session.Session()
        session.register_component("data_loader", _service_descriptions())
        client = boto3.session.Session(botocore_session=session).client(
            "s3",
            endpoint_url=endpoint or None,
            config=Config(
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=LAKE_TIMEOUT_SECONDS.read(),
                retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
                max_pool_connections=CONNECTIONS + 4,
                # Other stores than AWS's seldom have a host name for each bucket.
                s3={"addressing_style": "path"} if endpoint else None,
            ),
        )
    return Bucket(client, where, place)


@lru_cache(maxsize=1)
def _service_descriptions() -> Any:
    """What botocore knows of services. Each session would read it anew, for a tenth of a second."""
    return create_loader()


class Bucket:
    """Objects below a prefix, by paths relative to it. Every method raises PlatformError, in one line."""

    def __init__(self, client: Any, location: str, place: str) -> None:
        self.location = location
        self.place = place
        self._client = client
        self._name, _, prefix = location.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""

    def objects(self, prefix: str = "") -> Iterator[S3Object]:
        """Every object whose path begins so, page by page."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=self._key(prefix))
        for page in self._pages(pages, prefix):
            for found in page.get("Contents", ()):
                yield S3Object(found["Key"][len(self._prefix) :], found["ETag"].strip('"'), found["Size"])

    def folders(self, folder: str) -> list[str]:
        """The names of the folders in a folder (given with its closing slash), sorted."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._name, Prefix=self._key(folder), Delimiter="/"
        )
        found = (each["Prefix"] for page in self._pages(pages, folder) for each in page.get("CommonPrefixes", ()))
        return sorted(key.rstrip("/").rpartition("/")[2] for key in found)

    def require_readable(self) -> None:
        """Ask for one name: enough to find that the bucket is there and the credentials are good."""
        with explained(_attempt("Nothing can be listed in", self.place, "ListBucket")):
            self._client.list_objects_v2(Bucket=self._name, Prefix=self._prefix, MaxKeys=1)

    def fetch(self, path: str, file: BinaryIO, start: int = 0) -> str:
        """Write an object, from this byte on, into an empty file. Returns the version that it is."""
        wanted = {"Range": f"bytes={start}-"} if start else {}
        with explained(_attempt(f"{path} can't be read from", self.place, "GetObject")):
            for attempt in range(1, _ATTEMPTS):
                with suppress(*_BROKEN_OFF):
                    return self._fetched(path, file, wanted)
                time.sleep(min(random.random() * 2 ** (attempt - 1), _LONGEST_WAIT_SECONDS))
            return self._fetched(path, file, wanted)

    def put(self, path: str, content: bytes) -> None:
        """Put an object in place of what is there: in one request, or in parts where it is large."""
        if len(content) > MULTIPART_FROM:
            self.upload(path, io.BytesIO(content))
            return
        with explained(self._writing(path)):
            self._client.put_object(Bucket=self._name, Key=self._key(path), Body=content)

    def upload(self, path: str, file: BinaryIO) -> None:
        """Put a file's content in place of what is there, some megabytes at a time in memory.

        Parts become visible together, when the last request says so. They are removed again when one fails.
        """
        sizes = TransferConfig(multipart_threshold=MULTIPART_FROM, multipart_chunksize=_PART, max_concurrency=4)
        with explained(self._writing(path)):
            self._client.upload_fileobj(file, self._name, self._key(path), Config=sizes)

    def take_in(self, path: str, file: Path, report: Report) -> bool:
        """Put a local file in place, verified, going on where a cut upload of it stopped. False: it was there already.

        Raises PlatformError, also when what arrived is not the file.
        """
        place = Place(self._client, self._name, self._key(path), path)
        with explained(self._writing(path)):
            return upload_in_parts(place, measured_file(file), report)

    def remove(self, path: str) -> None:
        """Remove an object; nothing happens when there is none."""
        with explained(_attempt(f"{path} can't be removed from", self.place, "DeleteObject")):
            self._client.delete_object(Bucket=self._name, Key=self._key(path))

    def sweep(self) -> None:
        """Remove the parts of uploads that were begun more than a day ago and never completed."""
        begun_before = datetime.now(timezone.utc) - _ABANDONED_AFTER
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._name, Prefix=self._prefix)
        # No day is worth failing for tidiness. What is really wrong with the store, its first file will tell.
        with suppress(PlatformError), explained(_attempt("Uploads can't be listed in", self.place, "ListBucket")):
            for upload in [upload for page in pages for upload in page.get("Uploads", ())]:
                if upload["Initiated"] < begun_before:
                    self._client.abort_multipart_upload(
                        Bucket=self._name, Key=upload["Key"], UploadId=upload["UploadId"]
                    )

    def _fetched(self, path: str, file: BinaryIO, wanted: dict[str, str]) -> str:
        file.seek(0)
        file.truncate()
        answer = self._client.get_object(Bucket=self._name, Key=self._key(path), **wanted)
        for chunk in answer["Body"].iter_chunks(_CHUNK):
            file.write(chunk)
        return answer["ETag"].strip('"')

    def _pages(self, pages: Any, prefix: str) -> Iterator[dict[str, Any]]:
        with explained(_attempt(f"{prefix or 'Nothing'} can't be listed in", self.place, "ListBucket")):
            yield from pages

    def _key(self, path: str) -> str:
        return self._prefix + path

    def _writing(self, path: str) -> Attempt:
        return _attempt(f"{path} can't be written to", self.place, "PutObject")


def _attempt(message: str, place: str, action: str) -> Attempt:
    return Attempt(f"{message} the lake at {place}", f"s3:{action}", LAKE_ENDPOINT.name)
