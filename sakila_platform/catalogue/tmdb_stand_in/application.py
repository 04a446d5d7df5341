"""The stand-in: a Flask application that answers as TMDB does, by the contract in `endpoints`, of generated titles."""

from __future__ import annotations

import hmac
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask import Flask, Response, request

from sakila_platform.catalogue.tmdb.endpoints import (
    DISCOVER_MOVIES,
    DISCOVER_SERIES,
    ENDPOINTS,
    FIND,
    HORROR_GENRE,
    MOST_PAGES,
    MOVIE,
    PAGE_TITLES,
    Endpoint,
)
from sakila_platform.catalogue.tmdb_stand_in import words
from sakila_platform.catalogue.tmdb_stand_in.answers import Document, detailed, found, page_of
from sakila_platform.catalogue.tmdb_stand_in.faults import Fault, Order, Register
from sakila_platform.catalogue.tmdb_stand_in.titles import Title

_STATUSES = {
    Fault.RATE_LIMITED: 429,
    Fault.RATE_LIMITED_ODDLY: 429,
    Fault.SERVER_ERROR: 500,
    Fault.UNAVAILABLE: 503,
    Fault.UNAUTHORIZED: 401,
}
_MESSAGES = {
    400: (22, "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer."),
    401: (7, "Invalid API key: You must be granted a valid key."),
    404: (34, "The resource you requested could not be found."),
    429: (25, "Your request count is over the allowed limit."),
    500: (11, "Internal error: Something went wrong, contact TMDb."),
    503: (9, "Service offline: This service is temporarily offline, try again later."),
}
_DRIP_BYTES = 20


class _Refused(Exception):
    """A question that is answered with a status and TMDB's words for it."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(str(status))


class _Films:
    """The titles by their ids, and what is answered of them."""

    def __init__(self, titles: Sequence[Title]) -> None:
        known = [title for title in titles if title.is_in_tmdb]
        self._listed = {kind: [title for title in known if title.is_series == kind] for kind in (False, True)}
        self._by_id = {(title.is_series, title.tmdb_id): title for title in known}
        self._by_imdb_id = {title.imdb_id: title for title in known if title.is_linked}

    def answer(self, endpoint: Endpoint, place: str, asked: dict[str, str]) -> Document:
        """The answer to a question of the contract. Raises _Refused."""
        if endpoint in (DISCOVER_MOVIES, DISCOVER_SERIES):
            page = asked.get("page", "1")
            if not page.isdigit() or not 1 <= int(page) <= MOST_PAGES:
                raise _Refused(400)
            return page_of(self._discovered(endpoint, asked), int(page), PAGE_TITLES)
        if endpoint is FIND:
            return found(self._by_imdb_id.get(place) if asked.get("external_source") == "imdb_id" else None)
        title = self._by_id.get((endpoint is not MOVIE, int(place))) if place.isdigit() else None
        if title is None or title.is_gone:
            raise _Refused(404)
        return detailed(title, set(asked.get("append_to_response", "").split(",")))

    def _discovered(self, endpoint: Endpoint, asked: dict[str, str]) -> list[Title]:
        titles = self._listed[endpoint is DISCOVER_SERIES]
        year = asked.get("primary_release_year") or asked.get("first_air_date_year")
        genre, keyword = asked.get("with_genres"), asked.get("with_keywords")
        return [
            title
            for title in titles
            if (year is None or title.released.year == int(year))
            and (genre is None or (int(genre) == HORROR_GENRE and words.HORROR in title.tmdb_genres))
            and not title.is_gone
            and (keyword is None or int(keyword) in {number for number, _ in title.keywords})
        ]


def stand_in(titles: Sequence[Title], token: str, register: Register | None = None) -> Flask:
    """The application: TMDB's version 3 below `/3`, for whoever has the token."""
    films, noted = _Films(titles), register or Register()
    application = Flask(__name__)

    def answer_by(endpoint: Endpoint) -> Callable[..., Response]:
        def answered(place: str = "") -> Response:
            question = request.full_path.rstrip("?").removeprefix("/3")
            order = noted.note(question)
            if order and order.fault is not Fault.ODD_FIELDS:
                return _gone_wrong(order, lambda: films.answer(endpoint, place, request.args.to_dict()))
            if not _is_let_in(token):
                return _refusal(401)
            if set(request.args) - set(endpoint.parameters):
                return _refusal(400)
            try:
                document = films.answer(endpoint, place, request.args.to_dict())
            except _Refused as refused:
                return _refusal(refused.status)
            finally:
                noted.note_answered(question)
            return _json(document if order is None else document | {"popularity": "high", "mood": {"eerie": True}})

        return answered

    for endpoint in ENDPOINTS:
        rule = re.sub(r"\{\w+\}", "<place>", f"/3{endpoint.path}")
        application.add_url_rule(rule, endpoint.name, answer_by(endpoint))
    application.register_error_handler(404, lambda _: _refusal(404))
    return application


def _is_let_in(token: str) -> bool:
    authorization = request.headers.get("Authorization", "")
    return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())


def _json(document: Any, status: int = 200) -> Response:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, content_type="application/json;charset=utf-8")


def _refusal(status: int) -> Response:
    code, message = _MESSAGES[status]
    return _json({"success": False, "status_code": code, "status_message": message}, status)


def _gone_wrong(order: Order, answer: Callable[[], Document]) -> Response:
    if order.fault in _STATUSES:
        refusal = _refusal(_STATUSES[order.fault])
        if order.fault is Fault.RATE_LIMITED:
            refusal.headers["Retry-After"] = str(int(order.seconds))
        if order.fault is Fault.RATE_LIMITED_ODDLY:
            refusal.headers["Retry-After"] = "soon"
        return refusal
    if order.fault is Fault.GONE:
        return _refusal(404)
    whole = _json(answer()).get_data()
    if order.fault is Fault.SLOW:
        time.sleep(order.seconds)
        return Response(whole, content_type="application/json")
    if order.fault is Fault.DRIPPING:
        return Response(_dripping(whole, order.seconds), content_type="application/json")
    if order.fault is Fault.CUT_OFF:
        # It says that more will come, and then does not.
        return Response(iter([whole[: len(whole) // 2]]), headers={"Content-Length": str(len(whole))})
    wrong = {
        Fault.MALFORMED: whole[: len(whole) // 2],
        Fault.NOT_A_NUMBER: whole.removesuffix(b"}") + b',"mood":NaN}',
        Fault.HTML: b"<html>Busy</html>",
        Fault.NOT_AN_OBJECT: b"[]",
    }
    return Response(wrong[order.fault], content_type="application/json")


def _dripping(whole: bytes, seconds: float) -> Iterator[bytes]:
    pieces = range(0, len(whole), _DRIP_BYTES)
    for start in pieces:
        time.sleep(seconds / len(pieces))
        yield whole[start : start + _DRIP_BYTES]
