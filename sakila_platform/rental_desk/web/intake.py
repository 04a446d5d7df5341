"""Requests taken in whole, up to limits of size and time, before a thread works on them: who sends slowly, or never
ends, holds a socket and nothing else. Between the server, which waits without threads, and the WSGI application."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import Any

from granian.rsgi import HTTPProtocol, ProtocolClosed, Scope

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
WSGIApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

MOST_BYTES = 256 * 1024
_JSON = "application/json"


@dataclass(frozen=True)
class BodyLimits:
    """How large a body may be, and within how many seconds all of it has to be here."""

    most_bytes: int = MOST_BYTES
    seconds: float = 20.0


class MissingBody(BytesIO):
    """In place of a body that did not come: the application refuses the request with this status, in its words."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__()
        self.status = status


class _LengthNeeded(Exception):
    """A body without a length, of a kind that does not show where it ends."""


class Intake:
    """The application as the server calls it."""

    def __init__(self, application: WSGIApplication, threads: int, limits: BodyLimits = BodyLimits()) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="desk")
        self._limits = limits

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        environ = _environ(scope)
        body: BytesIO
        try:
            body = BytesIO(await asyncio.wait_for(self._body(scope, protocol), self._limits.seconds))
        except asyncio.TimeoutError:
            body = MissingBody(HTTPStatus.REQUEST_TIMEOUT)
        except _LengthNeeded:
            body = MissingBody(HTTPStatus.LENGTH_REQUIRED)
        except ProtocolClosed:
            # The client is gone in the middle of its request: there is nothing to do, and nobody to tell.
            return
        environ["wsgi.input"] = body
        # A body that is too long is not handed on. The application sees its length, and refuses it.
        environ["CONTENT_LENGTH"] = str(max(len(body.getbuffer()), _declared_length(scope) or 0))
        loop = asyncio.get_running_loop()
        status, headers, answer = await loop.run_in_executor(self._threads, self._answer, environ)
        if isinstance(body, MissingBody):
            headers = [*headers, ("connection", "close")]
        protocol.response_bytes(status, headers, answer)

    async def _body(self, scope: Scope, protocol: HTTPProtocol) -> bytes:
        length = _declared_length(scope)
        if length is not None:
            return await protocol() if 0 < length <= self._limits.most_bytes else b""
        if "transfer-encoding" not in scope.headers:
            return b""
        # A body that breaks off looks like one that ended. JSON shows it by itself, a form would be taken as it is.
        if scope.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
            raise _LengthNeeded
        return await self._body_of_unknown_length(protocol)

    async def _body_of_unknown_length(self, protocol: HTTPProtocol) -> bytes:
        body = bytearray()
        async for part in protocol:
            body += part
            if len(body) > self._limits.most_bytes:
                break
        return bytes(body)

    def _answer(self, environ: Environ) -> tuple[int, Headers, bytes]:
        begun: list[tuple[int, Headers]] = []

        def start_response(status: str, headers: Headers, _: Any = None) -> None:
            begun.append((int(status.partition(" ")[0]), headers))

        parts = self._application(environ, start_response)
        try:
            body = b"".join(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
        status, headers = begun[-1]
        return status, headers, body


def _declared_length(scope: Scope) -> int | None:
    """What Content-Length says: the server has refused anything but one whole number."""
    length = scope.headers.get("content-length")
    return None if length is None else int(length)


def _environ(scope: Scope) -> Environ:
    """The request without its body, as PEP 3333 has it."""
    server, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        # X_Forwarded_For would be taken for X-Forwarded-For, which a proxy sets.
        if "_" in name or name in ("content-length", "transfer-encoding"):
            continue
        key = "CONTENT_TYPE" if name == "content-type" else f"HTTP_{name.upper().replace('-', '_')}"
        value = value.encode().decode("latin-1")
        environ[key] = f"{environ[key]}{'; ' if name == 'cookie' else ','}{value}" if key in environ else value
    return environ
