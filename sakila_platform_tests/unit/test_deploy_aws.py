"""How AWS is called: what is absent, what is refused, and a role that is not known everywhere yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sakila_platform.deploy.aws import Aws
from sakila_platform.errors import PlatformError


@dataclass
class OneClient:
    """A session whose client is played by botocore's stubber."""

    made: Any
    waited: list[float] = field(default_factory=list)

    def client(self, service: str, **_: Any) -> Any:
        return self.made

    def aws(self) -> Aws:
        return Aws(self, "us-east-1", wait=self.waited.append)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[OneClient, Stubber]]:
    """Lambda, answering as it is set up to."""
    client = boto3.client(
        "lambda", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    with Stubber(client) as stubber:
        yield OneClient(client), stubber
        stubber.assert_no_pending_responses()


def test_a_role_that_was_just_made_is_waited_for(play: tuple[OneClient, Stubber]) -> None:
    session, stubber = play
    for _ in range(3):
        stubber.add_client_error(
            "delete_function", "InvalidParameterValueException", "The role defined cannot be assumed by Lambda."
        )
    stubber.add_response("delete_function", {})
    session.aws().call("lambda", "delete_function", FunctionName="f")
    assert session.waited == [1.0, 2.0, 4.0]


def test_a_role_that_stays_unknown_is_reported_after_half_a_minute(play: tuple[OneClient, Stubber]) -> None:
    session, stubber = play
    for _ in range(6):
        stubber.add_client_error("delete_function", "InvalidParameterValueException", "it cannot be assumed")
    with pytest.raises(PlatformError, match="AWS refused lambda delete_function for f: InvalidParameterValue"):
        session.aws().call("lambda", "delete_function", FunctionName="f")
    assert sum(session.waited) == 30


def test_what_is_not_there_is_none_and_gone_already_is_as_good_as_deleted(play: tuple[OneClient, Stubber]) -> None:
    session, stubber = play
    stubber.add_client_error("get_function", "ResourceNotFoundException", "no")
    assert session.aws().ask("lambda", "get_function", FunctionName="f") is None
    stubber.add_client_error("delete_function", "ResourceNotFoundException", "no")
    session.aws().remove("lambda", "delete_function", FunctionName="f")


def test_who_may_not_is_led_to_the_list_of_permissions(play: tuple[OneClient, Stubber]) -> None:
    session, stubber = play
    stubber.add_client_error("get_function", "AccessDeniedException", "User is not\nauthorized")
    with pytest.raises(PlatformError) as refused:
        session.aws().ask("lambda", "get_function", FunctionName="f")
    assert str(refused.value) == (
        "AWS refused lambda get_function for f: AccessDeniedException: User is not authorized "
        "The account's permissions for this are listed in docs/aws.md."
    )
