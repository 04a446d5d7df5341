"""Registering and signing in as visitors of this request do it: counted, so that nobody guesses at leisure."""

from __future__ import annotations

from flask import request, session

from sakila_platform.rental_desk.accounts import accounts, attempts
from sakila_platform.rental_desk.accounts.attempts import place_of
from sakila_platform.rental_desk.accounts.written_names import document_form
from sakila_platform.rental_desk.desk import TOKEN, current_desk, presented_token


def register(asked: accounts.Registration) -> int:
    """The number of the customer that somebody became."""
    desk = current_desk()
    desk.attempts.count((attempts.REGISTRATIONS_FROM_AN_ADDRESS, place_of(request.remote_addr or "")))
    return desk.shop.run(lambda cursor: accounts.register(cursor, asked, desk.config.clock))


def log_in(document: str, password: str) -> str:
    """A token for who knows the password; each try is counted, by document and by where it comes from."""
    desk = current_desk()
    # In the form in which it is looked up: however a document is written, its tries are one count.
    as_document = (attempts.LOGINS_OF_A_DOCUMENT, document_form(document) or document)
    desk.attempts.count(as_document, (attempts.LOGINS_FROM_AN_ADDRESS, place_of(request.remote_addr or "")))
    token = accounts.log_in(desk.shop, document, password, desk.session_lasts)
    desk.attempts.forget(*as_document)
    return token


def enter(document: str, password: str) -> None:
    """Sign in this browser: whatever its cookie held before is gone."""
    token = log_in(document, password)
    session.clear()
    session[TOKEN] = token
    session.permanent = True


def leave() -> None:
    """Sign out this browser, in the database too."""
    token = presented_token()
    if token:
        accounts.log_out(current_desk().shop, token)
    session.clear()
