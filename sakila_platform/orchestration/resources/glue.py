"""AWS Glue, conducted by Dagster: a job run followed through Pipes and stopped with the run, crawlers run to their end.

Messages go over S3, which a job writes while it works: what it prints is in Dagster's web UI at once, and what it had
committed when it failed is known.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import boto3
import dagster as dg
from dagster._core.pipes.client import PipesParams
from dagster._core.pipes.context import PipesMessageHandler
from dagster_aws.pipes import PipesGlueClient, PipesS3ContextInjector, PipesS3MessageReader

from sakila_platform.aws.errors import Attempt, explained
from sakila_platform.errors import PlatformError
from sakila_platform.settings.aws import AWS_REGION

MESSAGES = "temporary/pipes/"
"""Where messages are kept for a while: the jobs' roles may write there, and the bucket forgets it after days."""
_SECONDS_BETWEEN_MESSAGES = 2.0
_SECONDS_BETWEEN_LOOKS = 10.0
_CRAWLED = "COMPLETED"


@dataclass(frozen=True)
class JobRun:
    """What became of a job run: the payloads of its custom messages, and why it failed (empty: it did not)."""

    messages: Sequence[Any]
    failure: str


@dataclass(frozen=True)
class Glue:
    """The jobs and crawlers whose names begin with `prefix`; messages pass through `bucket`, under MESSAGES."""

    prefix: str
    bucket: str
    client: Any
    s3: Any
    wait: Callable[[float], None] = time.sleep

    def run_job(self, context: dg.AssetExecutionContext, job: str, arguments: Mapping[str, str]) -> JobRun:
        """Start a job and follow it to its end; when Dagster's run is stopped, so is the job's.

        Raises PlatformError, with what AWS says, when it can't be started or followed.
        """
        reader = _Messages(self.bucket, self.s3)
        pipes = PipesGlueClient(
            context_injector=PipesS3ContextInjector(bucket=self.bucket, client=self.s3, key_prefix=MESSAGES),
            message_reader=reader,
            client=self.client,
        )
        name = f"{self.prefix}{job}"
        failure = ""
        try:
            with explained(_attempt(f"The Glue job {name} can't be started or followed", "StartJobRun")):
                pipes.run(context=context, start_job_run_params={"JobName": name, "Arguments": dict(arguments)})
        except RuntimeError as error:
            # How the client tells that a job did not succeed: the state, and in the last line the job's own reason.
            if "completed with status" not in str(error):
                raise
            failure = str(error).strip().splitlines()[-1]
        return JobRun(reader.received(), failure)

    def crawl(self, crawlers: Sequence[str], limit_seconds: float) -> None:
        """Start the crawlers and wait until each has ended.

        Raises PlatformError when one fails, can't be started, or has not ended when the time is up.
        """
        names = [f"{self.prefix}{crawler}" for crawler in crawlers]
        for name in names:
            self._start(name)
        waited = 0.0
        while going := [name for name in names if not self._has_crawled(name)]:
            if waited >= limit_seconds:
                raise PlatformError(
                    f"The crawler {going[0]} has not ended after {limit_seconds:g} s. Look at its log in CloudWatch, "
                    "then materialise this again: crawling twice is harmless."
                )
            self.wait(_SECONDS_BETWEEN_LOOKS)
            waited += _SECONDS_BETWEEN_LOOKS

    def _start(self, name: str) -> None:
        # Somebody else's crawl sees what is there as well as ours would.
        with (
            explained(_attempt(f"The crawler {name} can't be started", "StartCrawler")),
            suppress(self.client.exceptions.CrawlerRunningException),
        ):
            self.client.start_crawler(Name=name)

    def _has_crawled(self, name: str) -> bool:
        with explained(_attempt(f"The crawler {name} can't be followed", "ListCrawls")):
            crawls = self.client.list_crawls(CrawlerName=name, MaxResults=1)["Crawls"]
        newest = crawls[0] if crawls else {"State": "RUNNING"}
        if newest["State"] in ("FAILED", "STOPPED"):
            reason = newest.get("ErrorMessage") or newest["State"].lower()
            raise PlatformError(f"The crawler {name} did not end well: {reason}. Its log is in CloudWatch.")
        return newest["State"] == _CRAWLED


def open_glue(environment: str, region: str, bucket: str) -> Glue:
    """The Glue jobs of an environment that `deploy` made, by the credentials of boto3's standard chain."""
    session = boto3.Session(region_name=region)
    return Glue(f"sakila-{environment}-", bucket, session.client("glue"), session.client("s3"))


def _attempt(message: str, action: str) -> Attempt:
    remedy = "Look at the environment with `sakila-platform deploy plan`"
    return Attempt(message, f"glue:{action}", AWS_REGION.name, remedy)


class _Messages(PipesS3MessageReader):
    """Messages under MESSAGES instead of the bucket's top, and known even when the job failed."""

    def __init__(self, bucket: str, client: Any) -> None:
        super().__init__(
            interval=_SECONDS_BETWEEN_MESSAGES, bucket=bucket, client=client, include_stdio_in_messages=True
        )
        self._handler: PipesMessageHandler | None = None

    @contextmanager
    def get_params(self) -> Iterator[PipesParams]:
        with super().get_params() as params:
            yield {**params, "key_prefix": f"{MESSAGES}{params['key_prefix']}"}

    @contextmanager
    def read_messages(self, handler: PipesMessageHandler) -> Iterator[PipesParams]:
        self._handler = handler
        with super().read_messages(handler) as params:
            yield params

    def received(self) -> Sequence[Any]:
        """The payloads of the custom messages so far."""
        return self._handler.get_custom_messages() if self._handler else ()
