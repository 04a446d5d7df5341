"""SNS topics that people listen to, and SQS queues where events end that nobody could deal with."""

from __future__ import annotations

import json
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping

_PENDING = "PendingConfirmation"


def describe_topic(aws: Aws, name: str) -> dict[str, Any] | None:
    """A topic, who may publish to it, and the addresses it sends mail to."""
    arn = _topic(aws, name)
    found = aws.ask("sns", "get_topic_attributes", TopicArn=arn)
    if found is None:
        return None
    tags = aws.ask("sns", "list_tags_for_resource", ResourceArn=arn) or {}
    subscribed = aws.each("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
    return {
        "DisplayName": found["Attributes"].get("DisplayName"),
        "Policy": json.loads(found["Attributes"].get("Policy") or "{}"),
        "Mail": sorted(each["Endpoint"] for each in subscribed if each["Protocol"] == "email"),
        TAGS: as_mapping(tags.get("Tags")),
    }


def ensure_topic(aws: Aws, change: Change) -> None:
    """Create the topic, and put right what differs. Somebody new must confirm the mail that AWS sends."""
    arn = _topic(aws, change.name)
    if change.is_creation:
        aws.call("sns", "create_topic", Name=change.name, Tags=as_list(change.wanted[TAGS]))
    for part, text in (
        ("DisplayName", change.wanted["DisplayName"]),
        ("Policy", json.dumps(change.wanted["Policy"])),
    ):
        if change.concerns(part):
            aws.call("sns", "set_topic_attributes", TopicArn=arn, AttributeName=part, AttributeValue=text)
    if change.concerns("Mail"):
        _ensure_mail(aws, arn, change.wanted["Mail"], (change.present or {}).get("Mail") or [])
    if change.present is None:
        return
    ensure_tags(aws, change, Tagged("sns", {"ResourceArn": arn}))


def delete_topic(aws: Aws, name: str) -> None:
    """Delete the topic and its subscriptions."""
    for each in list(aws.each("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=_topic(aws, name))):
        if each["SubscriptionArn"] != _PENDING:
            aws.remove("sns", "unsubscribe", SubscriptionArn=each["SubscriptionArn"])
    aws.remove("sns", "delete_topic", TopicArn=_topic(aws, name))


def names_of_topics(aws: Aws, prefix: str) -> list[str]:
    """The topics whose names begin so."""
    names = [topic["TopicArn"].rpartition(":")[2] for topic in aws.each("sns", "list_topics", "Topics")]
    return [name for name in names if name.startswith(prefix)]


def describe_queue(aws: Aws, name: str) -> dict[str, Any] | None:
    """A queue."""
    found = aws.ask("sqs", "get_queue_url", QueueName=name)
    if found is None:
        return None
    url = found["QueueUrl"]
    answer = aws.ask("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["All"]) or {}
    tags = aws.ask("sqs", "list_queue_tags", QueueUrl=url) or {}
    return {"Attributes": answer.get("Attributes") or {}, TAGS: tags.get("Tags") or {}}


def ensure_queue(aws: Aws, change: Change) -> None:
    """Create the queue, and put right what differs."""
    wanted = change.wanted
    if change.is_creation:
        attributes = dict(wanted["Attributes"])
        aws.call("sqs", "create_queue", QueueName=change.name, Attributes=attributes, tags=dict(wanted[TAGS]))
        return
    url = aws.call("sqs", "get_queue_url", QueueName=change.name)["QueueUrl"]
    if change.concerns("Attributes"):
        aws.call("sqs", "set_queue_attributes", QueueUrl=url, Attributes=dict(wanted["Attributes"]))
    ensure_tags(aws, change, Tagged("sqs", {"QueueUrl": url}, ("tag_queue", "untag_queue"), dict))


def delete_queue(aws: Aws, name: str) -> None:
    """Delete the queue."""
    found = aws.ask("sqs", "get_queue_url", QueueName=name)
    if found:
        aws.remove("sqs", "delete_queue", QueueUrl=found["QueueUrl"])


def names_of_queues(aws: Aws, prefix: str) -> list[str]:
    """The queues whose names begin so."""
    urls = aws.each("sqs", "list_queues", "QueueUrls", QueueNamePrefix=prefix)
    return [url.rpartition("/")[2] for url in urls]


def _topic(aws: Aws, name: str) -> str:
    return f"arn:aws:sns:{aws.region}:{aws.account()}:{name}"


def _ensure_mail(aws: Aws, arn: str, wanted: list[str], present: list[str]) -> None:
    for address in sorted(set(wanted) - set(present)):
        aws.call("sns", "subscribe", TopicArn=arn, Protocol="email", Endpoint=address)
    for each in list(aws.each("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)):
        is_strange = each["Protocol"] == "email" and each["Endpoint"] not in wanted
        if is_strange and each["SubscriptionArn"] != _PENDING:
            aws.remove("sns", "unsubscribe", SubscriptionArn=each["SubscriptionArn"])
