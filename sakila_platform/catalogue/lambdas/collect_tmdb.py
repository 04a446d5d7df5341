"""Lambda: a day's collection from TMDB into raw. Before its time ends it hands over to itself, and then goes on.

TMDB's token is in Secrets Manager. No answers are kept between calls but those in raw: a call that is cut off has its
last answers, fewer than a file of each subject takes, asked again by the next.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from sakila_platform.catalogue.tmdb.answer_cache import AnswerCache
from sakila_platform.catalogue.tmdb.client import Access, TmdbClient, access_of_settings
from sakila_platform.catalogue.tmdb.collection import CollectionOutcome, CollectionWork, collect_day, scope_of_settings
from sakila_platform.catalogue.tmdb.wanted_titles import wanted_imdb_ids
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.lake.raw_files import BucketFiles
from sakila_platform.lake.s3.bucket import open_bucket
from sakila_platform.lambdas.log_lines import write_line
from sakila_platform.lambdas.scheduled_time import clock_of
from sakila_platform.lambdas.secrets import secret_text
from sakila_platform.model.days import parse_day
from sakila_platform.settings.catalogue import TMDB_PAGES_PER_YEAR, TMDB_SECRET
from sakila_platform.settings.places import LAKE

_HAND_OVERS = "hand_overs"
# AWS stops a function that has called itself sixteen times in a row.
_MOST_HAND_OVERS = 14
# A question that TMDB puts off again and again, as long as it may, takes most of this.
_NEEDED_MILLISECONDS = 420_000


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Collect the event's day: `day`, else that of `scheduled_at`, else today in the shop's time zone.

    Returns what became of it. Raises PlatformError, so that Lambda tries again, when TMDB or the lake can't be reached,
    or the day is not complete after so many calls.
    """
    day = parse_day(str(event["day"])) if event.get("day") else clock_of(event).today()
    zone = BucketFiles(open_bucket(LAKE.read()))
    work = CollectionWork(
        zone,
        TmdbClient(_access()),
        AnswerCache(None, day),
        lambda message: write_line(context, message),
        lambda: context.get_remaining_time_in_millis() < _NEEDED_MILLISECONDS,
    )
    outcome = collect_day(work, day, scope_of_settings(), wanted_imdb_ids(zone, day))
    if not outcome.is_complete:
        _hand_over(event, context, day)
    result = _result(day, outcome)
    write_line(context, f"{day}: {'complete' if outcome.is_complete else 'handed over'}", **result)
    return result


def _result(day: date, outcome: CollectionOutcome) -> dict[str, Any]:
    return {
        "day": day.isoformat(),
        "is_complete": outcome.is_complete,
        "asked": outcome.asked,
        "records": dict(outcome.records),
    }


def _access() -> Access:
    secret = TMDB_SECRET.read()
    return access_of_settings(secret_text(secret)) if secret else access_of_settings()


def _hand_over(event: Mapping[str, Any], context: Any, day: date) -> None:
    done = _hand_overs_of(event)
    if done >= _MOST_HAND_OVERS:
        raise PlatformError(
            f"{day} is not complete after {done} hand-overs. Call the function with "
            f'{{"day": "{day}"}} to go on, or lower {TMDB_PAGES_PER_YEAR.name}.'
        )
    payload = json.dumps({"day": day.isoformat(), _HAND_OVERS: done + 1})
    try:
        boto3.client("lambda").invoke(
            FunctionName=context.function_name, InvocationType="Event", Payload=payload.encode()
        )
    except (BotoCoreError, ClientError) as error:
        raise PlatformError(f"{day} can't be handed over: {error}. See the function's role.") from None


def _hand_overs_of(event: Mapping[str, Any]) -> int:
    given = event.get(_HAND_OVERS, 0)
    if not isinstance(given, int) or given < 0:
        raise UsageError(f"{_HAND_OVERS} is {given!r}. Leave it out: the function counts by itself.")
    return given
