"""Passwords: which are good enough, how they are kept, how one is compared. Long beats complicated (NIST 800-63B)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sakila_platform.rental_desk.accounts.written_names import older_password_forms, password_form
from sakila_platform.rental_desk.refusals import Invalid

SHORTEST, LONGEST = 12, 128
# OWASP's first choice: Argon2id with 19 MiB and two passes; some 20 ms, and little memory for a desk with threads.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_RUNS = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
_LOOKALIKES = str.maketrans("@4310$5!7", "aaeiossit")


def hashed(password: str) -> str:
    """The password as it is kept: in its one form, Argon2id with its own salt."""
    return _HASHER.hash(password_form(password))


def is_right(password: str, kept: str | None) -> bool:
    """Whether this is the password that was kept; takes as long where there is none.

    An account that is older than the one form of passwords was kept in the form of the keyboard that typed it.
    """
    return any(_matches(form, kept) for form in (password_form(password), *older_password_forms(password)))


def _matches(form: str, kept: str | None) -> bool:
    try:
        return _HASHER.verify(kept or _decoy(), form) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def require_good_password(password: str, personal: Iterable[str] = ()) -> None:
    """Raises Invalid, saying what to do, for a password that guessers try first. `personal`: what others know."""
    fault = _fault(password_form(password), personal)
    if fault:
        raise Invalid(fault, "password")


def _fault(password: str, personal: Iterable[str]) -> str:
    if len(password) < SHORTEST:
        return f"Give a password of at least {SHORTEST} characters; a few words make a good one."
    if len(password) > LONGEST:
        return f"Give a password of at most {LONGEST} characters."
    plain = password.casefold()
    words = {re.sub(r"[\W\d_]+", "", text) for text in (plain, plain.translate(_LOOKALIKES))}
    words.add(re.sub(r"[\W\d_]+$", "", plain).translate(_LOOKALIKES))
    if len(set(plain)) < 4 or plain.isdigit() or words & _common_words() or _is_a_run(plain):
        return "That password is among those that are guessed first. Take a few words that nobody would put together."
    known = {text.casefold() for text in personal if len(text) >= 3}
    rest = plain
    for text in sorted(known, key=len, reverse=True):
        rest = rest.replace(text, "")
    if len(rest) < SHORTEST // 2 and rest != plain:
        return "That password is made of the name or the document. Take words that say nothing of the person."
    return ""


def _is_a_run(plain: str) -> bool:
    runs = [run + run for run in _RUNS]
    return any(plain in run or plain in run[::-1] for run in runs)


@cache
def _common_words() -> frozenset[str]:
    """What leaked lists are made of: refused are these, and these with only digits and signs added."""
    return frozenset(files(__package__).joinpath("common_passwords.txt").read_text(encoding="utf-8").split())


@cache
def _decoy() -> str:
    """What a wrong guess is compared with where there is no password, so that it takes as long."""
    return hashed(secrets.token_urlsafe())
