"""The bucket: versions, encryption, no public access, its policy and lifecycle."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.release.contents import RELEASES
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping

_REGION_WITHOUT_A_NAME = "us-east-1"
_PER_DELETION = 1_000


def describe_bucket(aws: Aws, name: str) -> dict[str, Any] | None:
    """The bucket's settings; None when there is no such bucket. Raises PlatformError when it is somebody else's."""
    if aws.ask("s3", "head_bucket", Bucket=name) is None:
        return None

    def asked(operation: str) -> Mapping[str, Any]:
        return aws.ask("s3", operation, Bucket=name) or {}

    policy = asked("get_bucket_policy").get("Policy")
    rules = asked("get_bucket_lifecycle_configuration").get("Rules") or []
    return {
        "Ownership": (asked("get_bucket_ownership_controls").get("OwnershipControls") or {}).get("Rules"),
        "PublicAccess": asked("get_public_access_block").get("PublicAccessBlockConfiguration"),
        "Encryption": asked("get_bucket_encryption").get("ServerSideEncryptionConfiguration"),
        "Versioning": asked("get_bucket_versioning").get("Status"),
        "Policy": json.loads(policy) if policy else None,
        "Lifecycle": sorted(rules, key=lambda rule: rule.get("ID", "")),
        TAGS: as_mapping(asked("get_bucket_tagging").get("TagSet")),
    }


def ensure_bucket(aws: Aws, change: Change) -> None:
    """Create the bucket, and put the settings that differ."""
    if change.is_creation:
        where = {"LocationConstraint": aws.region}
        elsewhere = {} if aws.region == _REGION_WITHOUT_A_NAME else {"CreateBucketConfiguration": where}
        aws.call("s3", "create_bucket", Bucket=change.name, **elsewhere)
    for part, put in _PUTS.items():
        if change.concerns(part):
            operation, arguments = put(change.wanted[part])
            aws.call("s3", operation, Bucket=change.name, **arguments)


def delete_bucket(aws: Aws, name: str) -> None:
    """Delete the bucket with every version of everything in it."""
    versions = _versions(aws, name)
    while batch := list(islice(versions, _PER_DELETION)):
        answer = aws.call("s3", "delete_objects", Bucket=name, Delete={"Objects": batch, "Quiet": True})
        if answer.get("Errors"):
            break
    aws.remove("s3", "delete_bucket", Bucket=name)


def names_of_buckets(aws: Aws, prefix: str) -> list[str]:
    """The account's buckets whose names begin so."""
    return [bucket["Name"] for bucket in aws.each("s3", "list_buckets", "Buckets") if bucket["Name"].startswith(prefix)]


def held_by_bucket(aws: Aws, name: str) -> str:
    """What would be lost with the bucket; empty when there is nothing but releases, which can be uploaded again."""
    for version in _versions(aws, name):
        if not version["Key"].startswith(RELEASES):
            return f"objects, {version['Key']} for one"
    return ""


def _versions(aws: Aws, name: str) -> Iterator[dict[str, str]]:
    for key in ("Versions", "DeleteMarkers"):
        for each in aws.each("s3", "list_object_versions", key, Bucket=name):
            yield {"Key": each["Key"], "VersionId": each["VersionId"]}


_Put = Callable[[Any], tuple[str, dict[str, Any]]]
# Closed before it is opened: nobody reads a bucket that is made halfway.
_PUTS: dict[str, _Put] = {
    "PublicAccess": lambda value: ("put_public_access_block", {"PublicAccessBlockConfiguration": value}),
    "Ownership": lambda value: ("put_bucket_ownership_controls", {"OwnershipControls": {"Rules": value}}),
    "Encryption": lambda value: ("put_bucket_encryption", {"ServerSideEncryptionConfiguration": value}),
    "Versioning": lambda value: ("put_bucket_versioning", {"VersioningConfiguration": {"Status": value}}),
    "Lifecycle": lambda value: ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": value}}),
    TAGS: lambda value: ("put_bucket_tagging", {"Tagging": {"TagSet": as_list(value)}}),
    "Policy": lambda value: ("put_bucket_policy", {"Policy": json.dumps(value)}),
}
