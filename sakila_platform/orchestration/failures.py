"""How a run fails: in one line for what a person can put right, and again later for what passes by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import dagster as dg
import psycopg
import pymysql

from sakila_platform.databases.transient import is_transient
from sakila_platform.errors import PlatformError

Item = TypeVar("Item")
Result = TypeVar("Result")

TRANSIENT_RETRIES = 3
FIRST_WAIT_SECONDS = 2


@contextmanager
def failing_in_one_line(retry_number: int = 0) -> Iterator[None]:
    """Around an asset's work: a PlatformError fails the step with its one line, and is not retried.

    A transient database error has the step retried, TRANSIENT_RETRIES times, after 2, 4 and 8 s. This is why assets
    carry no retry policy: a policy would also retry mistakes in our own code, which keep their stack trace instead.
    `retry_number` is the context's. Raises dagster's Failure and RetryRequested; anything else passes unchanged.
    """
    try:
        yield
    except PlatformError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None
    except (pymysql.err.OperationalError, psycopg.OperationalError) as error:
        if not is_transient(error):
            raise
        raise dg.RetryRequested(TRANSIENT_RETRIES, seconds_to_wait=FIRST_WAIT_SECONDS * 2**retry_number) from error


def tried_each(items: Iterable[Item], work: Callable[[Item], Result], retry_number: int = 0) -> Iterator[Result]:
    """Give the result of each item's work. One that fails keeps no other from being done.

    The first failure is raised at the end, as `failing_in_one_line` does.
    """
    failures: list[Exception] = []
    for item in items:
        try:
            result = work(item)
        except (PlatformError, pymysql.err.OperationalError, psycopg.OperationalError) as failure:
            failures.append(failure)
        else:
            yield result
    with failing_in_one_line(retry_number):
        if failures:
            raise failures[0]
