"""How requests come in at the desk's own kind of server, from clients that send what they like."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Iterable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

from sakila_platform.rental_desk.web.intake import BodyLimits, Intake, MissingBody

LIMITS = BodyLimits(most_bytes=1000, seconds=0.3)
JSON = b"Content-Type: application/json\r\n"


def telling(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """A WSGI application that tells what it was given."""
    start_response("200 OK", [("content-type", "application/json")])
    body = environ["wsgi.input"]
    reported = {name: value for name, value in environ.items() if isinstance(value, str)}
    refused = int(body.status) if isinstance(body, MissingBody) else None
    return [json.dumps({**reported, "body": body.read().decode(), "refused": refused}).encode()]


def answers(*requests: bytes) -> list[dict[str, Any]]:
    """What the application was given for each of these requests, each on a connection of its own."""

    def ask(port: int, request: bytes) -> dict[str, Any]:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.settimeout(30)
            client.sendall(request)
            answer = b""
            while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
                part = client.recv(65_536)
                assert part, answer
                answer += part
        return json.loads(answer.partition(b"\r\n\r\n")[2])

    async def serve() -> list[dict[str, Any]]:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        intake = Intake(telling, 1, LIMITS)
        server = Server(
            intake, port=port, interface=Interfaces.RSGI, http=HTTPModes.http1, websockets=False, log_enabled=False
        )
        serving = asyncio.create_task(server.serve())
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)
            return [await asyncio.to_thread(ask, port, request) for request in requests]
        finally:
            server.stop()
            await serving

    return asyncio.run(serve())


def posted(headers: bytes, body: bytes = b"") -> bytes:
    return b"POST /x HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n" + body


def test_a_body_that_does_not_come_in_time_is_given_up() -> None:
    for unfinished in answers(
        posted(JSON + b"Content-Length: 200\r\n", b"{"),
        posted(JSON + b"Transfer-Encoding: chunked\r\n", b"1\r\n{\r\n"),
    ):
        assert (unfinished["refused"], unfinished["body"]) == (408, "")


def test_a_body_beyond_the_limit_is_not_taken_with_a_length_or_without() -> None:
    reported, chunked = answers(
        posted(JSON + b"Content-Length: 1001\r\n", b"x" * 1001),
        posted(JSON + b"Transfer-Encoding: chunked\r\n", (b"1f4\r\n" + b"x" * 500 + b"\r\n") * 3 + b"0\r\n\r\n"),
    )
    assert (reported["CONTENT_LENGTH"], reported["body"]) == ("1001", "")
    # As much as shows that it is too long, and the application says so.
    assert int(chunked["CONTENT_LENGTH"]) > LIMITS.most_bytes


def test_a_body_within_the_limit_is_handed_on_whole_with_its_length() -> None:
    for whole in answers(
        posted(JSON + b"Content-Length: 6\r\n", b"abcdef"),
        posted(JSON + b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"),
    ):
        assert (whole["body"], whole["CONTENT_LENGTH"]) == ("abcdef", "6")


def test_a_form_without_a_length_is_refused_since_it_could_have_been_cut() -> None:
    form = b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"
    (refused,) = answers(posted(form, b"8\r\nfilms=60\r\n0\r\n\r\n"))
    assert (refused["refused"], refused["body"]) == (411, "")


def test_a_request_is_reported_as_web_applications_expect_it() -> None:
    (reported,) = answers(
        b"GET /caf%C3%A9/x%20y?q=%41&r=\xc3\xa9 HTTP/1.1\r\nHost: localhost:1\r\nX-Forwarded-For: 1.1.1.1\r\n"
        b"X_Forwarded_For: 6.6.6.6\r\nX-Forwarded-For: 2.2.2.2\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n"
    )
    assert reported["PATH_INFO"].encode("latin-1").decode() == "/café/x y"
    assert reported["QUERY_STRING"].encode("latin-1").decode() == "q=%41&r=é"
    assert (reported["REQUEST_METHOD"], reported["REMOTE_ADDR"], reported["HTTP_HOST"]) == (
        "GET",
        "127.0.0.1",
        "localhost:1",
    )
    # A name with an underscore could pass for one that a proxy sets.
    assert reported["HTTP_X_FORWARDED_FOR"] == "1.1.1.1,2.2.2.2"
    assert reported["HTTP_COOKIE"] == "a=1; b=2"
    assert (reported["wsgi.url_scheme"], reported["SERVER_PROTOCOL"], reported["CONTENT_LENGTH"]) == (
        "http",
        "HTTP/1.1",
        "0",
    )
