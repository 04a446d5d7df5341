"""A database server for this machine: named by the setting, found, or obtained."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from sakila_platform.embedded.server_binary import ServerBinary, server_binary
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.settings import MARIADBD

NAMES = ("mariadbd", "mysqld")


def find_binaries(home: Path) -> ServerBinary | None:
    """The server on PATH."""
    named = MARIADBD.read()
    if named:
        found = server_binary(Path(shutil.which(named) or named))
        if found is None:
            raise UsageError(f"SAKILA_MARIADBD: {named!r} is not a MariaDB or MySQL server that runs here.")
        return found
    for name in NAMES:
        path = shutil.which(name)
        found = server_binary(Path(path)) if path else None
        if found:
            return found
    return None


def obtain_binaries(home: Path, report: Callable[[str], None]) -> ServerBinary:
    found = find_binaries(home)
    if not found:
        raise PlatformError("No server")
    return found
