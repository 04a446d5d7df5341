"""Pages of other origins: those named in the settings may call the JSON API, with a token and without cookies."""

from __future__ import annotations

from flask import Flask, Response, request

_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}


def allow_named_origins(app: Flask, origins: tuple[str, ...]) -> None:
    """Answer browsers that ask on behalf of a page of one of these origins. For none, nothing is said at all."""
    if not origins:
        return

    @app.after_request
    def say_so(response: Response) -> Response:
        origin = request.headers.get("Origin", "")
        response.vary.add("Origin")
        if origin in origins:
            response.headers["Access-Control-Allow-Origin"] = origin
            if request.method == "OPTIONS":
                response.headers.update(_ALLOWED)
        return response
