"""A server program on this machine: what it is, where its companions are, how to call it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

_VERSION = re.compile(r"\bVer (\S+)")
# What the platform's SQL needs; an older server is as good as none.
_OLDEST_MARIADB, _OLDEST_MYSQL = (10, 5), (8, 0)
_SYSTEM_TABLES = ("mariadb_system_tables.sql", "mysql_system_tables.sql")


@dataclass(frozen=True)
class ServerBinary:
    """A server that runs here: path, version text ("10.11.6-MariaDB"), folders of shared libraries it needs."""

    path: Path
    version: str
    libraries: tuple[Path, ...] = ()

    @property
    def is_mariadb(self) -> bool:
        """MariaDB, or else MySQL."""
        return "mariadb" in self.version.lower()

    @property
    def name(self) -> str:
        """For people: "MariaDB 10.11.6"."""
        return f"{'MariaDB' if self.is_mariadb else 'MySQL'} {self.version.split('-')[0]}"

    @property
    def command(self) -> tuple[str, ...]:
        """The program as a command, with the libraries it needs."""
        return (*_with_libraries(self.libraries), str(self.path))

    @property
    def prefix(self) -> Path:
        """The folder it is installed under: /usr for /usr/sbin/mariadbd."""
        return self.path.resolve().parent.parent

    def system_tables(self) -> Path | None:
        """MariaDB's script that makes its system tables, None where it is not installed."""
        for folder in ("share/mysql", "share/mariadb", "share"):
            for name in _SYSTEM_TABLES:
                if (self.prefix / folder / name).is_file():
                    return self.prefix / folder / name
        return None

    def plugins(self) -> Path | None:
        """The folder of its plugins, None where it is not beside it."""
        for folder in (
            "lib/mysql/plugin",
            "lib/mariadb/plugin",
            "lib64/mysql/plugin",
            "lib64/mariadb/plugin",
            "lib/plugin",
        ):
            if (self.prefix / folder).is_dir():
                return self.prefix / folder
        return None


def server_binary(path: Path, libraries: tuple[Path, ...] = ()) -> ServerBinary | None:
    """The program at a path; None when it is no MariaDB or MySQL server that runs here, or too old, or incomplete."""
    try:
        answer = subprocess.run(
            [*_with_libraries(libraries), str(path), "--no-defaults", "--version"],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = _VERSION.search(answer.stdout)
    if answer.returncode or not version:
        return None
    binary = ServerBinary(path, version.group(1), libraries)
    return binary if _is_usable(binary) else None


def _is_usable(binary: ServerBinary) -> bool:
    numbers = tuple(int(part) for part in re.findall(r"\d+", binary.version)[:2])
    if binary.is_mariadb:
        return numbers >= _OLDEST_MARIADB and binary.system_tables() is not None
    return numbers >= _OLDEST_MYSQL


def _with_libraries(libraries: tuple[Path, ...]) -> tuple[str, ...]:
    if not libraries:
        return ()
    return ("/usr/bin/env", "LD_LIBRARY_PATH=" + ":".join(str(folder) for folder in libraries))
