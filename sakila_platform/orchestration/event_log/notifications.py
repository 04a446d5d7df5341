"""Whoever must know that a run failed: the log always, a Slack channel and an SNS topic where settings name them."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from http.client import HTTPException

import dagster as dg

from sakila_platform.errors import PlatformError
from sakila_platform.settings.runs import DAGSTER_URL, SLACK_WEBHOOK_URL, SNS_TOPIC_ARN

TIMEOUT_SECONDS = 10
_LOGIN = re.compile(r"[^\s/:@]+:[^\s/@]+@")
_RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


@dg.run_failure_sensor(
    name="run_failure_notification",
    description="Tells people that a run failed: what, which days, why, and where to look.",
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def run_failure_notification(context: dg.RunFailureSensorContext) -> None:
    """Each failed run of this code location is notified once."""
    message = failure_message(context.dagster_run, context.get_step_failure_events() or [context.failure_event])
    context.log.error(message)
    for complaint in send(message):
        context.log.error(complaint)


def failure_message(run: dg.DagsterRun, failures: Sequence[dg.DagsterEvent]) -> str:
    """What a person needs of a failed run: job, days, failed steps with a line of reason each, and a link."""
    first, last = (run.tags.get(tag) for tag in _RANGE)
    days = f"{first}..{last}" if first else run.tags.get("dagster/partition", "")
    lines = [f"Run failed: {_job(run)}" + (f", {days}" if days else "")]
    lines += [
        f"{failure.step_key}: {_reason(failure)}" if failure.step_key else _reason(failure) for failure in failures
    ]
    lines.append(dagster_page(f"runs/{run.run_id}"))
    return "\n".join(lines)


def dagster_page(path: str) -> str:
    """The address of a page of Dagster's, as people reach it."""
    return f"{DAGSTER_URL.read().rstrip('/')}/{path}"


def send(message: str) -> Iterator[str]:
    """Send the message wherever a setting says. Yields a line for each way that did not work."""
    webhook = SLACK_WEBHOOK_URL.read()
    topic = SNS_TOPIC_ARN.read()
    for name, address, way in (
        (SLACK_WEBHOOK_URL.name, webhook, _post_to_slack),
        (SNS_TOPIC_ARN.name, topic, _publish_to_sns),
    ):
        try:
            if address:
                way(address, message)
        except PlatformError as error:
            yield f"The failure could not be sent to {name}: {error}. Check the setting."


def _post_to_slack(webhook: str, message: str) -> None:
    if not webhook.startswith(("https://", "http://")):
        raise PlatformError("it is not an https address")
    body = json.dumps({"text": message}).encode()
    try:
        request = urllib.request.Request(webhook, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
            pass
    except urllib.error.HTTPError as error:
        raise PlatformError(f"it answered {error.code} {error.reason}") from None
    except OSError as error:
        raise PlatformError(f"it can't be reached ({error})") from None
    except (HTTPException, ValueError):
        # Their text may hold the address, and whoever has a webhook's address can post to it.
        raise PlatformError("it is not a usable address") from None


def _publish_to_sns(topic: str, message: str) -> None:
    # Here and not above: a quarter of a second that only a failure is worth, so not paid when the code location loads.
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    parts = topic.split(":")
    if len(parts) != 6:
        raise PlatformError("it is not an ARN such as arn:aws:sns:us-east-1:123456789012:failures")
    limits = Config(connect_timeout=TIMEOUT_SECONDS, read_timeout=TIMEOUT_SECONDS, retries={"total_max_attempts": 2})
    # SNS takes a subject of 100 ASCII characters on one line.
    subject = message.splitlines()[0].encode("ascii", "replace").decode()[:100]
    try:
        client = boto3.client("sns", region_name=parts[3], config=limits)
        client.publish(TopicArn=topic, Subject=subject, Message=message)
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(str(error)) from None


def _job(run: dg.DagsterRun) -> str:
    """The job's name, or for a run that was launched from assets, those."""
    if not run.job_name.startswith("__") or not run.asset_selection:
        return run.job_name
    keys = sorted(key.to_user_string() for key in run.asset_selection)
    return ", ".join(keys[:3]) + (f" and {len(keys) - 3} more" if len(keys) > 3 else "")


def _reason(failure: dg.DagsterEvent) -> str:
    data = failure.event_specific_data
    described = getattr(getattr(data, "user_failure_data", None), "description", None)
    error = getattr(data, "error", None)
    text = described or (error.cause or error).message if error else described or failure.message or "no reason given"
    return _LOGIN.sub("***@", text.strip().splitlines()[0])
