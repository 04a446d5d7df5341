"""Questions to TMDB over HTTP: not too many in a second, asked again when that may help, read to a limit.

By urllib3: it is well kept, knows back-off and Retry-After, and boto3 needs it anyway. What it can't judge, an answer
that breaks off, comes too slowly or is no JSON, is asked again here.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import urllib3
from urllib3.exceptions import HTTPError, InvalidHeader, MaxRetryError, ResponseError
from urllib3.util import Retry

from sakila_platform.catalogue.tmdb.endpoints import Request
from sakila_platform.errors import PlatformError
from sakila_platform.settings.catalogue import TMDB_REQUESTS_PER_SECOND, TMDB_TIMEOUT_SECONDS, TMDB_TOKEN, TMDB_URL

LONGEST_ANSWER = 10_000_000 - 100
"""Bytes. A file of answers has at most ten million, and so has one answer."""
_TRIED_AGAIN = (429, 500, 502, 503, 504)
_READINGS = 3
_CHUNK = 64 * 1024
_OK, _BAD_LOGIN, _NOT_THERE = 200, (401, 403), 404


@dataclass(frozen=True)
class Answer:
    """What TMDB answered: its status (200 or 404), the text as it came, and what that says."""

    status: int
    text: str
    document: Any

    @property
    def is_found(self) -> bool:
        """Whether there is what was asked for."""
        return self.status == _OK


class Unusable(Exception):
    """What came for a question is of no use, however often it is asked: broken JSON, or not what the contract says."""


@dataclass(frozen=True)
class Access:
    """Where TMDB is, by what token, and how patiently it is asked."""

    url: str
    token: str = field(repr=False)
    requests_per_second: float = 20.0
    timeout_seconds: float = 15.0
    attempts: int = 6
    back_off_seconds: float = 0.5
    longest_wait_seconds: int = 60


def access_of_settings(token: str = "") -> Access:
    """TMDB as the settings say, with a token that is kept elsewhere, or theirs.

    Raises PlatformError, in one line and without naming it, for a token that is missing or can't be one.
    """
    token = token.strip()
    try:
        # As the setting is held to be: an HTTP client would name in its error what it can't send.
        token = TMDB_TOKEN.parse(token) if token else TMDB_TOKEN.read()
    except ValueError:
        raise PlatformError(
            "What is kept as TMDB's token is none. Keep the API read access token as TMDB shows it, and nothing else."
        ) from None
    if not token:
        raise PlatformError(
            f"{TMDB_TOKEN.name} is not set. Take the API read access token from your TMDB account's settings "
            "(API), and set it."
        )
    return Access(
        TMDB_URL.read().rstrip("/"),
        token,
        TMDB_REQUESTS_PER_SECOND.read(),
        TMDB_TIMEOUT_SECONDS.read(),
    )


class _Patience(Retry):
    """When to ask again. A Retry-After that says nothing counts as none."""

    def get_retry_after(self, response: urllib3.BaseHTTPResponse) -> float | None:
        try:
            return super().get_retry_after(response)
        except InvalidHeader:
            return None


class TmdbClient:
    """Asks TMDB, one question at a time."""

    def __init__(self, access: Access, sleep: Callable[[float], None] = time.sleep) -> None:
        self.asked = 0
        """Questions sent, those asked again counted once."""
        self._access = access
        self._sleep = sleep
        self._next_at = 0.0
        self._pool = urllib3.PoolManager(
            maxsize=1,
            headers={"Authorization": f"Bearer {access.token}", "Accept": "application/json"},
            timeout=urllib3.Timeout(connect=access.timeout_seconds, read=access.timeout_seconds),
            retries=_Patience(
                total=access.attempts - 1,
                redirect=0,
                status_forcelist=_TRIED_AGAIN,
                backoff_factor=access.back_off_seconds,
                backoff_jitter=access.back_off_seconds,
                backoff_max=access.longest_wait_seconds,
                respect_retry_after_header=True,
                retry_after_max=access.longest_wait_seconds,
            ),
        )

    def ask(self, request: Request) -> Answer:
        """The answer to a question.

        Raises Unusable when what comes is none, and PlatformError, in one line without the token, when TMDB can't be
        reached, refuses the token, or stays overloaded.
        """
        self.asked += 1
        reason = ""
        for attempt in range(_READINGS):
            if attempt:
                self._sleep(self._access.back_off_seconds * 2**attempt)
            self._keep_pace()
            try:
                return self._asked_once(request)
            except Unusable as error:
                reason = str(error)
        raise Unusable(f"{request}: {reason}")

    def _asked_once(self, request: Request) -> Answer:
        try:
            response = self._pool.request("GET", f"{self._access.url}{request}", preload_content=False)
        except MaxRetryError as error:
            raise PlatformError(self._message(error)) from None
        except HTTPError as error:
            raise PlatformError(
                f"TMDB at {self._access.url} can't be queried: {error}. Correct SAKILA_TMDB_URL."
            ) from None
        try:
            content = _read(response, time.monotonic() + self._access.timeout_seconds)
        except HTTPError as error:
            raise Unusable(f"the answer broke off ({type(error).__name__})") from None
        finally:
            response.release_conn()
        return self._judged(request, response.status, content)

    def _judged(self, request: Request, status: int, content: bytes) -> Answer:
        if status in _BAD_LOGIN:
            raise PlatformError(f"TMDB at {self._access.url} refuses the token ({status}). Correct {TMDB_TOKEN.name}.")
        try:
            text = content.decode("utf-8")
            document = json.loads(text, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise Unusable(f"the answer ({status}) is no JSON: {content[:80]!r}") from None
        if status == _NOT_THERE:
            return Answer(status, text, document)
        fault = request.endpoint.fault_of(document) if status == _OK else f"TMDB answered {status}"
        if fault:
            raise Unusable(fault)
        return Answer(status, text, document)

    def _keep_pace(self) -> None:
        now = time.monotonic()
        if now < self._next_at:
            self._sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + 1 / self._access.requests_per_second

    def _message(self, error: MaxRetryError) -> str:
        cause = error.reason
        if isinstance(cause, ResponseError):
            why = f"answered {' '.join(str(cause).split())}"
        else:
            why = f"could not be reached ({type(cause).__name__})"
        return (
            f"TMDB at {self._access.url} {why}, however often it was asked. What was had is kept: run the day again "
            f"later, or correct {TMDB_URL.name}."
        )


def _refuse(constant: str) -> None:
    # Python reads NaN and Infinity; nobody else who reads raw would.
    raise ValueError(f"{constant} is no JSON")


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """The body of an answer, if it comes in time and is not too long."""
    content = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=True):
        content += chunk
        if len(content) > LONGEST_ANSWER:
            _give_up(response, f"the answer is longer than {LONGEST_ANSWER:,} bytes")
        if time.monotonic() > deadline:
            _give_up(response, "the answer took too long")
    return bytes(content)


def _give_up(response: urllib3.BaseHTTPResponse, reason: str) -> None:
    # What is left of the answer is not read, so the connection is of no further use.
    response.close()
    raise Unusable(reason)
