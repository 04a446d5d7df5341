"""The desk put together: routes (a page or JSON by what is asked for), what is added to every answer, errors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

from sakila_platform.rental_desk.accounts.attempts import Attempts
from sakila_platform.rental_desk.connections import Shop
from sakila_platform.rental_desk.desk import EXTENSION, Desk, is_for_program, known_visitor
from sakila_platform.rental_desk.refusals import NoSuchForm, Refused, SignInNeeded, TooManyAttempts
from sakila_platform.rental_desk.rentals.repeats import FIELD, fresh_key
from sakila_platform.rental_desk.web import json_api, pages
from sakila_platform.rental_desk.web.configuration import DeskConfig
from sakila_platform.rental_desk.web.intake import MOST_BYTES, MissingBody
from sakila_platform.rental_desk.web.openapi import document
from sakila_platform.rental_desk.web.protection import allow_named_origins, protect
from sakila_platform.rental_desk.web.request_log import log_failure, log_requests

_STATIC_SECONDS = 3600
_WORDS = {
    404: "There is no such page.",
    405: "That can't be done at this address.",
    408: "What was to be sent did not come in time. Send it again.",
    411: "A form has to be sent with its length (Content-Length).",
    413: "That is more than the desk takes at once.",
    500: "The desk made a mistake, and noted it. Nothing was changed; try again, or tell the people who run it.",
}
# By what Flask-WTF says of a form: what helps. All else is the token's, which is too old or of another session.
_FORM_WORDS = {
    "The CSRF session token is missing.": "This form came without the desk's cookie. Let the browser keep cookies of "
    "this site, load the page again and send it anew.",
    "The referrer header is missing.": "The browser did not say which page sent this form: something cuts the Referer "
    "header off. Let the browser, its extensions or the proxy send it within this site, and send the form again.",
    "The referrer does not match the host.": "This form was sent from another address than the desk's own. Open the "
    "desk by its usual address; behind a proxy, have it hand on the visitor's Host as X-Forwarded-Host.",
}
_FORM_TOO_OLD = "This page was open for too long, or belongs to another log in. Load it again and send it anew."
View = Callable[..., Any]


class _Number(IntegerConverter):
    """A number in a path, of ASCII digits and no more of them than a number of ours has."""

    regex = r"[0-9]{1,10}"


class _Application(Flask):
    """Flask, whose log of a mistake holds the route instead of the path."""

    def log_exception(self, exc_info: Any, ctx: Any = None) -> None:
        """Log a mistake of ours."""
        log_failure(exc_info)


class _Sessions(SecureCookieSessionInterface):
    """Flask's cookies, whose signer is made once instead of at every request."""

    _signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs cookies."""
        self._signer = self._signer or super().get_signing_serializer(app)
        return self._signer


def create_app(config: DeskConfig) -> Flask:
    """The WSGI application of one desk. Connects to nothing before the first request."""
    app = _Application(__name__, static_url_path="/static")
    app.url_map.converters["int"] = _Number
    app.session_interface = _Sessions()
    secure = not config.is_plain_loopback
    app.config.update(
        SECRET_KEY=config.secret_key,
        # The prefix makes browsers refuse the cookie from any other host or path.
        SESSION_COOKIE_NAME="__Host-desk" if secure else "desk",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=config.session_minutes),
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=200,
        SEND_FILE_MAX_AGE_DEFAULT=_STATIC_SECONDS,
        # Pages of this machine answer to its own names only: no other name can be pointed at them.
        TRUSTED_HOSTS=["localhost", "127.0.0.1", "[::1]", config.host] if not secure else None,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=config.session_minutes * 60,
    )
    if config.proxies:
        hops = config.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    shop = Shop(config.shop_address, config.threads)
    app.extensions[EXTENSION] = Desk(config, shop, Attempts(shop, config.secret_key))
    _add_routes(app)
    _add_errors(app)
    log_requests(app)
    _refuse_missing_bodies(app)
    _check_forms(app)
    protect(app, secure)
    allow_named_origins(app, config.cors_origins)
    shown: dict[str, Any] = {"refused": None, "typed": {}, "form_key": FIELD, "fresh_key": fresh_key}
    app.context_processor(lambda: {**shown, "visitor": known_visitor()})
    return app


def _add_routes(app: Flask) -> None:
    def page_or_json(page: View, program: View) -> View:
        """One address for people and programs."""
        return lambda **values: program(**values) if is_for_program() else page(**values)

    def add(method: str, rule: str, name: str, view: View) -> None:
        app.add_url_rule(rule, name, view, methods=[method])

    def only_page(page: View) -> View:
        """An address that has no JSON: a caller that accepts no HTML gets an error that says so."""

        def show(**values: Any) -> Any:
            if request.accept_mimetypes and not request.accept_mimetypes.accept_html:
                raise NoSuchForm("This address has a page for people only. What programs may ask: /openapi.json")
            return page(**values)

        return show

    add("GET", "/", "home", only_page(pages.home))
    add("GET", "/register", "show_register", only_page(pages.show_register))
    add("POST", "/register", "register", page_or_json(pages.register, json_api.register))
    add("GET", "/login", "show_log_in", only_page(pages.show_log_in))
    add("POST", "/login", "log_in", page_or_json(pages.log_in, json_api.log_in))
    add("POST", "/logout", "log_out", page_or_json(pages.log_out, json_api.log_out))
    add("GET", "/rentals/new", "show_rent", only_page(pages.show_rent))
    add("GET", "/rentals", "show_rentals", page_or_json(pages.show_rentals, json_api.rentals_of_day))
    add("POST", "/rentals", "rent", page_or_json(pages.rent, json_api.rent))
    add("GET", "/returns", "show_returns", only_page(pages.show_returns))
    add("POST", "/returns/find", "find_returns", pages.find_returns)
    add("POST", "/returns", "give_back", page_or_json(pages.give_back, json_api.give_back))
    show_customer = page_or_json(pages.show_customer, json_api.customer)
    add("GET", "/customers/<int:customer_id>", "show_customer", show_customer)
    add("GET", "/films", "films", page_or_json(pages.show_films, json_api.find_films))
    add("GET", "/users", "users", page_or_json(pages.users, json_api.users))
    add("GET", "/check_db", "check_database", json_api.check_database)
    add("GET", "/health", "health", json_api.health)
    add("GET", "/openapi.json", "openapi", document)


def _add_errors(app: Flask) -> None:
    def refuse(refused: Refused) -> Any:
        if isinstance(refused, SignInNeeded) and request.method == "GET" and not is_for_program():
            return pages.ask_to_log_in()
        answer = app.make_response(json_api.problem(refused) if is_for_program() else pages.problem(refused))
        if isinstance(refused, TooManyAttempts):
            answer.headers["Retry-After"] = str(refused.retry_after_seconds)
        if refused.status == 401 and is_for_program():
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def refuse_request(error: HTTPException) -> Any:
        refused = Refused(_WORDS.get(error.code or 500) or error.description or "That did not work.")
        refused.status = error.code or 500  # type: ignore[assignment]
        answer = refuse(refused)
        answer.headers.extend((name, value) for name, value in error.get_headers() if name in ("Allow", "Location"))
        return answer

    def refuse_form(error: CSRFError) -> Any:
        refused = Refused(_FORM_WORDS.get(error.description or "", _FORM_TOO_OLD))
        refused.status = 400  # type: ignore[assignment]
        return refuse(refused)

    app.register_error_handler(Refused, refuse)
    app.register_error_handler(CSRFError, refuse_form)
    app.register_error_handler(HTTPException, refuse_request)


def _refuse_missing_bodies(app: Flask) -> None:
    @app.before_request
    def refuse() -> None:
        if isinstance(request.input_stream, MissingBody):
            abort(request.input_stream.status)


def _check_forms(app: Flask) -> None:
    """Forms carry a token. Programs need none: what they send counts without a cookie (see desk.presented_token)."""
    csrf = CSRFProtect(app)

    @app.before_request
    def check() -> Response | None:
        if request.method == "POST" and not is_for_program():
            csrf.protect()
        return None
