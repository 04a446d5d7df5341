"""The configuration of a desk: where the shop is, its clock, its secrets. Read once from the settings."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from sakila_platform.databases.mysql.address import Address
from sakila_platform.embedded.mysql_address import oltp_address
from sakila_platform.embedded.state_folder import write_private
from sakila_platform.errors import PlatformError
from sakila_platform.model.days import Clock
from sakila_platform.settings.calendar import CLOCK, TIME_ZONE
from sakila_platform.settings.desk import (
    DESK_CORS_ORIGINS,
    DESK_HOST,
    DESK_PROXIES,
    DESK_SECRET_KEY,
    DESK_SESSION_MINUTES,
    DESK_THREADS,
)
from sakila_platform.settings.places import HOME


@dataclass(frozen=True)
class DeskConfig:
    """One desk. `shop_address` is asked for each fresh connection: a private server may come back on another port."""

    shop_address: Callable[[], Address]
    clock: Clock
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    cors_origins: tuple[str, ...] = ()
    session_minutes: int = 480
    proxies: int = 0
    threads: int = 8

    @property
    def is_plain_loopback(self) -> bool:
        """Whether browsers reach it without TLS, on this machine only: the one case in which cookies aren't Secure."""
        return self.proxies == 0 and is_loopback(self.host)


def desk_config() -> DeskConfig:
    """The desk of the settings. Raises PlatformError when its key can't be kept in the state folder."""
    return DeskConfig(
        shop_address=oltp_address,
        clock=Clock(TIME_ZONE.read(), CLOCK.read()),
        secret_key=DESK_SECRET_KEY.read() or _kept_key(HOME.read()),
        host=DESK_HOST.read(),
        cors_origins=DESK_CORS_ORIGINS.read(),
        session_minutes=DESK_SESSION_MINUTES.read(),
        proxies=DESK_PROXIES.read(),
        threads=DESK_THREADS.read(),
    )


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _kept_key(home: Path) -> str:
    """The key that signs cookies, made at the first start: who restarts the desk signs nobody out."""
    path = home.resolve() / "desk" / "secret_key"
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(path, secrets.token_urlsafe(48))
        return path.read_text().strip()
    except OSError as error:
        raise PlatformError(
            f"The desk's key can't be kept at {path}: {error.strerror}. "
            f"Name a folder you can write to in {HOME.name}, or give {DESK_SECRET_KEY.name}."
        ) from None
