"""A Redshift Serverless that remembers, behind boto3's client: moto has none."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

_GONE = {"Error": {"Code": "ResourceNotFoundException", "Message": "no such thing"}, "ResponseMetadata": {}}
_VERBS = ("Create", "Update", "Get", "Delete", "List")
_KINDS = {"Namespace": "namespace", "Workgroup": "workgroup"}


@dataclass
class RedshiftServerlessStandIn:
    """Namespaces and workgroups by name, as they were last sent; tags by address."""

    things: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    _asked: dict[str, Any] = field(default_factory=dict)

    def stand_before(self, client: Any) -> None:
        """Answer what this client asks."""
        client.meta.events.register("provide-client-params.redshift-serverless.*", self._listen)
        client.meta.events.register("before-call.redshift-serverless.*", self._answer)

    def _listen(self, params: dict[str, Any], **_: Any) -> None:
        self._asked = params

    def _answer(self, model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        answer = self._answer_of(model.name, self._asked)
        return SimpleNamespace(status_code=404 if answer is _GONE else 200), answer

    def _answer_of(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        if operation == "ListTagsForResource":
            return {"tags": [{"key": k, "value": v} for k, v in self.tags.get(asked["resourceArn"], {}).items()]}
        if operation == "TagResource":
            self.tags[asked["resourceArn"]].update({tag["key"]: tag["value"] for tag in asked["tags"]})
            return {}
        verb, kind = next((v, k) for v in _VERBS for k in _KINDS if operation.removesuffix("s") == f"{v}{k}")
        part = _KINDS[kind]
        if verb == "List":
            return {f"{part}s": [thing for (of_kind, _), thing in self.things.items() if of_kind == kind]}
        key = (kind, asked[f"{part}Name"])
        if verb == "Create":
            self._create(key, part, dict(asked))
        elif key not in self.things:
            return _GONE
        elif verb == "Update":
            assert kind == "Namespace" or len(asked) == 2, "AWS changes one part of a workgroup at a time"
            self.things[key].update(self._as_described(asked))
        found = self.things.pop(key) if verb == "Delete" else self.things[key]
        return {part: found}

    def _create(self, key: tuple[str, str], part: str, asked: dict[str, Any]) -> None:
        assert key not in self.things, f"{key} is there already"
        address = f"arn:aws:redshift-serverless:us-east-1:123456789012:{part}/{len(self.things):08}"
        self.tags[address] = {tag["key"]: tag["value"] for tag in asked.pop("tags")}
        defaults = {"subnetIds": [], "securityGroupIds": []} if part == "workgroup" else {}
        self.things[key] = {**defaults, **self._as_described(asked), f"{part}Arn": address, "status": "AVAILABLE"}

    @staticmethod
    def _as_described(asked: dict[str, Any]) -> dict[str, Any]:
        reported = dict(asked)
        if "iamRoles" in reported:
            reported["iamRoles"] = [f"IamRole(applyStatus=in-sync, iamRoleArn={role})" for role in reported["iamRoles"]]
        if "configParameters" in reported:
            style = {"parameterKey": "datestyle", "parameterValue": "ISO"}
            reported["configParameters"] = [*reported["configParameters"], style]
        return reported
