"""Work on many things at once: what fails keeps nothing else from being done, and is reported at the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import dagster as dg
import psycopg
import pymysql
import pytest
from pymysql.constants import CR

from sakila_platform.errors import PlatformError
from sakila_platform.orchestration.day_runs import DaysRefused, Refusal
from sakila_platform.orchestration.failures import tried_each
from sakila_platform.orchestration.resources.lake import LakeResource


def asked(failing: Exception, times: int = 0) -> tuple[list[str], Iterator[str]]:
    """What was answered of three questions, the second of which fails; and the rest of the work, which tells it."""

    def work(question: str) -> str:
        if question == "second":
            raise failing
        return question

    rest = tried_each(["first", "second", "third"], work, times)
    return [next(rest), next(rest)], rest


def test_what_a_person_can_put_right_fails_the_step_in_one_line_after_all_else_was_done() -> None:
    answered, rest = asked(PlatformError("There is no table film. Load it."))

    assert answered == ["first", "third"]
    with pytest.raises(dg.Failure) as failed:
        next(rest)
    assert failed.value.description == "There is no table film. Load it."
    assert failed.value.allow_retries is False


@pytest.mark.parametrize(
    "lost",
    [
        pytest.param(pymysql.err.OperationalError(CR.CR_SERVER_LOST, "Lost connection"), id="MySQL"),
        pytest.param(psycopg.OperationalError("the connection is closed"), id="PostgreSQL"),
    ],
)
def test_a_connection_that_is_lost_has_the_step_retried_after_all_else_was_done(lost: Exception) -> None:
    answered, rest = asked(lost, times=1)

    assert answered == ["first", "third"]
    with pytest.raises(dg.RetryRequested) as again:
        next(rest)
    assert again.value.seconds_to_wait == 4


def test_a_mistake_in_our_own_code_is_raised_at_once() -> None:
    with pytest.raises(ZeroDivisionError):
        list(tried_each([1, 0, 2], lambda number: 1 // number))


def test_a_lake_that_is_no_lake_fails_the_step_in_one_line() -> None:
    with pytest.raises(dg.Failure) as failed:
        LakeResource(location="gs://a/b").lake()
    assert failed.value.description is not None
    assert failed.value.description.startswith("SAKILA_LAKE: 'gs://a/b' is no folder")


def test_refused_days_are_named_with_the_reason_of_the_first() -> None:
    key = dg.AssetKey(["stage", "reviews", "review"])
    refusals = [Refusal(date(2021, 1, day), key, f"reason {day}") for day in (1, 2, 3)]
    assert str(DaysRefused(refusals)) == (
        "Refused stage/reviews/review on 2021-01-01: reason 1 "
        "(and 2 more: stage/reviews/review on 2021-01-02, stage/reviews/review on 2021-01-03)"
    )
    assert str(DaysRefused(refusals[:1])) == "Refused stage/reviews/review on 2021-01-01: reason 1"
    assert str(DaysRefused(refusals * 20)).endswith(", ...)")
