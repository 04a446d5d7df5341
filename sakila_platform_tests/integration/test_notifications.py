"""People are notified of a failed run: which job, which days, why, and where to look."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import dagster as dg
import pytest

from sakila_platform.orchestration.event_log.notifications import failure_message, run_failure_notification, send

CALENDAR = dg.DailyPartitionsDefinition("2005-05-24")


@dg.asset(partitions_def=CALENDAR, key=["stage", "sakila", "rental"])
def rental() -> None:
    raise dg.Failure("No MySQL answers at root:secret@db.example:3306/. mysql://root:secret@db.example is down.")


def failed_run(**run: Any) -> tuple[dg.ExecuteInProcessResult, dg.DagsterInstance]:
    instance = dg.DagsterInstance.ephemeral()
    return dg.materialize([rental], instance=instance, raise_on_error=False, **run), instance


class Receiver(HTTPServer):
    """A server that remembers what it was sent and answers with one status."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.received: list[str] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/services/T0/B0/s3cr3t"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.received.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>")

    def log_message(self, *_: Any) -> None:
        """Say nothing on the test's output."""


@pytest.fixture(params=[200])
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    with Receiver(request.param) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_message_names_the_table_the_day_the_reason_and_the_page_but_no_password() -> None:
    result, _ = failed_run(partition_key="2005-05-26")
    run = result.dagster_run
    message = failure_message(run, result.get_step_failure_events())
    assert message.splitlines() == [
        f"Run failed: {run.job_name}, 2005-05-26",
        "stage__sakila__rental: No MySQL answers at ***@db.example:3306/. mysql://***@db.example is down.",
        f"http://localhost:3000/runs/{run.run_id}",
    ]


def test_the_sensor_tells_slack_about_a_failed_run(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAKILA_SLACK_WEBHOOK_URL", receiver.url)
    result, instance = failed_run(partition_key="2005-05-26")
    context = dg.build_run_status_sensor_context(
        "run_failure_notification", result.get_run_failure_event(), instance, result.dagster_run
    ).for_run_failure()
    run_failure_notification(context)
    [posted] = receiver.received
    assert "2005-05-26" in json.loads(posted)["text"]


def test_it_is_on_without_anyone_turning_it_on() -> None:
    assert run_failure_notification.default_status == dg.DefaultSensorStatus.RUNNING


@pytest.mark.parametrize("receiver", [404], indirect=True)
def test_a_webhook_that_refuses_is_complained_about_without_telling_its_address(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAKILA_SLACK_WEBHOOK_URL", receiver.url)
    assert list(send("It failed")) == [
        "The failure could not be sent to SAKILA_SLACK_WEBHOOK_URL: it answered 404 Not Found. Check the setting."
    ]


def test_a_webhook_that_is_not_there_does_not_keep_the_topic_from_being_notified(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SAKILA_SLACK_WEBHOOK_URL", f"http://127.0.0.1:{unused.getsockname()[1]}/s3cr3t")
    for name, value in {
        "SAKILA_SNS_TOPIC_ARN": "arn:aws:sns:us-east-1:123456789012:failures",
        "AWS_ENDPOINT_URL_SNS": f"http://127.0.0.1:{receiver.server_port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    [complaint] = send("It failed\nfor a reason")
    assert "SAKILA_SLACK_WEBHOOK_URL" in complaint
    assert "s3cr3t" not in complaint
    [published] = receiver.received
    fields = parse_qs(published)
    assert fields["TopicArn"] == ["arn:aws:sns:us-east-1:123456789012:failures"]
    assert fields["Subject"] == ["It failed"]
    assert fields["Message"] == ["It failed\nfor a reason"]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://[bad/s3cr3t", "https://hooks.example/a b\ns3cr3t"])
def test_a_wrong_address_is_complained_about_in_one_line(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAKILA_SLACK_WEBHOOK_URL", address)
    [complaint] = send("It failed")
    assert "Check the setting" in complaint
    assert "s3cr3t" not in complaint


def test_without_settings_nothing_is_sent() -> None:
    assert list(send("It failed")) == []
