"""What is asked twice is done once: a request that carries a key is remembered with its answer, in the transaction that
does it, for a day. Forms carry a key of their own, programs send one as Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pymysql
from pymysql.constants import ER
from pymysql.cursors import Cursor

from sakila_platform.rental_desk.refusals import Invalid

HEADER, FIELD = "Idempotency-Key", "form_key"
KEY_PATTERN = r"^[\x21-\x7e]{1,255}$"
_FORGET = "DELETE FROM desk_repeat WHERE created_at < CURRENT_TIMESTAMP - INTERVAL 1 DAY LIMIT 100"


@dataclass(frozen=True)
class Keyed:
    """A request by somebody: its key ("" for none), what it is for, and what it says."""

    usuario_id: int
    purpose: str
    key: str
    content: object


def fresh_key() -> str:
    """A key for a form."""
    return secrets.token_urlsafe(16)


def require_key(key: str) -> str:
    """The key as it was sent, without quotation marks. Raises Invalid for what is none; "" stays."""
    key = key.strip().removeprefix('"').removesuffix('"')
    if key and not re.fullmatch(KEY_PATTERN, key):
        raise Invalid(f"{HEADER}: give 1 to 255 visible ASCII characters, such as a UUID.", HEADER)
    return key


def once(cursor: Cursor, asked: Keyed, work: Callable[[], str]) -> tuple[str, bool]:
    """The work's answer, and whether it had been given before. Nothing is remembered of work that is refused.

    Who sends the same at the same time waits for the first. Raises Invalid for a key that came with something else.
    """
    if not asked.key:
        return work(), False
    key = _hashed([asked.usuario_id, asked.purpose, asked.key])
    content = _hashed(asked.content)
    cursor.execute(_FORGET)
    try:
        cursor.execute("INSERT INTO desk_repeat (key_hash, content_hash) VALUES (%s, %s)", [key, content])
    except pymysql.err.IntegrityError as error:
        if error.args[0] != ER.DUP_ENTRY:
            raise
        return _given_before(cursor, key, content), True
    answer = work()
    cursor.execute("UPDATE desk_repeat SET answer = %s WHERE key_hash = %s", [answer, key])
    return answer, False


def _given_before(cursor: Cursor, key: bytes, content: bytes) -> str:
    cursor.execute("SELECT content_hash, answer FROM desk_repeat WHERE key_hash = %s", [key])
    ((known, answer),) = cursor.fetchall()
    if known != content:
        raise Invalid(
            "This was sent before, and said something else. Open the form anew and send that; "
            f"a program sends a fresh {HEADER}.",
            HEADER,
        )
    return answer


def _hashed(value: object) -> bytes:
    return hashlib.sha256(json.dumps(value, default=str, sort_keys=True).encode(errors="replace")).digest()
