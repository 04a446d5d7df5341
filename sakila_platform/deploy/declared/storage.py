"""What is declared of storage: the bucket, the release's files in it, and Athena's workgroup that reads it. Pure."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.declarations import Declaration, Exactly
from sakila_platform.deploy.environment import Environment
from sakila_platform.deploy.kind_names import BUCKET, RELEASE, WORKGROUP
from sakila_platform.deploy.release.contents import Release
from sakila_platform.deploy.tags import TAGS

QUERY_RESULTS = "query-results/"
TEMPORARY = "temporary/"
_AES = {"SSEAlgorithm": "AES256"}
_GIGABYTE = 1_000_000_000


def bucket(environment: Environment) -> Declaration:
    """The one bucket: lake, releases, query results, what jobs write aside."""
    return Declaration(
        BUCKET,
        environment.bucket,
        {
            "PublicAccess": {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": True,
                "RestrictPublicBuckets": True,
            },
            "Ownership": [{"ObjectOwnership": "BucketOwnerEnforced"}],
            "Encryption": {"Rules": [{"ApplyServerSideEncryptionByDefault": _AES}]},
            "Versioning": "Enabled",
            # By name, as they are compared.
            "Lifecycle": [
                _expiry("abandoned-uploads", "", AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}),
                _expiry("old-versions", "", NoncurrentVersionExpiration={"NoncurrentDays": 30}),
                _expiry("quarantine", "lake/quarantine/", Expiration={"Days": 365}),
                _expiry("query-results", QUERY_RESULTS, Expiration={"Days": 7}),
                # What vendors deliver is kept, but seldom read again after a quarter.
                _expiry("raw", "lake/raw/", Transitions=[{"Days": 90, "StorageClass": "STANDARD_IA"}]),
                _expiry("staging", "lake/staging/", Expiration={"Days": 7}),
                _expiry("temporary", TEMPORARY, Expiration={"Days": 7}),
            ],
            TAGS: environment.tags,
            "Policy": _encrypted_connections_only(environment),
        },
    )


def release_files(environment: Environment, release: Release) -> Declaration:
    """The release in the bucket."""
    return Declaration(
        RELEASE,
        f"{environment.bucket}/{release.version}",
        {"Files": Exactly(release.files), "Pins": Exactly(release.pins)},
        {"Contents": release.contents},
    )


def workgroup(environment: Environment) -> Declaration:
    """Who asks Athena, asks here: results in the bucket, encrypted, and a limit to what a query may cost."""
    return Declaration(
        WORKGROUP,
        environment.workgroup,
        {
            "Description": "Queries on the lake and the marts.",
            "State": "ENABLED",
            "Configuration": {
                "ResultConfiguration": {
                    "OutputLocation": f"s3://{environment.bucket}/{QUERY_RESULTS}",
                    "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
                },
                "EnforceWorkGroupConfiguration": True,
                "PublishCloudWatchMetricsEnabled": True,
                "BytesScannedCutoffPerQuery": environment.sizes.scan_limit_gigabytes * _GIGABYTE,
                "EngineVersion": {"SelectedEngineVersion": "Athena engine version 3"},
            },
            TAGS: environment.tags,
        },
    )


def _expiry(name: str, prefix: str, **rule: Any) -> dict[str, Any]:
    return {"ID": name, "Status": "Enabled", "Filter": {"Prefix": prefix}, **rule}


def _encrypted_connections_only(environment: Environment) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "EncryptedConnectionsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [environment.bucket_arn(), environment.bucket_arn("*")],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
