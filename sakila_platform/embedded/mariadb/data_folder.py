"""The server's data folder: made once, whole or not at all, and only run by the kind of server that made it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

from sakila_platform.embedded.mariadb.server_binary import ServerBinary
from sakila_platform.embedded.mariadb.server_options import place_options, storage_options
from sakila_platform.embedded.state_folder import StateFolder
from sakila_platform.errors import PlatformError

_MADE_BY = "made_by.txt"
_CODES = re.compile(r"^(\[[\w-]+\] )+")
# Only the tables the server can't run without: the help texts and the `sys` views take a second more.
_OTHER_SCRIPTS = ("performance_tables.sql", "system_tables_data.sql")
# Nothing is lost by a crash here: a folder that was not finished is made again.
_IN_A_HURRY = ("--innodb-flush-method=nosync", "--innodb-doublewrite=OFF")


def ensure_data_folder(binary: ServerBinary, folder: StateFolder, report: Callable[[str], None]) -> None:
    """Make the data folder if it isn't there; one left half-made is made again. Raises PlatformError when it can't."""
    if folder.data.exists():
        _refuse_other_kind(binary, folder)
        return
    report(f"Making the data folder of a private {binary.name} in {folder.root}")
    folder.remove_half_made_data()
    folder.half_made_data.mkdir(mode=0o700)
    if binary.is_mariadb:
        _make_mariadb_tables(binary, folder)
    else:
        _run(binary, folder, ["--initialize-insecure", *_IN_A_HURRY], b"")
    (folder.half_made_data / _MADE_BY).write_text(binary.name)
    folder.half_made_data.rename(folder.data)


def _make_mariadb_tables(binary: ServerBinary, folder: StateFolder) -> None:
    """What mariadb-install-db does, without its need for a shell, Perl and the help texts."""
    system_tables = binary.system_tables()
    if system_tables is None:
        raise PlatformError(f"{binary.path} has no system tables beside it. Name another server in SAKILA_MARIADBD.")
    family = system_tables.name.partition("_")[0]
    scripts = [system_tables, *(system_tables.with_name(f"{family}_{name}") for name in _OTHER_SCRIPTS)]
    # root can then log in through the socket as the system's root only, and not at all over TCP.
    lines = [b"CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\nSET @auth_root_socket='root';\n"]
    lines += [script.read_bytes() + b"\n" for script in scripts]
    _run(binary, folder, ["--bootstrap", *_IN_A_HURRY], b"".join(lines))


def _run(binary: ServerBinary, folder: StateFolder, options: list[str], script: bytes) -> None:
    command = [*binary.command, *place_options(binary, folder), *storage_options(binary), *options]
    result = subprocess.run(
        [*command, f"--datadir={folder.half_made_data}"],
        input=script,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    folder.log.write_bytes(result.stderr)
    if result.returncode:
        raise PlatformError(f"{binary.name} could not make its data folder: {last_complaint(folder)} ({folder.log})")


def _refuse_other_kind(binary: ServerBinary, folder: StateFolder) -> None:
    marker = folder.data / _MADE_BY
    maker = marker.read_text() if marker.exists() else binary.name
    if maker.split()[0] != binary.name.split()[0]:
        raise PlatformError(
            f"The data in {folder.data} were made by {maker}, and {binary.path} is {binary.name}. "
            "Name a server of that kind in SAKILA_MARIADBD, or begin anew with `make clean`."
        )


def last_complaint(folder: StateFolder) -> str:
    """The line of the server's log that says best why it gave up."""
    try:
        lines = folder.log.read_text(errors="replace").splitlines()
    except OSError:
        return "it left no log"
    complaints = [line for line in lines if "ERROR" in line and "Aborting" not in line]
    chosen = (complaints or [line for line in lines if line.strip()] or ["it said nothing"])[0 if complaints else -1]
    return _CODES.sub("", chosen.partition("[ERROR]")[2].strip() or chosen.strip())
