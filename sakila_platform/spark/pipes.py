"""Telling Dagster what a job has done, when it was started by PipesGlueClient: messages over S3."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import boto3
from dagster_pipes import PipesCliArgsParamsLoader, PipesS3ContextLoader, PipesS3MessageWriter, open_dagster_pipes

from sakila_platform.model.outcome_messages import outcome_messages
from sakila_platform.model.outcomes import Outcomes


@contextmanager
def dagster_reporter() -> Iterator[Callable[[Outcomes], None]]:
    """What to call with the outcomes of each committed chunk: each becomes one custom message, `{"outcomes": [...]}`.

    An error that leaves the context is reported to Dagster too. The process's arguments say where messages go.
    """
    s3 = boto3.client("s3")
    with open_dagster_pipes(
        params_loader=PipesCliArgsParamsLoader(),
        context_loader=PipesS3ContextLoader(client=s3),
        message_writer=PipesS3MessageWriter(client=s3),
    ) as context:
        yield lambda outcomes: context.report_custom_message({"outcomes": outcome_messages(outcomes)})
