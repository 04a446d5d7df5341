"""Where a platform under test has its lake: in a folder, or on an S3 server. The spec is the same for both."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

from sakila_platform.settings.places import LAKE, LAKE_ENDPOINT
from sakila_platform_tests.s3_servers import CREDENTIALS, S3Server

# The file that says which lake it is.
MARK = "/_lake.json"


class LakePlace(Protocol):
    """A place for one lake, and what is known of it without the platform's help."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that lead the platform there."""

    def paths(self) -> list[str]:
        """The paths within the lake of all its Parquet files, sorted."""

    def left_aside(self) -> list[str]:
        """What is there and is no published file: files written aside, uploads not completed."""

    def clear(self) -> None:
        """Make the lake empty."""


@dataclass(frozen=True)
class FolderPlace:
    """A lake in a folder."""

    folder: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that lead the platform there."""
        return {LAKE.name: str(self.folder)}

    def paths(self) -> list[str]:
        """The paths within the lake of all its Parquet files, sorted."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*.parquet"))

    def left_aside(self) -> list[str]:
        """What is there and is no published file."""
        files = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}
        return sorted(file for file in files - set(self.paths()) if not file.endswith(MARK))

    def clear(self) -> None:
        """Make the lake empty."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class S3Place:
    """A lake below a prefix of a bucket."""

    server: S3Server
    bucket: str
    prefix: ClassVar[str] = "company/lake"
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that lead the platform there."""
        return {
            **CREDENTIALS,
            LAKE.name: f"s3://{self.bucket}/{self.prefix}",
            LAKE_ENDPOINT.name: self.server.endpoint,
            **self.variables,
        }

    def paths(self) -> list[str]:
        """The paths within the lake of all its Parquet files, sorted."""
        keys = (key.removeprefix(f"{self.prefix}/") for key in self.server.keys(self.bucket, f"{self.prefix}/"))
        return [key for key in keys if key.endswith(".parquet")]

    def left_aside(self) -> list[str]:
        """What is there and is no published file."""
        files = set(self.server.keys(self.bucket)) - {f"{self.prefix}/{path}" for path in self.paths()}
        left = [file for file in files if not file.endswith(MARK)]
        return sorted([*left, *self.server.uploads(self.bucket)])

    def clear(self) -> None:
        """Make the lake empty."""
        self.server.clear(self.bucket)


@contextmanager
def s3_place(server: S3Server, variables: Mapping[str, str] | None = None) -> Iterator[S3Place]:
    """A bucket for one lake, gone afterwards."""
    with server.bucket() as bucket:
        yield S3Place(server, bucket, variables or {})
