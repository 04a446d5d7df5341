"""The desk as a service: worker processes with threads, that end what they have begun when they are asked to stop."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from sakila_platform.rental_desk.web.application import create_app
from sakila_platform.rental_desk.web.configuration import desk_config
from sakila_platform.rental_desk.web.intake import Intake
from sakila_platform.rental_desk.web.request_log import LOGGER, logging_configuration, write_json_lines

_GRACE_SECONDS = 20
_HALF_A_DAY = 12 * 3600


@dataclass(frozen=True)
class Service:
    """Where the desk listens, and with how many processes."""

    host: str
    port: int
    workers: int


def serve(service: Service) -> None:
    """Serve the desk of the settings until SIGTERM or SIGINT; requests in progress are ended first."""
    write_json_lines()
    logger = logging.getLogger(LOGGER)
    server = Server(
        f"{__name__}:desk_application",
        factory=True,
        address=service.host,
        port=service.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=service.workers,
        workers_kill_timeout=_GRACE_SECONDS,
        respawn_failed_workers=True,
        # A worker is replaced now and then: what little a library leaks has an end.
        workers_lifetime=_HALF_A_DAY,
        log_level=LogLevels.warning,
        log_dictconfig=logging_configuration(),
    )
    logger.info("serving", extra={"fields": {"host": service.host, "port": service.port}})
    server.serve()
    logger.info("stopped")


def desk_application() -> Intake:
    """The application of one worker process, made in it."""
    write_json_lines()
    config = desk_config()
    return Intake(create_app(config), config.threads)
