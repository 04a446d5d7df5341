"""One JSON line for each request: what was asked and how it went. Never what was typed, nor an address with a value."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
import traceback
from datetime import datetime, timezone
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_request_context, request

LOGGER = "sakila_platform.rental_desk"


class JsonLines(logging.Formatter):
    """A record as one line of JSON; a traceback is a field of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["traceback"] = _without_words(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _without_words(error: BaseException | None) -> str:
    """Where an error came from, and its class. Its words may repeat what was typed, so of them only numbers stay."""
    parts = []
    while error:
        number = error.args[0] if error.args and type(error.args[0]) is int else ""
        where = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
        parts.append(f"{where}{type(error).__module__}.{type(error).__qualname__} {number}".strip())
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(parts))


def write_json_lines() -> None:
    """Let the desk's log go to standard error. For the process that serves; an application only logs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger(LOGGER)
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False


def logging_configuration() -> dict[str, Any]:
    """The same for the server's own few words, as logging.config takes it."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": f"{__name__}.JsonLines"}},
        "handlers": {"error": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stderr"}},
        "loggers": {"_granian": {"handlers": ["error"], "level": "WARNING", "propagate": False}},
    }


def note_database_fault(number: int, reason: str = "") -> None:
    """Log why the shop's database refused: the server's own number, by which its documentation explains it."""
    fields = {**_request_fields(), "number": number or None, "reason": reason or None}
    logging.getLogger(LOGGER).warning("database", extra={"fields": {k: v for k, v in fields.items() if v is not None}})


def log_failure(error: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
    """Log a mistake of ours by its route."""
    logging.getLogger(LOGGER).error("failed", exc_info=error, extra={"fields": _request_fields()})


def _request_fields() -> dict[str, Any]:
    if not has_request_context():
        return {}
    return {"request_id": g.get("request_id", ""), "route": request.url_rule.rule if request.url_rule else None}


def log_requests(app: Flask) -> None:
    """Log each request by its route, not by its path or query: these may hold what identifies a person."""
    logger = logging.getLogger(LOGGER)

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()
        g.request_id = secrets.token_hex(8)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        visitor = g.get("visitor")
        fields = {
            "request_id": g.get("request_id", ""),
            "method": request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "other",
            "route": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            "usuario_id": visitor.usuario_id if visitor else None,
        }
        logger.info("request", extra={"fields": fields})
        return response
