"""A database server for this machine: the one named by the setting, one that is found, or one that is obtained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sakila_platform.embedded.machine import Machine
from sakila_platform.embedded.mariadb.debian_packages import install_packages, library_folders, unpack_packages
from sakila_platform.embedded.mariadb.server_binary import ServerBinary, server_binary
from sakila_platform.errors import PlatformError, UsageError
from sakila_platform.settings.places import MARIADBD

_NAMES = ("mariadbd", "mysqld")
_BREWS = ("brew", "/opt/homebrew/bin/brew", "/usr/local/bin/brew", "/home/linuxbrew/.linuxbrew/bin/brew")


def find_binaries(home: Path, machine: Machine | None = None) -> ServerBinary | None:
    """The server that SAKILA_MARIADBD names, else one on PATH or in the usual folders, else one unpacked before.

    Raises UsageError when the setting names something that is no server.
    """
    machine = machine or Machine()
    named = MARIADBD.read()
    if named:
        return _named_binary(named, machine)
    for path in _candidates(machine):
        found = server_binary(path)
        if found:
            return found
    unpacked = packages_folder(home)
    return server_binary(unpacked / "usr" / "sbin" / "mariadbd", library_folders(unpacked))


def obtain_binaries(home: Path, report: Callable[[str], None], machine: Machine | None = None) -> ServerBinary:
    """A server for this machine, installed or unpacked if there is none yet.

    Raises PlatformError, with every way out in one line, when none is available.
    """
    machine = machine or Machine()
    ways = (
        lambda: install_packages(machine, report),
        lambda: unpack_packages(packages_folder(home), machine, report),
        lambda: _install_by_homebrew(machine, report),
    )
    found = find_binaries(home, machine)
    reasons = []
    for way in ways:
        if found:
            return found
        reasons.append(way() or "installed, but it does not run")
        found = find_binaries(home, machine)
    if found:
        return found
    raise PlatformError(
        f"No MariaDB server is on this machine, and none could be installed ({'; '.join(reasons)}). Install one "
        "(Debian, Ubuntu: mariadb-server-core; macOS: brew install mariadb), or name its binary in SAKILA_MARIADBD, "
        "or give any MySQL 8 in SAKILA_MYSQL_URL."
    )


def packages_folder(home: Path) -> Path:
    """Where packages are unpacked that could not be installed."""
    return home.resolve() / "packages"


def _named_binary(named: str, machine: Machine) -> ServerBinary:
    found = server_binary(Path(machine.which(named) or named))
    if found is None:
        raise UsageError(
            f"SAKILA_MARIADBD: {named!r} is no MariaDB (10.5 or newer) or MySQL 8 server that runs here. "
            "Give the path of a mariadbd or mysqld with its share folder beside it, or leave the setting empty."
        )
    return found


def _candidates(machine: Machine) -> Iterator[Path]:
    for name in _NAMES:
        on_path = machine.which(name)
        if on_path:
            yield Path(on_path)
    for folder in machine.server_folders:
        yield from (folder / name for name in _NAMES if (folder / name).exists())


def _install_by_homebrew(machine: Machine, report: Callable[[str], None]) -> str:
    """Returns "" when that was done, else the reason why not."""
    brew = next((path for path in map(machine.which, _BREWS) if path), None)
    if not brew:
        return "there is no Homebrew"
    report("Installing mariadb (Homebrew)")
    outcome = machine.run((brew, "install", "mariadb"), None)
    return f"Homebrew: {outcome.last_line}" if outcome.code else ""
