"""What is missing on this machine for the platform to run, and how to get it."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sakila_platform.cli.loopback import DAGSTER_PORT, is_taken
from sakila_platform.cli.terminal import Terminal
from sakila_platform.databases.mysql.address import Address
from sakila_platform.databases.mysql.connection import connect
from sakila_platform.databases.postgres.address import PostgresAddress
from sakila_platform.databases.postgres.address import connect as connect_postgres
from sakila_platform.declarations.postgres_database import PostgresDatabase
from sakila_platform.domains import DOMAINS
from sakila_platform.embedded.machine import Machine
from sakila_platform.embedded.mariadb.binaries import find_binaries
from sakila_platform.embedded.postgres.server import obtainable_postgres
from sakila_platform.errors import PlatformError
from sakila_platform.lake.location import open_lake
from sakila_platform.settings.every import all_settings, require_usable, unknown_variables
from sakila_platform.settings.places import HOME, MYSQL_URL, POSTGRES_URL

_PYTHONS = ((3, 10), (3, 13))
_NEEDED_BYTES = 2 * 1024**3
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_PACKAGES = ("dagster", "duckdb", "pyarrow", "psycopg", "pymysql", "dbt", "holidays")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is all right, and what to do where it isn't. Some only hinder a part."""

    what: str
    is_fine: bool
    details: str
    is_essential: bool = True


def examine(terminal: Terminal) -> None:
    """Show every finding. Raises PlatformError when something essential is missing."""
    findings = list(_findings())
    words = {(True, True): "ok", (True, False): "ok", (False, True): "MISSING", (False, False): "note"}
    terminal.table(("what", "", "details"), [(f.what, words[f.is_fine, f.is_essential], f.details) for f in findings])
    missing = [finding.what for finding in findings if finding.is_essential and not finding.is_fine]
    if missing:
        raise PlatformError(f"Missing: {', '.join(missing)}. The list above says how to get it.")
    terminal.say("Nothing essential is missing.")


def _findings() -> Iterator[Finding]:
    yield _python()
    yield _packages()
    yield from _settings()
    try:
        home = HOME.read().resolve()
    except PlatformError:
        # The settings above say why: without a folder there is nothing more to look at.
        return
    yield _writable("state folder", home, HOME.name)
    if home.is_dir() and home.stat().st_mode & _OTHERS_READ:
        details = f"others of this machine can read {home}, where names and e-mails are: chmod 700 {home}"
        yield Finding("state folder's readers", False, details, is_essential=False)
    yield _lake()
    yield _disk(home)
    yield _server(home)
    yield _postgres(home)
    yield _dagster_port()


def _python() -> Finding:
    lowest, highest = _PYTHONS
    version = ".".join(str(part) for part in sys.version_info[:3])
    remedy = "" if lowest <= sys.version_info[:2] <= highest else ": use 3.10 to 3.13"
    return Finding("Python", not remedy, version + remedy)


def _packages() -> Finding:
    absent = [package for package in _PACKAGES if find_spec(package) is None]
    details = f"{', '.join(absent)} not installed: pip install -c constraints.txt -e ." if absent else "installed"
    return Finding("packages", not absent, details)


def _settings() -> Iterator[Finding]:
    # Whether they agree is asked of settings that are each understood.
    unusable = _faults(setting.read for setting in all_settings()) or _faults(
        (require_usable, *(check for domain in DOMAINS for check in domain.settings_checks))
    )
    yield Finding("settings", not unusable, " ".join(unusable) or "understood")
    for name, nearest in unknown_variables().items():
        hint = f": did you mean {nearest}?" if nearest else ""
        yield Finding(name, False, f"no setting is called so, and it is ignored{hint}", is_essential=False)


def _faults(checks: Iterable[Callable[[], object]]) -> list[str]:
    found = []
    for check in checks:
        try:
            check()
        except PlatformError as error:
            found.append(str(error))
    return found


def _writable(what: str, folder: Path, setting: str) -> Finding:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return Finding(what, True, f"{folder}{'' if nearest == folder else ' (will be made)'}")
    return Finding(what, False, f"{folder} can't be written: name another folder in {setting}")


def _lake() -> Finding:
    try:
        return Finding("lake", True, open_lake().require_usable())
    except PlatformError as error:
        return Finding("lake", False, str(error))


def _disk(home: Path) -> Finding:
    nearest = next(path for path in (home, *home.parents) if path.exists())
    free = shutil.disk_usage(nearest).free
    details = f"{free / 1024**3:.1f} GB free at {nearest}"
    is_fine = free >= _NEEDED_BYTES
    return Finding(
        "disk", is_fine, details if is_fine else f"{details}: 2 GB are needed, free some or move SAKILA_HOME"
    )


def _server(home: Path) -> Finding:
    url = MYSQL_URL.read()
    try:
        if url:
            address = Address.parse(url).on("")
            connect(address).close()
            return Finding("database", True, f"{address} answers ({MYSQL_URL.name})")
        found = find_binaries(home)
    except PlatformError as error:
        return Finding("database", False, str(error))
    if found:
        return Finding("database server", True, f"{found.name} at {found.path}")
    return _obtainable()


def _postgres(home: Path) -> Finding:
    """Not every domain needs it, so that it is missing hinders no other."""
    url = POSTGRES_URL.read()
    try:
        if url:
            address = PostgresAddress.parse(url)
            connect_postgres(address).close()
            return Finding("PostgreSQL", True, f"{address.on('')} answers ({POSTGRES_URL.name})", False)
        found = obtainable_postgres(home)
        return Finding("PostgreSQL server", True, f"{found.name} in {found.folder}", False)
    except PlatformError as error:
        needing = [each.name for each in DOMAINS if isinstance(each.source_database, PostgresDatabase)]
        return Finding("PostgreSQL", False, f"{error} Only the domain {', '.join(needing)} needs it.", False)


def _obtainable() -> Finding:
    machine = Machine()
    for command, way in (("apt-get", "apt-get"), ("brew", "Homebrew")):
        if machine.which(command):
            return Finding("database server", True, f"not here yet; `sakila-platform up` gets MariaDB by {way}")
    return Finding(
        "database server",
        False,
        "no MariaDB, no apt-get, no Homebrew: install mariadb-server, name its binary in SAKILA_MARIADBD, "
        "or give any MySQL 8 in SAKILA_MYSQL_URL",
    )


def _dagster_port() -> Finding:
    taken = is_taken(DAGSTER_PORT)
    details = f"taken: `sakila-platform dev --port {DAGSTER_PORT + 1}` uses another" if taken else "free"
    return Finding(f"port {DAGSTER_PORT}", not taken, details, is_essential=False)
