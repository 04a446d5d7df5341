"""An S3 server that fails on purpose: a door before it breaks the n-th call of a run, or all from there on."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from http import HTTPStatus
from typing import Any

import pytest
from botocore.retries.standard import ExponentialBackoff

from sakila_platform.lake.s3 import bucket as s3_bucket
from sakila_platform_tests.s3_servers import Application

# The shortest that a setting can be: what is silent for longer has timed out.
TIMEOUT_SECONDS = 1
_SLOW_PIECES = 5
_Answer = Iterable[bytes]


class Fault(Enum):
    """What may become of a call."""

    SLOW_DOWN = "answered 503 SlowDown"
    INTERNAL_ERROR = "answered 500 InternalError"
    SILENT = "answered too late"
    CUT = "cut off before it is heard"
    ANSWER_LOST = "done, and the answer lost"
    HALF_A_BODY = "cut off in the middle of the answer"
    SLOW_BODY = "answered in small pieces"
    EXPIRED = "refused: the token has expired"
    DENIED = "refused: access denied"


_ERRORS = {
    Fault.SLOW_DOWN: (HTTPStatus.SERVICE_UNAVAILABLE, "SlowDown"),
    Fault.INTERNAL_ERROR: (HTTPStatus.INTERNAL_SERVER_ERROR, "InternalError"),
    Fault.EXPIRED: (HTTPStatus.BAD_REQUEST, "ExpiredToken"),
    Fault.DENIED: (HTTPStatus.FORBIDDEN, "AccessDenied"),
}


@dataclass
class FaultyDoor:
    """A WSGI application before another: it notes each call, and breaks those it was asked to."""

    behind: Application
    calls: list[str] = field(default_factory=list)
    _fault: Fault | None = None
    _first: int = 0
    _times: float = 0
    _lock: Any = field(default_factory=threading.Lock)

    def watch(self) -> None:
        """Begin to note calls anew, and break none."""
        self.calls, self._fault = [], None

    def break_call(self, number: int, fault: Fault, times: float = 1) -> None:
        """Begin anew, and break the call of this number (from 1), or so many from there on."""
        self.calls, self._fault, self._first, self._times = [], fault, number, times

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> _Answer:
        """One call."""
        with self._lock:
            self.calls.append(_described(environ))
            number = len(self.calls)
        if self._fault and self._first <= number < self._first + self._times:
            return self._broken(self._fault, environ, start_response)
        return self.behind(environ, start_response)

    def _broken(self, fault: Fault, environ: dict[str, Any], start_response: Callable[..., Any]) -> _Answer:
        if fault in _ERRORS:
            return _refused(fault, environ, start_response)
        if fault in (Fault.HALF_A_BODY, Fault.SLOW_BODY):
            answer = self.behind(environ, start_response)
            return _in_pieces(b"".join(answer), environ if fault is Fault.HALF_A_BODY else None)
        if fault is Fault.SILENT:
            time.sleep(TIMEOUT_SECONDS * 1.3)
        if fault is Fault.ANSWER_LOST:
            list(self.behind(environ, lambda *answer: None))
        _cut(environ)
        # Nobody hears it, but the server must be given something.
        start_response("200 OK", [("Content-Length", "0")])
        return []


def _described(environ: dict[str, Any]) -> str:
    """A call in a few words: method, path and what is asked, such as `GET /bucket/stage/…?uploads`."""
    query = environ.get("QUERY_STRING", "")
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}{'?' if query else ''}{query}"


def _refused(fault: Fault, environ: dict[str, Any], start_response: Callable[..., Any]) -> _Answer:
    # What was sent is read first: else the client may still be sending when the answer comes.
    environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    status, code = _ERRORS[fault]
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>By order of a test.</Message></Error>".encode()
    start_response(
        f"{status.value} {status.phrase}", [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))]
    )
    return [body]


def _in_pieces(body: bytes, cut_in: dict[str, Any] | None) -> Iterator[bytes]:
    size = len(body) // _SLOW_PIECES + 1
    for start in range(0, len(body), size):
        if cut_in and start >= len(body) // 2:
            _cut(cut_in)
            return
        yield body[start : start + size]
        time.sleep(0.01)


def _cut(environ: dict[str, Any]) -> None:
    with suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


def stop_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let calls that failed be tried again at once: how long to wait is botocore's business, and chance."""
    monkeypatch.setattr(ExponentialBackoff, "delay_amount", lambda self, context: 0)
    monkeypatch.setattr(s3_bucket, "_LONGEST_WAIT_SECONDS", 0)
