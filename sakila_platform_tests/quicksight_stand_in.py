"""A QuickSight that remembers, behind boto3's client: moto has too little of it to be asked twice."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

_NAMED = re.compile(r"(Create|Update|Describe|Delete)(DataSource|DataSet|Dashboard|Analysis)")
_LISTED = {
    "ListDataSources": ("DataSource", "DataSources"),
    "ListDataSets": ("DataSet", "DataSetSummaries"),
    "ListDashboards": ("Dashboard", "DashboardSummaryList"),
}
_GONE = {"Error": {"Code": "ResourceNotFoundException", "Message": "no such thing"}, "ResponseMetadata": {}}


@dataclass
class QuickSightStandIn:
    """Things by kind and id, as they were last sent; dashboards by version; tags by address."""

    things: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    published: dict[str, int] = field(default_factory=dict)
    schedules: dict[str, dict[str, Any]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    _asked: dict[str, Any] = field(default_factory=dict)

    def stand_before(self, client: Any) -> None:
        """Answer what this client asks."""
        client.meta.events.register("provide-client-params.quicksight.*", self._listen)
        client.meta.events.register("before-call.quicksight.*", self._answer)

    def _listen(self, params: dict[str, Any], **_: Any) -> None:
        self._asked = params

    def _answer(self, model: Any, **_: Any) -> tuple[Any, dict[str, Any]]:
        answer = self._answer_of(model.name, self._asked)
        return SimpleNamespace(status_code=404 if answer is _GONE else 200), answer

    def _answer_of(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        if named := _NAMED.fullmatch(operation):
            return self._thing(named[1], named[2], asked)
        if operation in _LISTED:
            kind, key = _LISTED[operation]
            return {key: [thing for (of_kind, _), thing in self.things.items() if of_kind == kind]}
        if operation == "UpdateDashboardPublishedVersion":
            self.published[asked["DashboardId"]] = asked["VersionNumber"]
        elif operation.endswith("RefreshSchedule"):
            return self._schedule(operation, asked)
        elif operation == "ListTagsForResource":
            tags = self.tags.get(asked["ResourceArn"], {})
            return {"Tags": [{"Key": name, "Value": value} for name, value in tags.items()]}
        elif operation == "TagResource":
            self._tag(asked["ResourceArn"], asked["Tags"])
        elif not operation.endswith("Permissions"):
            raise NotImplementedError(operation)
        return {}

    def _thing(self, verb: str, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
        key = (kind, asked[f"{kind}Id"])
        present = self.things.get(key)
        if verb == "Create":
            assert present is None, f"{key} is there already"
            arn = f"arn:aws:quicksight:us-east-1:{asked['AwsAccountId']}:{kind.lower()}/{key[1]}"
            self._tag(arn, asked.get("Tags", []))
            self.published[key[1]] = 1
            present = {"Arn": arn, "Version": {"VersionNumber": 0}}
        if present is None:
            return _GONE
        if verb == "Delete":
            del self.things[key]
        elif verb in ("Create", "Update"):
            number = present["Version"]["VersionNumber"] + 1
            version = {
                "VersionNumber": number,
                "Description": asked.get("VersionDescription"),
                "Status": "CREATION_SUCCESSFUL",
            }
            self.things[key] = {**present, **asked, "Status": "CREATION_SUCCESSFUL", "Version": version}
        elif kind == "Dashboard" and "AliasName" not in asked:
            return {kind: {**present, "Version": {"VersionNumber": self.published[key[1]]}}}
        return {kind: self.things.get(key, present)}

    def _schedule(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        if operation.startswith(("Create", "Update")):
            self.schedules[asked["DataSetId"]] = asked["Schedule"]
        found = self.schedules.get(asked["DataSetId"])
        return {"RefreshSchedule": found} if found else _GONE

    def _tag(self, arn: str, tags: list[dict[str, str]]) -> None:
        self.tags.setdefault(arn, {}).update({tag["Key"]: tag["Value"] for tag in tags})
