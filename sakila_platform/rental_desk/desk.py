"""One desk while it serves: its configuration and the shop's database. And who is asking, known by cookie or token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, g, request, session
from pymysql.cursors import Cursor

from sakila_platform.rental_desk.accounts.accounts import session_holder
from sakila_platform.rental_desk.accounts.attempts import Attempts
from sakila_platform.rental_desk.accounts.people import Visitor
from sakila_platform.rental_desk.connections import Shop
from sakila_platform.rental_desk.refusals import NotAllowed, Refused, SignInNeeded
from sakila_platform.rental_desk.web.configuration import DeskConfig

EXTENSION = "sakila_rental_desk"
TOKEN = "token"


@dataclass(frozen=True)
class Desk:
    """What every request works with."""

    config: DeskConfig
    shop: Shop
    attempts: Attempts

    @property
    def session_lasts(self) -> timedelta:
        """How long somebody stays signed in."""
        return timedelta(minutes=self.config.session_minutes)


def current_desk() -> Desk:
    """The desk of this request."""
    return current_app.extensions[EXTENSION]


def is_for_program() -> bool:
    """Whether this request comes from a program, which speaks JSON, rather than from a browser's page."""
    if request.method == "POST":
        return request.mimetype not in ("application/x-www-form-urlencoded", "multipart/form-data")
    return request.accept_mimetypes.best_match(("application/json", "text/html")) != "text/html"


def presented_token() -> str:
    """The token that came with this request, "" for none.

    A program sends it in a header; a cookie, which browsers send by themselves, counts for pages and for reading only.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    if request.method == "POST" and is_for_program():
        return ""
    return session.get(TOKEN, "")


def visitor(cursor: Cursor) -> Visitor | None:
    """Who is asking, looked up once in a request."""
    if "visitor" not in g:
        token = presented_token()
        g.visitor = session_holder(cursor, token) if token else None
    return g.visitor


def signed_in(cursor: Cursor) -> Visitor:
    """Who is asking. Raises SignInNeeded where nobody is signed in."""
    person = visitor(cursor)
    if person is None:
        raise SignInNeeded("Log in first.")
    return person


def signed_in_staff(cursor: Cursor) -> Visitor:
    """The clerk who is asking. Raises NotAllowed for customers."""
    person = signed_in(cursor)
    if not person.is_staff:
        raise NotAllowed("Only staff may see this.")
    return person


def known_visitor() -> Visitor | None:
    """Who is asking, for what every page shows of it; nobody when the shop's database doesn't answer."""
    if "visitor" in g:
        return g.visitor
    if not presented_token():
        return None
    try:
        return current_desk().shop.run(visitor)
    except Refused:
        return None
