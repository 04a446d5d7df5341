"""Glue crawlers."""

from __future__ import annotations

import json
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.services.glue.tags import GlueAddress, described_tags, ensure_tags
from sakila_platform.deploy.tags import TAGS

_ADDRESS = GlueAddress("crawler")
_PARTS = ("Description", "Role", "DatabaseName", "Targets", "SchemaChangePolicy", "RecrawlPolicy")


def describe_crawler(aws: Aws, name: str) -> dict[str, Any] | None:
    """A crawler; its configuration, which AWS keeps as text, read."""
    found = aws.ask("glue", "get_crawler", Name=name)
    if found is None:
        return None
    crawler = found["Crawler"]
    return {
        **{part: crawler.get(part) for part in _PARTS},
        # AWS answers with the role's path and name, whatever it was given.
        "Role": str(crawler.get("Role")).rpartition("/")[2],
        "Configuration": json.loads(crawler.get("Configuration") or "{}"),
        "Schedule": (crawler.get("Schedule") or {}).get("ScheduleExpression"),
        TAGS: described_tags(aws, _ADDRESS.of(aws, name)),
    }


def ensure_crawler(aws: Aws, change: Change) -> None:
    """Create or update the crawler."""
    wanted = {**change.asked(*_PARTS), "Configuration": json.dumps(change.wanted["Configuration"])}
    if change.is_creation:
        aws.call("glue", "create_crawler", Name=change.name, Tags=change.wanted[TAGS], **wanted)
        return
    if change.concerns(*_PARTS, "Configuration", "Schedule"):
        # An empty schedule takes one off that somebody gave it: it is the workflow that starts a crawler.
        aws.call("glue", "update_crawler", Name=change.name, Schedule=change.wanted["Schedule"], **wanted)
    ensure_tags(aws, change, _ADDRESS.of(aws, change.name))


def delete_crawler(aws: Aws, name: str) -> None:
    """Delete the crawler."""
    aws.remove("glue", "delete_crawler", Name=name)


def names_of_crawlers(aws: Aws, prefix: str) -> list[str]:
    """The crawlers whose names begin so."""
    return [name for name in aws.each("glue", "list_crawlers", "CrawlerNames") if name.startswith(prefix)]
