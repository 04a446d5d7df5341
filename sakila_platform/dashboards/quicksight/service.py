"""Amazon QuickSight: create, update and describe what a dashboard is made of; requests are made elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sakila_platform.errors import PlatformError

Request = Mapping[str, Any]
_SECONDS_BETWEEN_LOOKS = 2.0
_LOOKS = 150
_BUSY = frozenset({"ConflictException", "ResourceExistsException"})
_RUNNING = frozenset({"CREATION_IN_PROGRESS", "UPDATE_IN_PROGRESS"})
ENDED_WELL = frozenset({"CREATION_SUCCESSFUL", "UPDATE_SUCCESSFUL"})


@dataclass(frozen=True)
class _AssetKind:
    """How boto3 calls a kind: its id in requests, its key in answers, what its update does not take, how to see it."""

    id: str
    answer: str
    only_at_creation: tuple[str, ...] = ("Permissions", "Tags")
    seen_by: Mapping[str, str] = field(default_factory=dict)


_KINDS = {
    "data_source": _AssetKind("DataSourceId", "DataSource", ("Permissions", "Tags", "Type")),
    "data_set": _AssetKind("DataSetId", "DataSet"),
    # Otherwise it is the published version that is described, not the newest.
    "dashboard": _AssetKind("DashboardId", "Dashboard", seen_by={"AliasName": "$LATEST"}),
    "analysis": _AssetKind("AnalysisId", "Analysis"),
}


@dataclass(frozen=True)
class QuickSight:
    """One account's QuickSight. `client` is boto3's; `wait` is how long it sleeps, which tests shorten."""

    client: Any
    account: str
    wait: Callable[[float], None] = time.sleep

    def describe(self, kind: str, name: str) -> dict[str, Any] | None:
        """What there is of this kind and id, of a dashboard its newest version; None when there is nothing."""
        shape = _KINDS[kind]
        wanted = {"AwsAccountId": self.account, shape.id: name, **shape.seen_by}
        try:
            found = self._call(f"describe_{kind}", **wanted)[shape.answer]
        except _NotThere:
            return None
        return None if found.get("Status") == "DELETED" else found

    def put(self, kind: str, request: Request) -> str:
        """Create it, or update what is there, and grant its permissions. Returns `created` or `updated`.

        Returns when QuickSight is done with it. Raises PlatformError with QuickSight's reason when it refuses.
        """
        shape = _KINDS[kind]
        name = request[shape.id]
        if self.describe(kind, name) is None:
            self._call(f"create_{kind}", **request)
            done = "created"
        else:
            changed = {key: value for key, value in request.items() if key not in shape.only_at_creation}
            self._call(f"update_{kind}", **changed)
            self.grant(kind, name, request["Permissions"])
            done = "updated"
        self._await(kind, name)
        return done

    def grant(self, kind: str, name: str, permissions: Sequence[Request]) -> None:
        """Grant permissions; those that are there stay."""
        shape = _KINDS[kind]
        self._call(
            f"update_{kind}_permissions",
            **{"AwsAccountId": self.account, shape.id: name, "GrantPermissions": list(permissions)},
        )

    def publish_newest(self, dashboard: str) -> None:
        """Show a dashboard's readers its newest version."""
        newest = self.describe("dashboard", dashboard)
        number = (newest or {}).get("Version", {}).get("VersionNumber")
        if number is None:
            raise PlatformError(f"QuickSight has no version of dashboard {dashboard} to publish. Publish it again.")
        self._call(
            "update_dashboard_published_version",
            AwsAccountId=self.account,
            DashboardId=dashboard,
            VersionNumber=number,
        )

    def put_refresh_schedule(self, request: Request) -> None:
        """Create a data set's refresh schedule, or bring the one that is there up to date when it differs."""
        wanted = request["Schedule"]
        try:
            present = self._call(
                "describe_refresh_schedule",
                AwsAccountId=self.account,
                DataSetId=request["DataSetId"],
                ScheduleId=wanted["ScheduleId"],
            )["RefreshSchedule"]
        except _NotThere:
            self._call("create_refresh_schedule", **request)
            return
        if any(present.get(part) != wanted[part] for part in ("ScheduleFrequency", "RefreshType")):
            self._call("update_refresh_schedule", **request)

    def start_ingestion(self, data_set: str, name: str) -> bool:
        """Have SPICE read a data set again; `name` tells this refresh from others. False: it is being read already."""
        try:
            self._call(
                "create_ingestion",
                AwsAccountId=self.account,
                DataSetId=data_set,
                IngestionId=name,
                IngestionType="FULL_REFRESH",
            )
        except _Busy:
            return False
        return True

    def _await(self, kind: str, name: str) -> None:
        for _ in range(_LOOKS):
            found = self.describe(kind, name) or {}
            # A dashboard's state is its version's; a data set has none.
            state = found.get("Version", found)
            status = state.get("Status", "UPDATE_SUCCESSFUL")
            if status in ENDED_WELL:
                return
            if status not in _RUNNING:
                faults = state.get("Errors") or [state.get("ErrorInfo") or {}]
                reason = "; ".join(str(fault.get("Message", status)) for fault in faults)
                raise PlatformError(f"QuickSight could not make {kind.replace('_', ' ')} {name}: {reason}.")
            self.wait(_SECONDS_BETWEEN_LOOKS)
        raise PlatformError(
            f"QuickSight is still working on {kind.replace('_', ' ')} {name}. Look at it there, then publish again."
        )

    def _call(self, action: str, **arguments: Any) -> dict[str, Any]:
        try:
            return getattr(self.client, action)(**arguments)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                raise _NotThere(
                    f"QuickSight has nothing to {action} by that name. Publish the dashboard first."
                ) from None
            reason = error.response["Error"].get("Message", error.response["Error"]["Code"])
            message = f"QuickSight refused {action}: {reason}"
            raise (_Busy if error.response["Error"]["Code"] in _BUSY else PlatformError)(message) from None
        except BotoCoreError as error:
            raise PlatformError(f"QuickSight can't be reached for {action}: {error}") from None


def open_quicksight(account: str, region: str) -> QuickSight:
    """QuickSight of an account in a region, with the credentials that AWS's own chain finds."""
    # Here and not above: a quarter of a second that only publishing is worth, so not paid when the code location loads.
    import boto3  # noqa: PLC0415

    return QuickSight(boto3.client("quicksight", region_name=region), account)


class _NotThere(PlatformError):
    """QuickSight has nothing of that name."""


class _Busy(PlatformError):
    """QuickSight is doing what was asked already."""
