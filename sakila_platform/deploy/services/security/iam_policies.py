"""Policies for people and machines of the team's own: to be attached to whoever runs Dagster, asks, or looks."""

from __future__ import annotations

import json
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping

# IAM keeps five versions of a policy.
_MOST_VERSIONS = 5


def describe_policy(aws: Aws, name: str) -> dict[str, Any] | None:
    """A policy in its version in force."""
    arn = _address(aws, name)
    found = aws.ask("iam", "get_policy", PolicyArn=arn)
    if found is None:
        return None
    policy = found["Policy"]
    version = aws.call("iam", "get_policy_version", PolicyArn=arn, VersionId=policy["DefaultVersionId"])
    return {
        "Document": version["PolicyVersion"]["Document"],
        TAGS: as_mapping(aws.each("iam", "list_policy_tags", "Tags", PolicyArn=arn)),
    }


def ensure_policy(aws: Aws, change: Change) -> None:
    """Create the policy, or a version of it that is in force at once; whoever has it keeps it."""
    arn, document = _address(aws, change.name), json.dumps(change.wanted["Document"])
    if change.is_creation:
        aws.call(
            "iam",
            "create_policy",
            PolicyName=change.name,
            PolicyDocument=document,
            Description=change.at_creation["Description"],
            Tags=as_list(change.wanted[TAGS]),
        )
        return
    if change.concerns("Document"):
        older = _versions_not_in_force(aws, arn)
        if len(older) >= _MOST_VERSIONS - 1:
            aws.remove("iam", "delete_policy_version", PolicyArn=arn, VersionId=older[0])
        aws.call("iam", "create_policy_version", PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    ensure_tags(aws, change, Tagged("iam", {"PolicyArn": arn}, ("tag_policy", "untag_policy")))


def delete_policy(aws: Aws, name: str) -> None:
    """Take the policy from whoever has it, and delete it with its versions."""
    arn = _address(aws, name)
    for role in list(aws.each("iam", "list_entities_for_policy", "PolicyRoles", PolicyArn=arn)):
        aws.remove("iam", "detach_role_policy", RoleName=role["RoleName"], PolicyArn=arn)
    for user in list(aws.each("iam", "list_entities_for_policy", "PolicyUsers", PolicyArn=arn)):
        aws.remove("iam", "detach_user_policy", UserName=user["UserName"], PolicyArn=arn)
    for group in list(aws.each("iam", "list_entities_for_policy", "PolicyGroups", PolicyArn=arn)):
        aws.remove("iam", "detach_group_policy", GroupName=group["GroupName"], PolicyArn=arn)
    for version in _versions_not_in_force(aws, arn):
        aws.remove("iam", "delete_policy_version", PolicyArn=arn, VersionId=version)
    aws.remove("iam", "delete_policy", PolicyArn=arn)


def names_of_policies(aws: Aws, prefix: str) -> list[str]:
    """The account's own policies whose names begin so."""
    found = aws.each("iam", "list_policies", "Policies", Scope="Local")
    return [policy["PolicyName"] for policy in found if policy["PolicyName"].startswith(prefix)]


def _versions_not_in_force(aws: Aws, arn: str) -> list[str]:
    """The oldest first."""
    found = aws.each("iam", "list_policy_versions", "Versions", PolicyArn=arn)
    older = [each for each in found if not each["IsDefaultVersion"]]
    return [each["VersionId"] for each in sorted(older, key=lambda each: int(each["VersionId"].removeprefix("v")))]


def _address(aws: Aws, name: str) -> str:
    return f"arn:aws:iam::{aws.account()}:policy/{name}"
