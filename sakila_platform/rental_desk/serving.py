"""The desk as a service: worker processes with threads, that end what they have begun when they are told to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from sakila_platform.rental_desk.request_log import LOGGER, write_json_lines

_GRACE_SECONDS = 20
# A worker is replaced after so many requests, not all at once: what little a library leaks has an end.
_REQUESTS_OF_A_WORKER = 200_000


@dataclass(frozen=True)
class Service:
    """Where the desk listens, and with how many processes and threads in each."""

    host: str
    port: int
    workers: int
    threads: int


class _Server(BaseApplication):
    """gunicorn, told by us instead of a configuration file and a command line."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()


def serve(make_app: Callable[[], Flask], service: Service) -> None:
    """Serve until SIGTERM or SIGINT; requests in progress are ended first. Each worker makes its own application."""

    def begin(_: object) -> None:
        write_json_lines()
        logging.getLogger(LOGGER).info("serving", extra={"fields": {"host": service.host, "port": service.port}})

    def end(_: object) -> None:
        logging.getLogger(LOGGER).info("stopped")

    host = f"[{service.host}]" if ":" in service.host else service.host
    options = {
        "bind": f"{host}:{service.port}",
        "workers": service.workers,
        "threads": service.threads,
        "worker_class": "gthread",
        "graceful_timeout": _GRACE_SECONDS,
        "max_requests": _REQUESTS_OF_A_WORKER,
        "max_requests_jitter": _REQUESTS_OF_A_WORKER // 4,
        "loglevel": "warning",
        "control_socket_disable": True,
        "when_ready": begin,
        "on_exit": end,
    }
    _Server(make_app, options).run()
