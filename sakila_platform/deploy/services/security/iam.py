"""Roles with the policies written into them: a role of ours has no other."""

from __future__ import annotations

import json
from typing import Any

from sakila_platform.deploy.aws import Aws
from sakila_platform.deploy.declarations import Change
from sakila_platform.deploy.tagging import Tagged, ensure_tags
from sakila_platform.deploy.tags import TAGS, as_list, as_mapping


def describe_role(aws: Aws, name: str) -> dict[str, Any] | None:
    """Who may take the role, what it may do, and what else somebody attached to it."""
    found = aws.ask("iam", "get_role", RoleName=name)
    if found is None:
        return None
    role = found["Role"]
    inline = list(aws.each("iam", "list_role_policies", "PolicyNames", RoleName=name))
    attached = aws.each("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    tags = aws.each("iam", "list_role_tags", "Tags", RoleName=name)
    return {
        "Description": role.get("Description"),
        "TrustedBy": role["AssumeRolePolicyDocument"],
        "Policies": {policy: _document(aws, name, policy) for policy in inline},
        "Attached": sorted(policy["PolicyArn"] for policy in attached),
        TAGS: as_mapping(tags),
    }


def ensure_role(aws: Aws, change: Change) -> None:
    """Create the role, and put right what differs."""
    name, wanted = change.name, change.wanted
    trust = json.dumps(wanted["TrustedBy"])
    if change.is_creation:
        aws.call(
            "iam",
            "create_role",
            RoleName=name,
            AssumeRolePolicyDocument=trust,
            Description=wanted["Description"],
            Tags=as_list(wanted[TAGS]),
        )
    else:
        if change.concerns("Description"):
            aws.call("iam", "update_role", RoleName=name, Description=wanted["Description"])
        if change.concerns("TrustedBy"):
            aws.call("iam", "update_assume_role_policy", RoleName=name, PolicyDocument=trust)
        ensure_tags(aws, change, Tagged("iam", {"RoleName": name}, ("tag_role", "untag_role")))
    if change.concerns("Policies"):
        for policy, document in wanted["Policies"].items():
            aws.call("iam", "put_role_policy", RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))
    present = change.present or {}
    for policy in sorted(present.get("Policies", {}).keys() - wanted["Policies"].keys()):
        aws.remove("iam", "delete_role_policy", RoleName=name, PolicyName=policy)
    for arn in present.get("Attached", ()):
        aws.remove("iam", "detach_role_policy", RoleName=name, PolicyArn=arn)


def delete_role(aws: Aws, name: str) -> None:
    """Delete the role, and the policies in it first."""
    for policy in list(aws.each("iam", "list_role_policies", "PolicyNames", RoleName=name)):
        aws.remove("iam", "delete_role_policy", RoleName=name, PolicyName=policy)
    for policy in list(aws.each("iam", "list_attached_role_policies", "AttachedPolicies", RoleName=name)):
        aws.remove("iam", "detach_role_policy", RoleName=name, PolicyArn=policy["PolicyArn"])
    aws.remove("iam", "delete_role", RoleName=name)


def names_of_roles(aws: Aws, prefix: str) -> list[str]:
    """The account's roles whose names begin so."""
    return [role["RoleName"] for role in aws.each("iam", "list_roles", "Roles") if role["RoleName"].startswith(prefix)]


def _document(aws: Aws, role: str, policy: str) -> Any:
    found = aws.ask("iam", "get_role_policy", RoleName=role, PolicyName=policy) or {}
    return found.get("PolicyDocument")
