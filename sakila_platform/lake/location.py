"""Which kind of lake a location means: `s3://bucket/prefix` is one on S3, anything else a folder."""

from __future__ import annotations

import re

from sakila_platform.errors import UsageError
from sakila_platform.lake.files import Lake
from sakila_platform.lake.folder import FolderLake
from sakila_platform.settings.places import LAKE, lake_location

# `s3:/bucket`, `S3://bucket`, `s3a://bucket`, `gs://bucket`: addresses, not folders. (A Windows drive has one letter.)
_ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]+:/|s3a?:")


def open_lake(location: str = "") -> Lake:
    """The lake at a location (empty: as the settings say). Nothing is asked of it yet.

    Raises UsageError for an S3 location that names no bucket, and for an address that is neither.
    """
    place = location or lake_location()
    if not place.startswith("s3://"):
        if _ADDRESS.match(place):
            raise UsageError(
                f"{LAKE.name}: {place!r} is no folder and not written as S3 is: give s3://bucket/prefix, "
                "or a folder (./ before one that is called so)."
            )
        return FolderLake(place)
    # Here and not above: a lake in a folder has no use for boto3, which takes a quarter of a second to import.
    from sakila_platform.lake.s3.bucket import open_bucket  # noqa: PLC0415
    from sakila_platform.lake.s3.lake import S3Lake  # noqa: PLC0415

    return S3Lake(open_bucket(place))
