"""Secrets Manager: secrets whose values come from the settings and are shown nowhere."""

from __future__ import annotations

from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change, Secret
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping

_DAYS_TO_CHANGE_ONES_MIND = 7


def describe_secret(aws: Aws, name: str) -> dict[str, Any] | None:
    """A secret and its value; None for one that is about to be deleted."""
    found = aws.ask("secretsmanager", "describe_secret", SecretId=name)
    if found is None or found.get("DeletedDate"):
        return None
    value = aws.ask("secretsmanager", "get_secret_value", SecretId=name) or {}
    return {
        "Description": found.get("Description"),
        "Value": Secret(value.get("SecretString", "")),
        TAGS: as_mapping(found.get("Tags")),
    }


def ensure_secret(aws: Aws, change: Change) -> None:
    """Create the secret (or bring back a deleted one), and put its value."""
    name, wanted = change.name, change.wanted
    value = str.__str__(wanted["Value"])
    if change.is_creation and aws.ask("secretsmanager", "describe_secret", SecretId=name) is None:
        aws.call(
            "secretsmanager",
            "create_secret",
            Name=name,
            Description=wanted["Description"],
            SecretString=value,
            Tags=as_list(wanted[TAGS]),
        )
        return
    if change.is_creation:
        aws.call("secretsmanager", "restore_secret", SecretId=name)
    if change.concerns("Description", "Value"):
        aws.call(
            "secretsmanager",
            "update_secret",
            SecretId=name,
            Description=wanted["Description"],
            SecretString=value,
        )
    ensure_tags(aws, change, Tagged("secretsmanager", {"SecretId": name}))


def delete_secret(aws: Aws, name: str) -> None:
    """Delete the secret; for a week `apply` brings it back."""
    aws.remove("secretsmanager", "delete_secret", SecretId=name, RecoveryWindowInDays=_DAYS_TO_CHANGE_ONES_MIND)


def names_of_secrets(aws: Aws, prefix: str) -> list[str]:
    """The secrets whose names begin so."""
    found = aws.each("secretsmanager", "list_secrets", "SecretList")
    return [secret["Name"] for secret in found if secret["Name"].startswith(prefix)]


def held_by_secret(aws: Aws, name: str) -> str:
    """A secret always holds something."""
    return "a login"
