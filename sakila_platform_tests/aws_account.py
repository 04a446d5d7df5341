"""An AWS account for tests: moto's server over HTTP, every request held to AWS's model, written down, or cut off."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
import requests
from botocore.config import Config
from moto.server import ThreadedMotoServer

from sakila_platform.deploy.aws import Aws
from sakila_platform_tests.aws_requests import request_faults
from sakila_platform_tests.moto_operations import install_missing_operations
from sakila_platform_tests.quicksight_stand_in import QuickSightStandIn
from sakila_platform_tests.redshift_serverless_stand_in import RedshiftServerlessStandIn

REGION = "us-east-1"
ACCOUNT = "123456789012"
_READS = ("Get", "List", "Describe", "Head", "BatchGet")
# Made anew under a name that is taken: AWS refuses, where moto overwrites.
_LOOKS = {
    "CreateJob": ("get_job", "JobName"),
    "CreateTrigger": ("get_trigger", "Name"),
    "CreateWorkflow": ("get_workflow", "Name"),
}


class Cut(BaseException):
    """The program ended here: not even an `except Exception` would see it."""


@dataclass
class Account:
    """The account at an address: what was called, and after how many changing calls the program ends."""

    endpoint: str
    calls: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    changes_left: int | None = None
    quicksight: QuickSightStandIn = field(default_factory=QuickSightStandIn)
    redshift: RedshiftServerlessStandIn = field(default_factory=RedshiftServerlessStandIn)
    _clients: dict[str, Any] = field(default_factory=dict)

    def aws(self) -> Aws:
        """The account as the platform sees it."""
        # A call that moto lacks would otherwise be tried for eleven seconds.
        return Aws(self, REGION, Config(retries={"total_max_attempts": 1}), wait=lambda seconds: None)

    def client(self, service: str, **arguments: Any) -> Any:
        """boto3's client, as a session would make it; made once, which takes longest."""
        if service not in self._clients:
            client = self._client(service, **arguments)
            client.meta.events.register("provide-client-params.*.*", self._hold_to_the_model)
            client.meta.events.register("after-call.*.*", self._cut_off)
            self._clients[service] = client
        return self._clients[service]

    def by_hand(self, service: str) -> Any:
        """A client for what somebody does in the console: neither written down nor cut off."""
        by_hand = f"{service} by hand"
        if by_hand not in self._clients:
            self._clients[by_hand] = self._client(service)
        return self._clients[by_hand]

    def _client(self, service: str, **arguments: Any) -> Any:
        client = boto3.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            **{"region_name": REGION, **arguments},
        )
        if service == "quicksight":
            self.quicksight.stand_before(client)
        if service == "redshift-serverless":
            self.redshift.stand_before(client)
        return client

    def changes(self) -> list[str]:
        """The calls that change something, as `glue CreateJob sakila-test-x`."""
        changing = [call for call in self.calls if _changes(call[1])]
        return [f"{service} {operation} {_named(params)}" for service, operation, params in changing]

    @contextmanager
    def cut_after(self, changes: int) -> Iterator[None]:
        """The program ends when so many changing calls have been answered."""
        self.changes_left = changes
        try:
            yield
        finally:
            self.changes_left = None

    def empty(self) -> None:
        """As on the first day."""
        requests.post(f"{self.endpoint}/moto-api/reset", timeout=10)
        vars(self.quicksight).update(vars(QuickSightStandIn()))
        vars(self.redshift).update(vars(RedshiftServerlessStandIn()))
        self.calls.clear()

    def _hold_to_the_model(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        faults = request_faults(service, model.name, params)
        assert not faults, f"AWS would refuse {service} {model.name}: {faults}"
        if model.name in _LOOKS:
            assert not self._is_there(model.name, params["Name"]), (
                f"{model.name}: AWS would say {params['Name']} is there"
            )
        self.calls.append((service, model.name, dict(params)))

    def _is_there(self, creation: str, name: str) -> bool:
        look, named = _LOOKS[creation]
        glue = self.by_hand("glue")
        try:
            getattr(glue, look)(**{named: name})
        except glue.exceptions.EntityNotFoundException:
            return False
        return True

    def _cut_off(self, model: Any, http_response: Any, **_: Any) -> None:
        if self.changes_left is None or not _changes(model.name) or http_response.status_code >= 300:
            return
        self.changes_left -= 1
        if self.changes_left == 0:
            raise Cut


@contextmanager
def running_account() -> Iterator[Account]:
    """An empty account on a port of its own, as long as the block lasts."""
    install_missing_operations()
    # A line for each of thousands of requests is what a failing test would show first.
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        account = Account(f"http://{host}:{port}")
        account.empty()
        yield account
    finally:
        server.stop()


def _changes(operation: str) -> bool:
    return not operation.startswith(_READS)


def _named(params: dict[str, Any]) -> str:
    return next((str(value) for key, value in params.items() if key.endswith("Name") and isinstance(value, str)), "")
