"""Accounts: registering a customer, giving a clerk a way in, signing in and out.

A session is a random token; the database keeps its hash only, so that a session ends when it is signed out or too old,
and a copy of the table opens no door.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date, timedelta

import pymysql
from pymysql.constants import ER
from pymysql.cursors import Cursor

from sakila_platform.errors import UsageError
from sakila_platform.model.days import Clock
from sakila_platform.rental_desk.accounts import passwords
from sakila_platform.rental_desk.accounts.people import (
    Visitor,
    canonical_document,
    person_by_document,
    visitor_by_session,
)
from sakila_platform.rental_desk.accounts.written_names import document_form
from sakila_platform.rental_desk.connections import Shop
from sakila_platform.rental_desk.refusals import Conflict, Invalid, SignInNeeded

# Sakila's customer numbers have at most five digits: nobody can register one of those, now or later.
SHORTEST_DOCUMENT = 6
EARLIEST_BIRTH = date(1900, 1, 1)
_WRONG = "The document or the password is wrong."


@dataclass(frozen=True)
class Registration:
    """What somebody says who wants to become a customer."""

    document: str
    names: str
    surnames: str
    birth_date: date
    password: str = field(repr=False)
    store_id: int = 1


def register(cursor: Cursor, asked: Registration, clock: Clock) -> int:
    """A customer of Sakila and a row of `usuarios`; returns the customer's number.

    Raises Conflict where the document is known already: a known customer's account is never given away here.
    """
    document = canonical_document(asked.document)
    if len(document) < SHORTEST_DOCUMENT or not any(each.isdigit() for each in document):
        raise Invalid(
            f"Give the number of an identity document: {SHORTEST_DOCUMENT} to 20 letters and digits.", "document"
        )
    if not EARLIEST_BIRTH <= asked.birth_date <= clock.today():
        raise Invalid(f"Give a birth date from {EARLIEST_BIRTH} to today.", "birth_date")
    passwords.require_good_password(asked.password, (document, *asked.names.split(), *asked.surnames.split()))
    if person_by_document(cursor, document):
        raise _known()
    customer_id = _insert_customer(cursor, asked, clock)
    try:
        cursor.execute(
            "INSERT INTO usuarios (document, names, surnames, birth_date, password_hash, customer_id) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            [document, asked.names, asked.surnames, asked.birth_date, passwords.hashed(asked.password), customer_id],
        )
    except pymysql.err.IntegrityError as error:
        if error.args[0] != ER.DUP_ENTRY:
            raise
        raise _known() from None
    return customer_id


def _known() -> Conflict:
    return Conflict("That document is registered already. Log in, or ask at the counter.", "document")


def _insert_customer(cursor: Cursor, asked: Registration, clock: Clock) -> int:
    """The customer's address is the store's until the counter knows a better one: registering asks for no address."""
    cursor.execute(
        "INSERT INTO customer (store_id, first_name, last_name, address_id, create_date) "
        "SELECT store_id, %s, %s, address_id, %s FROM store WHERE store_id = %s",
        [asked.names, asked.surnames, clock.wall_time(), asked.store_id],
    )
    if not cursor.rowcount:
        raise Invalid(f"There is no store {asked.store_id}.", "store_id")
    customer_id = cursor.lastrowid
    # Sakila's trigger has put the server's NOW() in place of the shop's.
    cursor.execute("UPDATE customer SET create_date = %s WHERE customer_id = %s", [clock.wall_time(), customer_id])
    return customer_id


def log_in(shop: Shop, document: str, password: str, lasts: timedelta) -> str:
    """A fresh session's token. Raises SignInNeeded, the same for an unknown document as for a wrong password."""
    with shop.transaction() as cursor:
        cursor.execute(
            "SELECT usuario_id, password_hash FROM usuarios WHERE document = %s", [document_form(document) or ""]
        )
        usuario_id, kept = cursor.fetchone() or (None, None)
    # Outside of the transaction: hashing takes longer than all the rest, and holds no connection.
    if not passwords.is_right(password, kept):
        raise SignInNeeded(_WRONG)
    token = secrets.token_urlsafe(32)
    with shop.transaction() as cursor:
        cursor.execute("DELETE FROM desk_session WHERE expires_at < CURRENT_TIMESTAMP LIMIT 1000")
        cursor.execute(
            "INSERT INTO desk_session (token_hash, usuario_id, expires_at) "
            "VALUES (%s, %s, CURRENT_TIMESTAMP + INTERVAL %s SECOND)",
            [token_hash(token), usuario_id, int(lasts.total_seconds())],
        )
    return token


def log_out(shop: Shop, token: str) -> None:
    """End a session."""
    with shop.transaction() as cursor:
        cursor.execute("DELETE FROM desk_session WHERE token_hash = %s", [token_hash(token)])


def session_holder(cursor: Cursor, token: str) -> Visitor | None:
    """Who is signed in by this token; None once it is over."""
    return visitor_by_session(cursor, token_hash(token))


def token_hash(token: str) -> bytes:
    """What the database keeps of a token. A random token needs no salt."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


def give_clerk_account(cursor: Cursor, username: str, password: str) -> str:
    """An account, or a fresh password for it, for a clerk of Sakila's `staff`; returns the document to log in by.

    The clerk's earlier sessions end. Raises UsageError where there is no such clerk, Invalid for a weak password.
    """
    cursor.execute(
        "SELECT staff_id, first_name, last_name, username FROM staff WHERE username = %s AND active", [username]
    )
    found = cursor.fetchone()
    if not found:
        raise UsageError(f"No active clerk is called {username!r}. {_clerks_sentence(cursor)}")
    staff_id, names, surnames, known_as = found
    document = canonical_document(known_as)
    passwords.require_good_password(password, (document, names, surnames))
    taken = person_by_document(cursor, document)
    if taken and taken.staff_id != staff_id:
        raise UsageError(f"The document {document} belongs to somebody else. Give the clerk another username in staff.")
    cursor.execute("DELETE FROM usuarios WHERE staff_id = %s AND document <> %s", [staff_id, document])
    cursor.execute(
        "DELETE desk_session FROM desk_session JOIN usuarios USING (usuario_id) WHERE staff_id = %s", [staff_id]
    )
    cursor.execute(
        "INSERT INTO usuarios (document, names, surnames, password_hash, staff_id) VALUES (%s, %s, %s, %s, %s) "
        "ON DUPLICATE KEY UPDATE password_hash = VALUES(password_hash)",
        [document, names, surnames, passwords.hashed(password), staff_id],
    )
    return document


def clerks_without_account(cursor: Cursor) -> list[str]:
    """The usernames of active clerks who can't sign in yet."""
    cursor.execute(
        "SELECT username FROM staff LEFT JOIN usuarios ON usuarios.staff_id = staff.staff_id "
        "WHERE staff.active AND usuarios.password_hash IS NULL ORDER BY staff.staff_id"
    )
    return [username for (username,) in cursor.fetchall()]


def has_staff_account(cursor: Cursor) -> bool:
    """Whether any clerk can sign in."""
    cursor.execute("SELECT COUNT(*) FROM usuarios WHERE staff_id IS NOT NULL AND password_hash IS NOT NULL")
    return cursor.fetchone() != (0,)


def _clerks_sentence(cursor: Cursor) -> str:
    cursor.execute("SELECT username FROM staff WHERE active ORDER BY staff_id LIMIT 10")
    return f"There are: {', '.join(username for (username,) in cursor.fetchall())}."
