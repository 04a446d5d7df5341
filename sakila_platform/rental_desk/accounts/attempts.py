"""How often something may be tried: counted in the database, so that all workers count together and a restart forgets
nothing. What is counted is kept as a hash: the table holds no documents and no addresses."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from pymysql.cursors import Cursor

from sakila_platform.rental_desk.connections import Shop
from sakila_platform.rental_desk.refusals import TooManyAttempts


@dataclass(frozen=True)
class Limit:
    """At most so many tries of one kind by one subject within so many seconds."""

    kind: str
    most: int
    seconds: int


# Who knows a document can keep its owner out for a quarter of an hour; nobody gets more than 40 guesses an hour.
LOGINS_OF_A_DOCUMENT = Limit("log in as", 10, 900)
LOGINS_FROM_AN_ADDRESS = Limit("log in from", 50, 900)
REGISTRATIONS_FROM_AN_ADDRESS = Limit("register from", 30, 3600)
_LONGEST_SECONDS = 3600


def place_of(address: str) -> str:
    """What counts as one address: of IPv6 a network of 64 bits, in which a single line has any number of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or ip_network((parsed, 64), strict=False))


class Attempts:
    """The tries of the desk's visitors."""

    def __init__(self, shop: Shop, secret_key: str) -> None:
        self._shop = shop
        self._key = secret_key.encode()

    def count(self, *tries: tuple[Limit, str]) -> None:
        """Count a try of each subject before it is made. Raises TooManyAttempts when one has had all of its own.

        What is refused counts for nobody: who is barred can't use up the tries of somebody else, nor bar longer.
        """
        subjects = [(limit, self._hashed(limit, subject)) for limit, subject in tries]
        with self._shop.transaction() as cursor:
            cursor.execute(
                "DELETE FROM desk_attempt WHERE attempted_at < CURRENT_TIMESTAMP - INTERVAL %s SECOND LIMIT 1000",
                [_LONGEST_SECONDS],
            )
            _require_fewer(cursor, subjects, already_counted=0)
            counted = [_insert(cursor, hashed) for _, hashed in subjects]
        # Seen by all who try at the same time from here on: of those at the limit together nobody slips through.
        with self._shop.transaction() as cursor:
            try:
                _require_fewer(cursor, subjects, already_counted=1)
            except TooManyAttempts as refused:
                cursor.execute("DELETE FROM desk_attempt WHERE attempt_id IN %s", [counted])
                too_many = refused
            else:
                return
        raise too_many

    def forget(self, limit: Limit, subject: str) -> None:
        """A subject that has proven itself begins anew."""
        with self._shop.transaction() as cursor:
            cursor.execute("DELETE FROM desk_attempt WHERE subject_hash = %s", [self._hashed(limit, subject)])

    def _hashed(self, limit: Limit, subject: str) -> bytes:
        return hmac.digest(self._key, f"{limit.kind} {subject}".encode(errors="replace"), hashlib.sha256)


def _insert(cursor: Cursor, hashed: bytes) -> int:
    cursor.execute("INSERT INTO desk_attempt (subject_hash) VALUES (%s)", [hashed])
    return cursor.lastrowid


def _require_fewer(cursor: Cursor, subjects: list[tuple[Limit, bytes]], already_counted: int) -> None:
    worst = 0
    for limit, hashed in subjects:
        cursor.execute(
            "SELECT COUNT(*) FROM desk_attempt "
            "WHERE subject_hash = %s AND attempted_at >= CURRENT_TIMESTAMP - INTERVAL %s SECOND",
            [hashed, limit.seconds],
        )
        ((count,),) = cursor.fetchall()
        if count - already_counted >= limit.most:
            worst = max(worst, limit.seconds)
    if worst:
        raise TooManyAttempts(f"Too many attempts. Wait {worst // 60} minutes, then try again.", worst)
