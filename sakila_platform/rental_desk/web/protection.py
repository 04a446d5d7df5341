"""Headers that tell browsers what the desk's pages may do: nothing from elsewhere, no frame, no inline code.

And who else may call: pages of origins named in the settings reach the JSON API, with a token and without cookies.
"""

from __future__ import annotations

from flask import Flask, Response, request

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_OF_NAMED_ORIGINS = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "600",
}
_TWO_YEARS = "max-age=63072000; includeSubDomains"


def protect(app: Flask, secure: bool) -> None:
    """Add the headers to every answer; over TLS the one that keeps browsers to TLS. Pages aren't kept by any cache."""

    headers = {**_HEADERS, **({"Strict-Transport-Security": _TWO_YEARS} if secure else {})}

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.extend(headers)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
            response.headers["Vary"] = "Accept, Cookie"
        return response


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
                response.headers.update(_OF_NAMED_ORIGINS)
        return response
