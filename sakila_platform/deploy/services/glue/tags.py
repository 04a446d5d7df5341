"""Tags of Glue's jobs, connections, crawlers, triggers and workflows: they go by the thing's address."""

from __future__ import annotations

from dataclasses import dataclass

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tags import to_remove, to_set


@dataclass(frozen=True)
class GlueAddress:
    """How things of a kind are addressed."""

    kind: str

    def of(self, aws: Aws, name: str) -> str:
        """The address of the thing of that name in the account."""
        return f"arn:aws:glue:{aws.region}:{aws.account()}:{self.kind}/{name}"


def described_tags(aws: Aws, address: str) -> dict[str, str]:
    """The tags of the thing at an address."""
    found = aws.ask("glue", "get_tags", ResourceArn=address) or {}
    return dict(found.get("Tags") or {})


def ensure_tags(aws: Aws, change: Change, address: str) -> None:
    """Set the tags that are missing or wrong, and take off those that are strange."""
    if missing := to_set(change):
        aws.call("glue", "tag_resource", ResourceArn=address, TagsToAdd=missing)
    if strange := to_remove(change):
        aws.call("glue", "untag_resource", ResourceArn=address, TagsToRemove=strange)
