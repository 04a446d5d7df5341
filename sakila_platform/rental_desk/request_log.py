"""One JSON line for each request: what was asked and how it went. Never what was typed, nor an address with a value."""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from datetime import datetime, timezone
from typing import Any

from flask import Flask, Response, g, request

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
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


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
