"""One question to Athena: started in a workgroup, waited for, its rows read page by page as the types they have."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import boto3
from botocore.config import Config

from sakila_platform.aws.errors import Attempt, explained
from sakila_platform.errors import UsageError
from sakila_platform.settings.aws import ATHENA_WORKGROUP, AWS_REGION

_ATTEMPTS = 6
_FIRST_WAIT_SECONDS = 0.2
_LONGEST_WAIT_SECONDS = 3.0
_UNDECIDED = ("QUEUED", "RUNNING")
_READ: Mapping[str, Callable[[str], Any]] = {
    "tinyint": int,
    "smallint": int,
    "integer": int,
    "bigint": int,
    "float": float,
    "real": float,
    "double": float,
    "decimal": Decimal,
    "boolean": lambda text: text == "true",
    "date": date.fromisoformat,
}


@dataclass(frozen=True)
class AthenaAnswer:
    """The columns of an answer, and its rows, which are fetched as they are read: once."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[Any, ...]]


def ask_athena(sql: str) -> AthenaAnswer:
    """What Athena answers to a query, in the workgroup and the region of the settings.

    The query is stopped when who waits for it gives up. Raises UsageError, with Athena's reason, when it fails, and
    PlatformError when Athena can't be queried.
    """
    asking = _Asking(ATHENA_WORKGROUP.read(), AWS_REGION.read())
    with explained(asking.attempt("StartQueryExecution")):
        client = boto3.session.Session(region_name=asking.region).client(
            "athena", config=Config(retries={"mode": "standard", "total_max_attempts": _ATTEMPTS})
        )
        execution = client.start_query_execution(QueryString=sql, WorkGroup=asking.workgroup)["QueryExecutionId"]
    with explained(asking.attempt("GetQueryExecution")):
        _wait(client, execution)
    pages = _pages(client, execution, asking)
    first = next(pages)
    described = first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    return AthenaAnswer(tuple(column["Name"] for column in described), _rows(first, pages, described))


@dataclass(frozen=True)
class _Asking:
    workgroup: str
    region: str

    def attempt(self, action: str) -> Attempt:
        message = f"Athena (workgroup {self.workgroup}, {self.region}) can't be queried"
        return Attempt(message, f"athena:{action}", ATHENA_WORKGROUP.name)


def _wait(client: Any, execution: str) -> None:
    wait = _FIRST_WAIT_SECONDS
    try:
        while (status := _status(client, execution))["State"] in _UNDECIDED:
            time.sleep(wait)
            wait = min(wait * 1.5, _LONGEST_WAIT_SECONDS)
    except KeyboardInterrupt:
        client.stop_query_execution(QueryExecutionId=execution)
        raise
    if status["State"] != "SUCCEEDED":
        reason = " ".join(str(status.get("StateChangeReason") or status["State"].lower()).split())
        raise UsageError(f"Athena can't answer that: {reason}")


def _status(client: Any, execution: str) -> dict[str, Any]:
    return client.get_query_execution(QueryExecutionId=execution)["QueryExecution"]["Status"]


def _pages(client: Any, execution: str, asking: _Asking) -> Iterator[dict[str, Any]]:
    with explained(asking.attempt("GetQueryResults")):
        yield from client.get_paginator("get_query_results").paginate(QueryExecutionId=execution)


def _rows(
    first: dict[str, Any], others: Iterator[dict[str, Any]], described: list[dict[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    read = [_READ.get(column["Type"], str) for column in described]
    # The first row of the first page is the columns' names.
    yield from (_row(row, read) for row in first["ResultSet"]["Rows"][1:])
    for page in others:
        yield from (_row(row, read) for row in page["ResultSet"]["Rows"])


def _row(row: dict[str, Any], read: list[Callable[[str], Any]]) -> tuple[Any, ...]:
    texts = (cell.get("VarCharValue") for cell in row["Data"])
    return tuple(None if text is None else convert(text) for text, convert in zip(texts, read, strict=True))
