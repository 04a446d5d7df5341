"""Redshift Serverless by its Data API: statements as one transaction, and questions. Nothing connects to a server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config

from sakila_platform.aws.errors import Attempt, explained
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.settings.aws import AWS_REGION

SCHEME = "redshift"
MOST_STATEMENTS = 40
"""What BatchExecuteStatement takes."""
_ATTEMPTS = 6
_FIRST_WAIT_SECONDS = 0.2
_LONGEST_WAIT_SECONDS = 3.0
_UNDECIDED = ("SUBMITTED", "PICKED", "STARTED")
_READ: Mapping[str, Callable[[str], Any]] = {"numeric": Decimal, "decimal": Decimal, "date": date.fromisoformat}


@dataclass(frozen=True)
class RedshiftAddress:
    """A workgroup of Redshift Serverless, and a database of it. Who may ask is IAM's to say: there is no login."""

    workgroup: str
    database: str
    setting: str
    """What gave it, for people."""

    @classmethod
    def parse(cls, url: str, setting: str) -> RedshiftAddress:
        """From redshift://workgroup/database. Else raises UsageError, which names the setting that gave it."""
        wrong = UsageError(f"{setting} is no address of Redshift. Give redshift://workgroup/database")
        try:
            parts = urlsplit(url)
        except ValueError:
            raise wrong from None
        database = unquote(parts.path.strip("/"))
        # A workgroup alone: neither a login nor a port.
        if parts.scheme != SCHEME or not parts.netloc or not database or parts.netloc.lower() != parts.hostname:
            raise wrong
        return cls(parts.hostname, database, setting)

    def __str__(self) -> str:
        return f"{SCHEME}://{self.workgroup}/{self.database}"


class StatementFailed(PlatformError):
    """A statement that Redshift refused, and with it the whole transaction; `number` is its place in the batch."""

    def __init__(self, number: int, reason: str, message: str) -> None:
        self.number = number
        self.reason = reason
        super().__init__(f"{message}: {reason}. Nothing was changed. Fix that, then try again.")


@dataclass(frozen=True)
class RedshiftAnswer:
    """The columns of an answer with their types as Redshift has them, and its rows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Redshift:
    """A workgroup's Data API. `client` is boto3's; `wait` is how long it sleeps, which tests shorten."""

    client: Any
    address: RedshiftAddress
    wait: Callable[[float], None] = time.sleep

    def transact(self, statements: Sequence[str], name: str) -> None:
        """Run these statements as one transaction, and wait for its end; `name` is what Redshift's console calls it.

        Stopped when who waits gives up. Raises StatementFailed when one is refused: then none has taken place.
        """
        if len(statements) > MOST_STATEMENTS:
            raise ValueError(f"{len(statements)} statements are more than the {MOST_STATEMENTS} of a batch.")
        with explained(self._attempt("BatchExecuteStatement")):
            sent = self.client.batch_execute_statement(Sqls=list(statements), StatementName=name, **self._where)
        done = self._awaited(sent["Id"])
        if done["Status"] != "FINISHED":
            parts = [part.get("Status") for part in done.get("SubStatements", ())]
            number = next((n for n, status in enumerate(parts) if status in ("FAILED", "ABORTED")), len(parts))
            raise StatementFailed(number, _reason(done), f"{self.address} can't run {name}")

    def ask(self, sql: str) -> RedshiftAnswer:
        """What a query answers. Raises StatementFailed, with Redshift's reason, when it fails."""
        with explained(self._attempt("ExecuteStatement")):
            statement = self.client.execute_statement(Sql=sql, **self._where)["Id"]
        done = self._awaited(statement)
        if done["Status"] != "FINISHED":
            raise StatementFailed(0, _reason(done), f"{self.address} can't answer that")
        return _answer(list(self._pages(statement)))

    @property
    def _where(self) -> dict[str, str]:
        return {"WorkgroupName": self.address.workgroup, "Database": self.address.database}

    def _attempt(self, action: str) -> Attempt:
        message = f"Redshift (workgroup {self.address.workgroup}) can't be queried"
        return Attempt(message, f"redshift-data:{action}", self.address.setting)

    def _awaited(self, statement: str) -> dict[str, Any]:
        wait = _FIRST_WAIT_SECONDS
        try:
            while (found := self._described(statement))["Status"] in _UNDECIDED:
                self.wait(wait)
                wait = min(wait * 1.5, _LONGEST_WAIT_SECONDS)
        except KeyboardInterrupt:
            self.client.cancel_statement(Id=statement)
            raise
        return found

    def _described(self, statement: str) -> dict[str, Any]:
        with explained(self._attempt("DescribeStatement")):
            return self.client.describe_statement(Id=statement)

    def _pages(self, statement: str) -> Iterator[dict[str, Any]]:
        with explained(self._attempt("GetStatementResult")):
            yield from self.client.get_paginator("get_statement_result").paginate(Id=statement)


def redshift_at(url: str, setting: str) -> Redshift:
    """The warehouse that the setting leads to, in the region of the settings. Nothing is asked of it yet."""
    address = RedshiftAddress.parse(url, setting)
    client = boto3.session.Session(region_name=AWS_REGION.read()).client(
        "redshift-data", config=Config(retries={"mode": "standard", "total_max_attempts": _ATTEMPTS})
    )
    return Redshift(client, address)


def _reason(done: Mapping[str, Any]) -> str:
    return " ".join(str(done.get("Error") or done["Status"].lower()).split()).rstrip(".")


def _answer(pages: Sequence[Mapping[str, Any]]) -> RedshiftAnswer:
    described = pages[0]["ColumnMetadata"]
    types = tuple(column.get("typeName", "unknown") for column in described)
    read = [_READ.get(kind) for kind in types]
    rows = tuple(
        tuple(_value(field, convert) for field, convert in zip(record, read, strict=True))
        for page in pages
        for record in page["Records"]
    )
    return RedshiftAnswer(tuple(column["name"] for column in described), types, rows)


def _value(field: Mapping[str, Any], convert: Callable[[str], Any] | None) -> Any:
    if field.get("isNull"):
        return None
    (value,) = field.values()
    return convert(str(value)) if convert else value
