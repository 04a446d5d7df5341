"""The ways in which the desk says no: a status, one sentence that helps, and the field that it is about."""

from __future__ import annotations

from http import HTTPStatus


class Refused(Exception):
    """A request that the desk turns down. The message is for the person who asked; it never holds a secret."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class Invalid(Refused):
    """What was asked can't be: a value out of its bounds, or something that does not exist."""


class NotFound(Refused):
    """There is nothing under that address."""

    status = HTTPStatus.NOT_FOUND


class Conflict(Refused):
    """What was asked could be, but for what is there already."""

    status = HTTPStatus.CONFLICT


class NoSuchForm(Refused):
    """What was asked for is there, but not in a form that the asker takes."""

    status = HTTPStatus.NOT_ACCEPTABLE


class SignInNeeded(Refused):
    """Nobody is signed in."""

    status = HTTPStatus.UNAUTHORIZED


class NotAllowed(Refused):
    """Somebody is signed in, who may not do this."""

    status = HTTPStatus.FORBIDDEN


class TooManyAttempts(Refused):
    """Somebody tries too often."""

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ShopClosed(Refused):
    """The shop's database does not answer, or is too busy."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
