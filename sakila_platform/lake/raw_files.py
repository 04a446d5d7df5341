"""Files of any kind, by paths, on a lake or on a bucket alone: what reads and writes raw files asks for no more."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from sakila_platform.lake.files import Lake
    from sakila_platform.lake.s3.bucket import Bucket


class LakeFiles:
    """The files of a lake."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake

    def paths(self, prefix: str) -> list[str]:
        """The paths of all files below a folder, given with its closing slash."""
        return [file.path for file in self._lake.files(prefix)]

    def read(self, path: str) -> bytes:
        """A file's content."""
        return self._lake.read(path)

    def opened(self, path: str) -> BinaryIO:
        """A file's content to be read piece by piece; close it."""
        return Path(self._lake.local_files([path])[0]).open("rb")

    def publish(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all."""
        self._lake.publish(path, content)


class BucketFiles:
    """The files of a part of a bucket, for what has no room for the lake's Parquet: a Lambda function."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def paths(self, prefix: str) -> list[str]:
        """The paths of all files below a folder, given with its closing slash."""
        return [found.path for found in self._bucket.objects(prefix)]

    def read(self, path: str) -> bytes:
        """A file's content."""
        content = io.BytesIO()
        self._bucket.fetch(path, content)
        return content.getvalue()

    def opened(self, path: str) -> BinaryIO:
        """A file's content to be read piece by piece, from a copy on disk; close it."""
        copy = tempfile.TemporaryFile()  # noqa: SIM115 - who asked closes it
        self._bucket.fetch(path, copy)
        copy.seek(0)
        return copy

    def publish(self, path: str, content: bytes) -> None:
        """Put a file in place, whole or not at all."""
        self._bucket.put(path, content)
