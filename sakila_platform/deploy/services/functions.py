"""Lambda functions: code of a release, configuration, and how many may run at once."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS

_PARTS = (
    "Description",
    "Role",
    "Handler",
    "Runtime",
    "Timeout",
    "MemorySize",
    "Environment",
    "DeadLetterConfig",
    "VpcConfig",
    "LoggingConfig",
)


def describe_function(aws: Aws, name: str) -> dict[str, Any] | None:
    """A function; its code as a SHA-256."""
    found = aws.ask("lambda", "get_function", FunctionName=name)
    if found is None:
        return None
    configuration = found["Configuration"]
    network = configuration.get("VpcConfig") or {}
    return {
        **{part: configuration.get(part) for part in _PARTS},
        # Sets, which AWS answers in an order of its own.
        "VpcConfig": {part: sorted(network.get(part) or []) for part in ("SubnetIds", "SecurityGroupIds")},
        "CodeSha256": configuration.get("CodeSha256"),
        "Concurrency": (found.get("Concurrency") or {}).get("ReservedConcurrentExecutions"),
        "Arn": configuration["FunctionArn"],
        TAGS: dict(found.get("Tags") or {}),
    }


def ensure_function(aws: Aws, change: Change) -> None:
    """Create the function, or bring code and configuration up to date; then how many may run at once."""
    name, wanted = change.name, change.wanted
    configuration = change.asked(*_PARTS)
    if change.is_creation:
        code = {"S3Bucket": change.at_creation["S3Bucket"], "S3Key": change.at_creation["S3Key"]}
        tags = dict(wanted[TAGS])
        architectures = change.at_creation["Architectures"]
        aws.call(
            "lambda",
            "create_function",
            FunctionName=name,
            Code=code,
            Tags=tags,
            Architectures=architectures,
            **configuration,
        )
        aws.until("lambda", "function_active_v2", FunctionName=name)
    if not change.is_creation and change.concerns(*_PARTS):
        aws.call("lambda", "update_function_configuration", FunctionName=name, **configuration)
        aws.until("lambda", "function_updated_v2", FunctionName=name)
    if not change.is_creation and change.concerns("CodeSha256"):
        aws.call("lambda", "update_function_code", FunctionName=name, **change.at_creation)
        aws.until("lambda", "function_updated_v2", FunctionName=name)
    if change.concerns("Concurrency"):
        most = wanted["Concurrency"]
        aws.call("lambda", "put_function_concurrency", FunctionName=name, ReservedConcurrentExecutions=most)
    if change.present is None:
        return
    ensure_tags(aws, change, Tagged("lambda", {"Resource": change.present["Arn"]}, shape=dict))


def delete_function(aws: Aws, name: str) -> None:
    """Delete the function."""
    aws.remove("lambda", "delete_function", FunctionName=name)


def names_of_functions(aws: Aws, prefix: str) -> list[str]:
    """The functions whose names begin so."""
    found = aws.each("lambda", "list_functions", "Functions")
    return [function["FunctionName"] for function in found if function["FunctionName"].startswith(prefix)]
