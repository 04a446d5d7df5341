"""Copies of a lake's objects on this machine, for query engines: each version fetched once, gone with their owner.

DuckDB's own reader of S3 asks several times for each of many small files, knows other retries, credentials and errors
than boto3, and would read a file that is replaced meanwhile in two halves. A copy is one whole version.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
import weakref
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from sakila_platform.errors import PlatformError
from sakila_platform.lake.s3.bucket import Bucket, S3Object
from sakila_platform.lake.spill import spill_folder

_CONTENT_HASH = re.compile(r"[0-9a-f]{32}")


class LakeCopies:
    """Files in a folder of their own below the state folder, which is removed when this object is."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._folder = spill_folder() / f"lake-{uuid.uuid4().hex}"
        self._held: dict[str, Path] = {}

    def of(self, objects: Sequence[S3Object], threads: Executor) -> list[str] | None:
        """The local paths of these objects, in the same order; None when one was replaced since they were listed.

        Raises PlatformError when one can't be fetched, or this machine has no room for it.
        """
        wanted = {version_of(each): each for each in objects}
        wanted = {version: each for version, each in wanted.items() if version not in self._held}
        try:
            self._make_folder()
            self._held.update(threads.map(self._fetch, wanted.values()))
            if not self._held.keys() >= wanted.keys():
                return None
            return [str(self._named(each)) for each in objects]
        except OSError as error:
            raise PlatformError(
                f"Copies of the lake's files can't be kept in {self._folder}: {error.strerror or error}. "
                "Free space or correct SAKILA_HOME, then try again."
            ) from None

    def _fetch(self, wanted: S3Object) -> tuple[str, Path]:
        """The version of an object that is there now, and its copy."""
        aside = self._folder / uuid.uuid4().hex
        with aside.open("w+b") as file:
            fetched = replace(wanted, etag=self._bucket.fetch(wanted.path, file))
        path = self._path(fetched)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(aside, path)
        return version_of(fetched), path

    def _named(self, wanted: S3Object) -> Path:
        """The copy under the object's own path, where engines look for its day: the same file, linked."""
        path = self._path(wanted)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(self._held[version_of(wanted)], path)
        return path

    def _path(self, wanted: S3Object) -> Path:
        # A version's name may be of any length, with any characters.
        return self._folder / hashlib.blake2b(version_of(wanted).encode(), digest_size=8).hexdigest() / wanted.path

    def _make_folder(self) -> None:
        if not self._folder.exists():
            self._folder.mkdir(parents=True)
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)


def version_of(found: S3Object) -> str:
    """A text that is equal only for objects of equal content: the ETag where it is a hash of 128 bits.

    AWS makes it of the content, or, with keys of KMS, for each upload anew. What other stores put there may be equal
    for unequal objects of two names, so such an ETag holds for its own name only.
    """
    return found.etag if _CONTENT_HASH.fullmatch(found.etag) else f"{found.path}:{found.etag}"
