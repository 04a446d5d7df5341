"""Releases in the bucket: uploaded whole under a version, never changed afterwards.

A release's list of files is written last, so a release that has one is whole. Rolling back is naming an older version.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.release.contents import RELEASES, Release, release_of_checkout
from sakila_platform.errors import PlatformError, UsageError

_LIST = "release.json"
_DIGEST = "sha256"
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def release_named(aws: Aws, bucket: str, version: str) -> Release:
    """The release of that version: the bucket's if it is there, else the checkout's under that name.

    Raises UsageError on a version that can't be part of a path.
    """
    if version and not _VERSION.fullmatch(version):
        raise UsageError(f"{version!r} can't be a version. Give up to 64 letters, digits, dots, dashes, such as 1.4.0.")
    listed = _listed(aws, bucket, version) if version else None
    if listed is None:
        return release_of_checkout(version)
    return Release(version, listed["Files"], listed["Pins"])


def describe_release(aws: Aws, name: str) -> dict[str, Any] | None:
    """A release, `bucket/version`: its files that are there and its pins; None while its list is missing."""
    bucket, _, version = name.partition("/")
    listed = _listed(aws, bucket, version)
    if listed is None:
        return None
    prefix = f"{RELEASES}{version}/"
    there = {each["Key"] for each in aws.each("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)}
    return {**listed, "Files": {path: sha for path, sha in listed["Files"].items() if f"{prefix}{path}" in there}}


def ensure_release(aws: Aws, change: Change) -> None:
    """Upload the files that are missing, then the list.

    Raises PlatformError when the version has other contents: what was released is not changed.
    """
    bucket, _, version = change.name.partition("/")
    wanted, contents = change.wanted["Files"], change.at_creation["Contents"]
    present = (change.present or {}).get("Files", {})
    if any(wanted.get(path) != sha for path, sha in present.items()):
        raise PlatformError(f"Release {version} is in the bucket with other contents. Give another --version.")
    for path in sorted(wanted.keys() - present.keys()):
        if path not in contents:
            raise PlatformError(f"Release {version} lacks {path} in the bucket. Apply another --version.")
        key = f"{RELEASES}{version}/{path}"
        if not _is_uploaded(aws, bucket, key, wanted[path]):
            metadata = {_DIGEST: wanted[path]}
            aws.call("s3", "put_object", Bucket=bucket, Key=key, Body=contents[path], Metadata=metadata)
    listed = json.dumps({"Files": dict(wanted), "Pins": dict(change.wanted["Pins"])}, indent=1, sort_keys=True)
    aws.call("s3", "put_object", Bucket=bucket, Key=f"{RELEASES}{version}/{_LIST}", Body=listed.encode())


def delete_release(aws: Aws, name: str) -> None:
    """Nothing: a release stays, to be rolled back to, and goes with its bucket."""


def names_of_releases(aws: Aws, prefix: str) -> list[str]:
    """None: no release is left over."""
    return []


def _is_uploaded(aws: Aws, bucket: str, key: str, digest: str) -> bool:
    """Whether an upload that ended in the middle had come so far."""
    found = aws.ask("s3", "head_object", Bucket=bucket, Key=key)
    return found is not None and found["Metadata"].get(_DIGEST) == digest


def _listed(aws: Aws, bucket: str, version: str) -> dict[str, Any] | None:
    found = aws.ask("s3", "get_object", Bucket=bucket, Key=f"{RELEASES}{version}/{_LIST}")
    return None if found is None else json.loads(found["Body"].read())
