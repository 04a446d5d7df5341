"""One way to call AWS: clients of one session, answers or None for what is not there, refusals as one line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, WaiterError

from sakila_platform.errors import PlatformError

_ABSENT = frozenset(
    {
        "404",
        "AWS.SimpleQueueService.NonExistentQueue",
        "DBInstanceNotFound",
        "DBInstanceNotFoundFault",
        "DBParameterGroupNotFound",
        "DBSubnetGroupNotFoundFault",
        "EntityNotFoundException",
        "NoSuchBucket",
        "NoSuchBucketPolicy",
        "NoSuchEntity",
        "NoSuchKey",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchTagSet",
        "NotFound",
        "NotFoundException",
        "OwnershipControlsNotFoundError",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)
# A role that was made seconds ago is not known everywhere yet; these are the words for it.
_ROLE_NOT_KNOWN_YET = ("cannot be assumed", "unable to assume", "not authorized to perform: sts:AssumeRole")
_SECONDS_BETWEEN_TRIES = (1.0, 2.0, 4.0, 8.0, 15.0)


@dataclass(frozen=True)
class Aws:
    """An account in a region, by the credentials of a boto3 session. `wait` is how it sleeps, which tests shorten."""

    session: Any
    region: str
    config: Config = field(default_factory=lambda: Config(retries={"mode": "standard", "max_attempts": 5}))
    wait: Callable[[float], None] = time.sleep
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)
    _account: list[str] = field(default_factory=list, repr=False)

    def client(self, service: str) -> Any:
        """boto3's client of a service, made once."""
        if service not in self._clients:
            self._clients[service] = self.session.client(service, region_name=self.region, config=self.config)
        return self._clients[service]

    def account(self) -> str:
        """The twelve digits of the account that the credentials belong to. Raises PlatformError without credentials."""
        if not self._account:
            self._account.append(str(self.call("sts", "get_caller_identity")["Account"]))
        return self._account[0]

    def ask(self, service: str, operation: str, **arguments: Any) -> dict[str, Any] | None:
        """AWS's answer; None when what is asked about is not there. Raises PlatformError on any other refusal."""
        try:
            return getattr(self.client(service), operation)(**arguments)
        except ClientError as error:
            if _is_absence(error):
                return None
            raise _refused(service, operation, arguments, error) from None
        except BotoCoreError as error:
            raise _unreachable(service, operation, error) from None

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """AWS's answer. Raises PlatformError, one line with AWS's reason, when it refuses."""
        for pause in (*_SECONDS_BETWEEN_TRIES, None):
            try:
                return getattr(self.client(service), operation)(**arguments)
            except ClientError as error:
                reason = str(error.response["Error"].get("Message"))
                if pause is None or not any(words in reason for words in _ROLE_NOT_KNOWN_YET):
                    raise _refused(service, operation, arguments, error) from None
                self.wait(pause)
            except BotoCoreError as error:
                raise _unreachable(service, operation, error) from None
        raise AssertionError("the last try returns or raises")

    def remove(self, service: str, operation: str, **arguments: Any) -> None:
        """Call a deletion; that the thing is gone already is as good."""
        self.ask(service, operation, **arguments)

    def each(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        """The elements that a list operation has under `key`, over all its pages; none where there is no such list."""
        client = self.client(service)
        try:
            if client.can_paginate(operation):
                for page in client.get_paginator(operation).paginate(**arguments):
                    yield from page.get(key) or ()
            else:
                yield from getattr(client, operation)(**arguments).get(key) or ()
        except ClientError as error:
            if not _is_absence(error):
                raise _refused(service, operation, arguments, error) from None
        except BotoCoreError as error:
            raise _unreachable(service, operation, error) from None

    def until(self, service: str, waiter: str, **arguments: Any) -> None:
        """Wait with boto3's waiter of that name. Raises PlatformError when the time is up or AWS reports a failure."""
        try:
            self.client(service).get_waiter(waiter).wait(**arguments)
        except WaiterError as error:
            raise PlatformError(f"{service}: {error}. Look at it in the console, then apply again.") from None


def open_aws(region: str) -> Aws:
    """AWS with the credentials that boto3's own chain finds."""
    return Aws(boto3.Session(region_name=region), region)


def _unreachable(service: str, operation: str, error: Exception) -> PlatformError:
    if isinstance(error, NoCredentialsError):
        return PlatformError(
            "There are no credentials for AWS. Sign in (`aws sso login`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID."
        )
    return PlatformError(f"{service} can't be reached for {operation}: {error}")


def _is_absence(error: Any) -> bool:
    fault = error.response["Error"]
    # Athena has one code for all that is wrong.
    return fault["Code"] in _ABSENT or "is not found" in str(fault.get("Message"))


def _refused(service: str, operation: str, arguments: dict[str, Any], error: Any) -> PlatformError:
    fault = error.response["Error"]
    code, reason = fault["Code"], " ".join(str(fault.get("Message") or "").split())
    named = next((str(value) for key, value in arguments.items() if key.endswith("Name") or key == "Bucket"), "")
    hint = " The account's permissions for this are listed in docs/aws.md." if "AccessDenied" in code else ""
    return PlatformError(f"AWS refused {service} {operation}{f' for {named}' if named else ''}: {code}: {reason}{hint}")
